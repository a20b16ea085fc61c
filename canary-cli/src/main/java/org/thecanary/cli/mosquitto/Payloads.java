// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The payload that pub and rr send, unless it comes line by line. */
final class Payloads {
    private static final int LARGEST = 268_435_455;

    private Payloads() {}

    static byte[] load(Settings settings, Streams streams) throws ToolException {
        return switch (settings.source) {
            case ARGUMENT -> Bytes.toArray(settings.message == null ? "" : settings.message);
            case FILE -> file(settings.file == null ? "" : settings.file);
            case STDIN -> stdin(streams);
            case NONE, STDIN_LINES, EMPTY -> new byte[0];
        };
    }

    private static byte[] stdin(Streams streams) throws ToolException {
        byte[] payload;
        try {
            payload = streams.in().readAllBytes();
        } catch (IOException _) {
            payload = new byte[0];
        }
        String problem = payload.length == 0
                ? "Error: Zero length input.\n"
                : payload.length > LARGEST
                        ? "Error: Message length must be less than " + LARGEST + " bytes.\n\n"
                        : "";
        if (!problem.isEmpty()) {
            throw new ToolException(1, problem + "Error loading input from stdin.\n");
        }
        return payload;
    }

    private static byte[] file(String name) throws ToolException {
        byte[] payload;
        try {
            payload = Files.readAllBytes(Path.of(Bytes.text(name)));
        } catch (IOException e) {
            throw new ToolException(
                    1,
                    "Error: Unable to read file \"" + name + "\": " + reason(e) + ".\n"
                            + "Error loading input file \"" + name + "\".\n");
        }
        if (payload.length > LARGEST) {
            throw new ToolException(
                    1,
                    "Error: File must be less than " + LARGEST + " bytes.\n\n"
                            + "Error loading input file \"" + name + "\".\n");
        }
        return payload;
    }

    /** In C's words. */
    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "No such file or directory";
            case AccessDeniedException _ -> "Permission denied";
            default -> Bytes.of(String.valueOf(e.getMessage()));
        };
    }
}
