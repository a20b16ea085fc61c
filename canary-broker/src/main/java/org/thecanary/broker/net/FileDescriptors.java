// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many Network Connections the process has file descriptors for, getrlimit(2) RLIMIT_NOFILE. Clients must not take the
 * last: a JVM that cannot open a jar or a file of the store any more does not go on.
 */
public final class FileDescriptors {
    private static final Pattern LIMIT = Pattern.compile("Max open files +(\\d+) .*");

    /** For files that are opened later: jars, the store, the log, what a reload reads. */
    private static final int RESERVED = 64;

    /** And of each so many another one, as a store has more files where there are many clients. */
    private static final int SHARE = 64;

    private FileDescriptors() {}

    /** Connections there is room for beside what is open now; {@link Integer#MAX_VALUE} where nothing says. */
    public static int forConnections() {
        String[] open = new File("/proc/self/fd").list();
        try {
            return open == null
                    ? Integer.MAX_VALUE
                    : forConnections(Files.readAllLines(Path.of("/proc/self/limits")), open.length);
        } catch (IOException e) {
            return Integer.MAX_VALUE;
        }
    }

    /**
     * The same.
     *
     * @param limits lines of proc(5) {@code limits}
     * @param open descriptors that are in use
     */
    static int forConnections(List<String> limits, int open) {
        for (String line : limits) {
            Matcher limit = LIMIT.matcher(line);
            if (limit.matches()) {
                long most = Long.parseLong(limit.group(1));
                long free = Math.max(0, most - open);
                return Math.clamp(
                        free - Math.min(RESERVED + most / SHARE, free / 2), 1, Integer.MAX_VALUE);
            }
        }
        return Integer.MAX_VALUE;
    }
}
