// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import java.security.SecureRandom;

/**
 * A password nobody has to invent: 26 characters with at least 128 bits of chance, read off a
 * screen without mistakes and safe in a URL, a shell and a configuration file.
 */
public final class RandomPassword {
    /** Letters and digits without {@code 0 o 1 i l}; 31 of them, so a character has 4.95 bits. */
    private static final String ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

    private static final int LENGTH = 26;

    /** For its hash, as mosquitto 2.1. More only guard passwords that can be guessed. */
    public static final int PBKDF2_ITERATIONS = 1000;

    private RandomPassword() {}

    /** A new password, ASCII only. */
    public static String next(SecureRandom random) {
        var password = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            password.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return password.toString();
    }
}
