// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether a file with secrets is its user's alone, as mosquitto 2.1 looks at it ({@code mosquitto_fopen}). */
public final class FileGuard {
    private static final Set<PosixFilePermission> OF_OTHERS =
            PosixFilePermissions.fromString("------rwx");

    private FileGuard() {}

    /** What an operator should hear about a file that is there: complete lines in mosquitto's words, mostly none. */
    public static List<String> warnings(Path file) {
        var warnings = new ArrayList<String>();
        try {
            if (Files.getPosixFilePermissions(file).stream().anyMatch(OF_OTHERS::contains)) {
                warnings.add("Warning: File " + file
                        + " has world readable permissions. To fix this, use `chmod 0600 " + file
                        + "`.");
            }
            ours("Uid").filter(uid -> differs(file, "unix:uid", uid)).ifPresent(_ -> {
                var user = System.getProperty("user.name");
                warnings.add("Warning: File " + file + " owner is not " + user
                        + ". To fix this, use `chown " + user + " " + file + "`.");
            });
            ours("Gid").filter(gid -> differs(file, "unix:gid", gid)).ifPresent(gid -> {
                var group = nameOfGroup(gid);
                warnings.add("Warning: File " + file + " group is not " + group
                        + ". To fix this, use `chgrp " + group + " " + file + "`.");
            });
        } catch (UnsupportedOperationException | IOException e) {
            // Nothing is known of it here; who reads the file says what is in the way.
        }
        return warnings;
    }

    private static boolean differs(Path file, String attribute, int ours) {
        try {
            return !Integer.valueOf(ours).equals(Files.getAttribute(file, attribute));
        } catch (IOException e) {
            return false;
        }
    }

    /** The effective id of this process, of proc(5) {@code status}; empty where there is none. */
    private static Optional<Integer> ours(String field) {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith(field + ":"))
                    .map(line -> Integer.valueOf(line.split("\\s+", -1)[2]))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String nameOfGroup(int gid) {
        try (var groups = Files.lines(Path.of("/etc/group"))) {
            return groups.map(line -> line.split(":", -1))
                    .filter(fields -> fields.length > 2 && fields[2].equals(Integer.toString(gid)))
                    .map(fields -> fields[0])
                    .findFirst()
                    .orElse(Integer.toString(gid));
        } catch (IOException e) {
            return Integer.toString(gid);
        }
    }
}
