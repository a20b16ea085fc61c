// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import java.util.Arrays;
import java.util.Base64;

/**
 * The salt or the key in an encoded hash: base64, padded in {@code $6$} and {@code $7$}, not in argon2id. What is written
 * is canonical.
 */
final class Base64Field {
    static final Base64Field PADDED = new Base64Field(Base64.getEncoder());
    static final Base64Field UNPADDED = new Base64Field(Base64.getEncoder().withoutPadding());

    /**
     * The longest text that is decoded, in characters; the fields we accept have at most 64 bytes.
     */
    private static final int MAX_CHARS = 88;

    private static final String ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

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

    /** The salt of mosquitto's own two kinds: 12 bytes (up to 2.0) or 64 (2.1), as it is written. */
    static String mosquittoSalt(String text) throws InvalidHashException {
        var salt = asMosquitto("salt", text);
        if (salt.length != 12 && salt.length != 64) {
            throw new InvalidHashException(
                    "its salt has " + salt.length + " bytes instead of 12 or 64");
        }
        return PADDED.encode(salt);
    }

    /** The hash of mosquitto's own two kinds: 64 bytes, as it is written. */
    static String mosquittoKey(String text) throws InvalidHashException {
        var key = asMosquitto("hash", text);
        if (key.length != 64) {
            throw new InvalidHashException("its hash has " + key.length + " bytes instead of 64");
        }
        return PADDED.encode(key);
    }

    /**
     * As OpenSSL's BIO_f_base64 for mosquitto, which is not strict: what is behind the last group of four is dropped, a
     * {@code =} before the end is a zero, and unused bits may be set.
     */
    private static byte[] asMosquitto(String name, String text) throws InvalidHashException {
        int end = text.length() & ~3;
        var bytes = new byte[end / 4 * 3];
        for (int i = 0; i < end; i += 4) {
            int group = 0;
            for (int j = i; j < i + 4; j++) {
                int value = text.charAt(j) == '=' ? 0 : ALPHABET.indexOf(text.charAt(j));
                if (value < 0) {
                    throw new InvalidHashException("its " + name + " is not base64");
                }
                group = group << 6 | value;
            }
            int at = i / 4 * 3;
            bytes[at] = (byte) (group >> 16);
            bytes[at + 1] = (byte) (group >> 8);
            bytes[at + 2] = (byte) group;
        }
        int padding = 0;
        while (padding < 2 && end > 0 && text.charAt(end - 1 - padding) == '=') {
            padding++;
        }
        return Arrays.copyOf(bytes, bytes.length - padding);
    }
}
