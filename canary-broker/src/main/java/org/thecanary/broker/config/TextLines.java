// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The lines of a text file as C's {@code fgets} sees them: bytes up to a line feed, the last one with or without. Each
 * is decoded by itself, so that a comment in another encoding spoils nothing.
 */
public final class TextLines {
    private TextLines() {}

    /**
     * One line.
     *
     * @param number from 1
     * @param text without line feed and carriage returns at its end; null where the bytes are not UTF-8 or hold a NUL
     * @param comment whether the first byte is {@code #}
     */
    public record Line(int number, @Nullable String text, boolean comment) {}

    /** Says in a few words why a file could not be read. */
    public static String reason(IOException failure) {
        return switch (failure) {
            case NoSuchFileException missing -> "there is no such file";
            case AccessDeniedException denied -> "permission denied";
            default -> failure.getMessage() == null ? failure.toString() : failure.getMessage();
        };
    }

    /** The bytes of a file; refuses a directory in plain words. */
    public static byte[] read(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException("it is a directory");
        }
        return Files.readAllBytes(file);
    }

    /** What a byte order mark gives away: the encoding to convert from, or null for none. */
    public static @Nullable String foreignEncoding(byte[] bytes) {
        if (startsWith(bytes, 0xEF, 0xBB, 0xBF)) {
            return "UTF-8 with a byte order mark";
        }
        if (startsWith(bytes, 0xFF, 0xFE) || startsWith(bytes, 0xFE, 0xFF)) {
            return "UTF-16";
        }
        return null;
    }

    private static boolean startsWith(byte[] bytes, int... mark) {
        if (bytes.length < mark.length) {
            return false;
        }
        for (int i = 0; i < mark.length; i++) {
            if ((bytes[i] & 0xFF) != mark[i]) {
                return false;
            }
        }
        return true;
    }

    /** The lines of a file's bytes. */
    public static List<Line> split(byte[] bytes) {
        List<Line> lines = new ArrayList<>();
        int from = 0;
        while (from < bytes.length) {
            int feed = from;
            while (feed < bytes.length && bytes[feed] != '\n') {
                feed++;
            }
            int end = feed;
            while (end > from && bytes[end - 1] == '\r') {
                end--;
            }
            boolean comment = end > from && bytes[from] == '#';
            lines.add(new Line(lines.size() + 1, decode(bytes, from, end), comment));
            from = feed + 1;
        }
        return lines;
    }

    private static @Nullable String decode(byte[] bytes, int from, int end) {
        try {
            String text = UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(Arrays.copyOfRange(bytes, from, end)))
                    .toString();
            return text.indexOf('\0') < 0 ? text : null;
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
