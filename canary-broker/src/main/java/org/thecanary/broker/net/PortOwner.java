// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which program listens on a TCP port of this machine, as Linux tells it in {@code /proc}: an inode in the table of
 * sockets, and the process that has a file descriptor for it. Another user's descriptors are root's to see; then only the
 * user is known.
 *
 * <p>Any thread; blocks.
 */
public final class PortOwner {
    private static final String LISTENING = "0A";

    private PortOwner() {}

    /** Such as {@code mosquitto (pid 812)} or {@code a program of user mosquitto}; empty: nothing is known. */
    public static Optional<String> of(int port) {
        Set<String> sockets = new HashSet<>();
        String user = "";
        for (String table : List.of("tcp", "tcp6")) {
            for (String[] fields : table(Path.of("/proc/net", table))) {
                if (fields[1].endsWith(":%04X".formatted(port)) && fields[3].equals(LISTENING)) {
                    sockets.add("socket:[" + fields[9] + "]");
                    user = fields[7];
                }
            }
        }
        if (sockets.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(process(sockets).orElse("a program of user " + name(user)));
    }

    private static List<String[]> table(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .skip(1)
                    .map(line -> line.strip().split("\\s+", 11))
                    .filter(fields -> fields.length > 9)
                    .toList();
        } catch (IOException e) {
            return List.of(); // not Linux
        }
    }

    private static Optional<String> process(Set<String> sockets) {
        try (DirectoryStream<Path> processes =
                Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (has(process, sockets)) {
                    return Optional.of(Files.readString(process.resolve("comm")).strip() + " (pid "
                            + process.getFileName() + ")");
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // it ended meanwhile
        }
        return Optional.empty();
    }

    private static boolean has(Path process, Set<String> sockets) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (sockets.contains(target(descriptor))) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // another user's
        }
        return false;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }

    private static String name(String uid) {
        try {
            for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
                String[] fields = line.split(":", 4);
                if (fields.length > 2 && fields[2].equals(uid)) {
                    return fields[0];
                }
            }
        } catch (IOException e) {
            // the number will do
        }
        return uid;
    }
}
