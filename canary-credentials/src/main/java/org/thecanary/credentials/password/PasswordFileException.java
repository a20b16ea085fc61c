// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A password file that cannot be used. The two kinds end a program with different exit codes. */
public abstract sealed class PasswordFileException extends Exception {
    private static final long serialVersionUID = 1L;

    private PasswordFileException(String message) {
        super(message);
    }

    /**
     * The file is missing, is no regular file, or may not be read: exit code 13. The message names
     * file and reason.
     */
    public static final class UnreadableFile extends PasswordFileException {
        private static final long serialVersionUID = 1L;

        UnreadableFile(String message) {
            super(message);
        }
    }

    /**
     * The file was read and lines of it are wrong: exit code 3. The message has a line for each
     * problem.
     */
    public static final class BadLines extends PasswordFileException {
        private static final long serialVersionUID = 1L;

        private final transient List<Problem> problems;

        BadLines(List<Problem> problems) {
            super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
            this.problems = List.copyOf(problems);
        }

        /** All that is wrong with the file, in its order; never empty. */
        public List<Problem> problems() {
            return problems;
        }
    }

    /**
     * What is wrong with one line. {@code toString()} is {@code file:line: sentence}, without
     * password or hash.
     *
     * @param file as the user named it
     * @param line from 1
     * @param sentence what is wrong and what to do
     */
    public record Problem(Path file, int line, String sentence) {
        @Override
        public String toString() {
            return file + ":" + line + ": " + sentence;
        }
    }
}
