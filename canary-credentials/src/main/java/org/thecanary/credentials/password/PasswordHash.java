// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import java.security.SecureRandom;

/**
 * A salted hash of one password, as the second field of a line in a password file.
 *
 * <p>Immutable; any thread. Two hashes are equal when their encoded texts are. {@code toString()}
 * names the kind and its cost only.
 */
public sealed interface PasswordHash permits Sha512Hash, Pbkdf2Hash, Argon2idHash {

    /** What new {@code $7$} hashes cost by default: OWASP's advice for PBKDF2-HMAC-SHA512. */
    int DEFAULT_PBKDF2_ITERATIONS = 210_000;

    /** The most PBKDF2 iterations that are read or written; one verification takes some seconds. */
    int MAX_PBKDF2_ITERATIONS = 10_000_000;

    /**
     * Reads {@code $6$<salt>$<hash>}, {@code $7$<iterations>$<salt>$<hash>} or {@code
     * $argon2id$v=19$m=…,t=…,p=…$<salt>$<hash>}. Only the canonical spelling is accepted, so {@link
     * #encoded()} gives the same text back.
     *
     * @throws InvalidHashException when the text is anything else; the message is the reason,
     *     without the text
     */
    static PasswordHash parse(String encoded) throws InvalidHashException {
        if (!encoded.startsWith("$")) {
            throw new InvalidHashException("it does not start with $");
        }
        var fields = encoded.split("\\$", -1);
        return switch (fields[1]) {
            case Sha512Hash.ID -> Sha512Hash.parse(fields);
            case Pbkdf2Hash.ID -> Pbkdf2Hash.parse(fields);
            case Argon2idHash.ID -> Argon2idHash.parse(fields);
            default ->
                throw new InvalidHashException(
                        "its kind is unknown; $6$, $7$ and $argon2id$ are known");
        };
    }

    /**
     * A new {@code $7$} hash with a random salt of 12 bytes: mosquitto 2.0 reads no other, and 2.1
     * reads it too.
     *
     * @throws IllegalArgumentException when iterations is not in 1..{@value #MAX_PBKDF2_ITERATIONS}
     */
    static PasswordHash pbkdf2(byte[] password, int iterations, SecureRandom random) {
        return Pbkdf2Hash.create(password, iterations, random);
    }

    /**
     * A new {@code $6$} hash: one round of SHA-512, too fast to guard a weak password. For old
     * files only.
     */
    static PasswordHash sha512(byte[] password, SecureRandom random) {
        return Sha512Hash.create(password, random);
    }

    /**
     * A new argon2id hash with the cost mosquitto 2.1 uses: 46 MiB of memory, one pass, one lane.
     */
    static PasswordHash argon2id(byte[] password, SecureRandom random) {
        return Argon2idHash.create(password, random);
    }

    /**
     * Whether this is the hash of that password. Takes the same time for any password of that
     * length.
     */
    boolean verify(byte[] password);

    /** The text of it in a password file: printable ASCII without {@code ':'} or blanks. */
    String encoded();
}
