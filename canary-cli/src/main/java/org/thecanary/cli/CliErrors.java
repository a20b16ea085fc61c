// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.thecanary.credentials.ca.CaException;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

/** What to say of an exception, in a sentence. */
final class CliErrors {

    private CliErrors() {}

    /** Says what the user can put right in a sentence, and ends with 1; what we broke stays an exception. */
    static int executionError(Exception e) throws Exception {
        switch (e) {
            case CaException refused -> System.err.println("Error: " + refused.getMessage());
            case IOException io -> System.err.println("Error: " + sentence(io));
            default -> throw e;
        }
        return 1;
    }

    /** The reason, where the JDK's message is often the file's name and nothing else. */
    static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException _ -> "permission denied.";
            case NoSuchFileException _ -> "no such file or directory.";
            case FileSystemException file when file.getReason() != null -> file.getReason() + ".";
            default -> Objects.requireNonNullElse(e.getMessage(), e.toString());
        };
    }

    /** File and reason. */
    static String sentence(IOException e) {
        return e instanceof FileSystemException file && file.getFile() != null
                ? file.getFile() + ": " + reason(e)
                : reason(e);
    }
}
