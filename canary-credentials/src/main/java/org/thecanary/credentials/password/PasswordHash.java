// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

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
     * $argon2id$v=19$m=…,t=…,p=…$<salt>$<hash>}. The first two are read as by mosquitto 2.1 ({@code
     * libcommon/password_common.c}), which reads around some damage; {@link #encoded()} is the
     * canonical spelling.
     *
     * @throws InvalidHashException when mosquitto reads no hash in the text; the message is the
     *     reason, without the text
     * @throws InvalidHashException.Unusable when it does, but no password can be tried on it
     */
    static PasswordHash parse(String encoded) throws InvalidHashException {
        if (encoded.startsWith("$6$")) {
            return Sha512Hash.parse(fields(encoded));
        }
        if (encoded.startsWith("$7$")) {
            return Pbkdf2Hash.parse(fields(encoded));
        }
        if (encoded.startsWith("$argon2id$")) {
            try {
                return Argon2idHash.parse(encoded.split("\\$", -1));
            } catch (InvalidHashException e) {
                throw new InvalidHashException.Unusable(String.valueOf(e.getMessage()));
            }
        }
        throw new InvalidHashException(
                encoded.startsWith("$")
                        ? "its kind is unknown; $6$, $7$ and $argon2id$ are known"
                        : "it does not start with $");
    }

    /** As C's {@code strtok} cuts what stands behind the kind: any number of $ is one. */
    private static List<String> fields(String encoded) {
        return Arrays.stream(encoded.substring("$7$".length()).split("\\$", -1))
                .filter(field -> !field.isEmpty())
                .toList();
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
