// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One line of a password file, cut up as mosquitto 2.1 does ({@code
 * plugins/password-file/password_parse.c}):
 *
 * <ul>
 *   <li>a line that starts with {@code #}, in the first column, or has no {@code :} is skipped;
 *   <li>the user name is what is before the first {@code :}, the secret what is before the next one
 *       or the end of the line; several {@code :} are one, and those at the start of the line none;
 *   <li>blanks around both do not count, which also takes care of CR LF;
 *   <li>a line with a NUL byte is skipped, and the last one, without its line end, ends there.
 * </ul>
 */
sealed interface PasswordLine {

    /** The most bytes of UTF-8 a user name has: the longest string on MQTT's wire. */
    int MAX_NAME_BYTES = 65_535;

    /** A comment, or a line without {@code :} or with nothing else. */
    record Skipped() implements PasswordLine {}

    /**
     * A user and what follows.
     *
     * @param name never empty; as ISO 8859-1 where the bytes are not UTF-8
     * @param isUtf8 whether a client can send the name
     * @param secret a hash, or a password in plain text, or empty; one character a byte
     * @param more whether a second {@code :} ends the secret; what follows it is ignored
     */
    record User(String name, boolean isUtf8, String secret, boolean more) implements PasswordLine {

        /**
         * Whether the secret is the password itself; no hash starts with anything but {@code $}.
         */
        boolean isPlainText() {
            return !secret.isEmpty() && secret.charAt(0) != '$';
        }

        /** Without the secret, which may be a password. */
        @Override
        public String toString() {
            return "User[" + name + "]";
        }
    }

    /**
     * A line that cannot have a user.
     *
     * @param reason a sentence with what to do
     */
    record Unusable(String reason) implements PasswordLine {}

    /** Splits a file's bytes after each LF; what is left behind the last one is a line too. */
    static List<byte[]> split(byte[] file) {
        var lines = new ArrayList<byte[]>();
        int start = 0;
        for (int i = 0; i < file.length; i++) {
            if (file[i] == '\n' || i == file.length - 1) {
                lines.add(Arrays.copyOfRange(file, start, i + 1));
                start = i + 1;
            }
        }
        return lines;
    }

    /** Reads one line, with or without its line end. */
    static PasswordLine parse(byte[] line) {
        var text = new String(line, StandardCharsets.ISO_8859_1);
        int nul = text.indexOf('\0');
        if (nul >= 0) {
            if (text.endsWith("\n")) {
                return new Skipped();
            }
            text = text.substring(0, nul);
        }
        if (text.startsWith("#") || text.indexOf(':') < 0) {
            return new Skipped();
        }
        int start = behindColons(text, 0);
        if (start == text.length()) {
            return new Skipped();
        }
        int colon = text.indexOf(':', start);
        var name = trim(text.substring(start, colon < 0 ? text.length() : colon));
        if (name.isEmpty()) {
            return new Unusable(
                    "the user name before ':' is empty. Name the user or remove the line.");
        }
        if (name.length() > MAX_NAME_BYTES) {
            return new Unusable("the user name has " + name.length()
                    + " bytes; MQTT carries at most " + MAX_NAME_BYTES + ". Remove the line.");
        }
        int from = colon < 0 ? text.length() : behindColons(text, colon);
        int end = text.indexOf(':', from);
        var secret = trim(text.substring(from, end < 0 ? text.length() : end));
        try {
            return new User(utf8(name), true, secret, end >= 0);
        } catch (CharacterCodingException e) {
            return new User(name, false, secret, end >= 0);
        }
    }

    private static int behindColons(String text, int from) {
        int behind = from;
        while (behind < text.length() && text.charAt(behind) == ':') {
            behind++;
        }
        return behind;
    }

    /**
     * Without C's {@code isspace} at both ends; {@link String#strip} would also take what Unicode
     * calls a blank.
     */
    private static String trim(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isBlank(text.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    private static String utf8(String bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)))
                .toString();
    }
}
