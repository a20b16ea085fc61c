// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import java.util.Base64;

/**
 * The salt or the key in an encoded hash: canonical base64, padded in {@code $6$} and {@code $7$},
 * not in argon2id.
 */
final class Base64Field {
    static final Base64Field PADDED = new Base64Field(Base64.getEncoder());
    static final Base64Field UNPADDED = new Base64Field(Base64.getEncoder().withoutPadding());

    /**
     * The longest text that is decoded, in characters; the fields we accept have at most 64 bytes.
     */
    private static final int MAX_CHARS = 88;

    private final Base64.Encoder encoder;

    private Base64Field(Base64.Encoder encoder) {
        this.encoder = encoder;
    }

    String encode(byte[] bytes) {
        return encoder.encodeToString(bytes);
    }

    /** The bytes of a text that was checked before. */
    static byte[] bytes(String checked) {
        return Base64.getDecoder().decode(checked);
    }

    /**
     * The bytes of a text.
     *
     * @param name what to call the field in the message, such as {@code salt}
     * @throws InvalidHashException when the text is not what {@link #encode} writes
     */
    byte[] decode(String name, String text) throws InvalidHashException {
        if (text.length() > MAX_CHARS) {
            throw new InvalidHashException("its " + name + " is longer than 64 bytes");
        }
        try {
            var bytes = Base64.getDecoder().decode(text);
            if (encode(bytes).equals(text)) {
                return bytes;
            }
        } catch (IllegalArgumentException notInTheAlphabet) {
            // Same answer as for a wrong padding.
        }
        throw new InvalidHashException("its " + name
                + (this == PADDED ? " is not padded base64" : " is not unpadded base64"));
    }

    /** Checks the salt of mosquitto's own two kinds: 12 bytes (up to 2.0) or 64 (2.1). */
    static void checkMosquittoSalt(String text) throws InvalidHashException {
        int length = PADDED.decode("salt", text).length;
        if (length != 12 && length != 64) {
            throw new InvalidHashException("its salt has " + length + " bytes instead of 12 or 64");
        }
    }

    /** Checks the hash of mosquitto's own two kinds: 64 bytes. */
    static void checkMosquittoKey(String text) throws InvalidHashException {
        int length = PADDED.decode("hash", text).length;
        if (length != 64) {
            throw new InvalidHashException("its hash has " + length + " bytes instead of 64");
        }
    }
}
