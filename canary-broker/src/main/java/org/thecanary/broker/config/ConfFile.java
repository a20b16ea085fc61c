// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The grammar of a mosquitto.conf and no more: lines of an option name, spaces, and the rest.
 *
 * <p>Only a {@code #} in the first column begins a comment; elsewhere it belongs to the value. Only the space
 * separates; a tab does not. What the rest means is the option's business: most read its first word and ignore what
 * follows, strings take it whole.
 */
final class ConfFile {
    private ConfFile() {}

    /**
     * One line that is neither empty nor a comment.
     *
     * @param number from 1
     * @param name the first word
     * @param rest what follows the first word and one space; empty where there is nothing
     */
    record Option(int number, String name, String rest) {
        /** The words of the rest, between spaces. */
        List<String> words() {
            List<String> words = new ArrayList<>();
            for (String word : rest.split(" ", -1)) {
                if (!word.isEmpty()) {
                    words.add(word);
                }
            }
            return words;
        }

        /** The rest without white space at either end; empty where there is nothing else. */
        String text() {
            int from = 0;
            int end = rest.length();
            while (from < end && isSpace(rest.charAt(from))) {
                from++;
            }
            while (end > from && isSpace(rest.charAt(end - 1))) {
                end--;
            }
            return rest.substring(from, end);
        }

        /** As C's {@code isspace}. */
        private static boolean isSpace(char c) {
            return c == ' ' || (c >= '\t' && c <= '\r');
        }
    }

    /** Reads the options of a file; problems of its encoding are added to the list. */
    static List<Option> parse(String file, byte[] bytes, List<Problem> problems) {
        String encoding = TextLines.foreignEncoding(bytes);
        if (encoding != null) {
            problems.add(new Problem(
                    file,
                    1,
                    "the file is "
                            + encoding
                            + "; mosquitto reads plain UTF-8. Save it as UTF-8 without a"
                            + " byte order mark."));
            return List.of();
        }
        List<Option> options = new ArrayList<>();
        for (TextLines.Line line : TextLines.split(bytes)) {
            if (line.comment()) {
                continue;
            }
            String text = line.text();
            if (text == null) {
                problems.add(new Problem(
                        file, line.number(), "the line is not UTF-8. Save the file as UTF-8."));
                continue;
            }
            Option option = option(line.number(), text);
            if (option != null) {
                options.add(option);
            }
        }
        return options;
    }

    private static @Nullable Option option(int number, String text) {
        // mosquitto skips a line that begins with a carriage return, whatever follows.
        if (text.startsWith("\r")) {
            return null;
        }
        int from = 0;
        while (from < text.length() && text.charAt(from) == ' ') {
            from++;
        }
        if (from == text.length()) {
            return null;
        }
        int space = text.indexOf(' ', from);
        return space < 0
                ? new Option(number, text.substring(from), "")
                : new Option(number, text.substring(from, space), text.substring(space + 1));
    }

    /** The files an {@code include_dir} stands for, in mosquitto's order: digits, then A, a, B, b. */
    static List<Path> included(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (name.length() > ".conf".length() && name.endsWith(".conf")) {
                    files.add(entry);
                }
            }
        }
        files.sort((a, b) -> compare(a.getFileName().toString(), b.getFileName().toString()));
        return files;
    }

    /** Letter by letter without regard to case, and only then capitals first. */
    static int compare(String a, String b) {
        for (int i = 0; i < Math.min(a.length(), b.length()); i++) {
            int order = upper(a.charAt(i)) - upper(b.charAt(i));
            if (order == 0) {
                order = a.charAt(i) - b.charAt(i);
            }
            if (order != 0) {
                return order;
            }
        }
        return a.length() - b.length();
    }

    private static int upper(char c) {
        return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
    }
}
