// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The process of a broker on this machine, and what it costs: Linux' /proc. Any thread. */
record BrokerProcess(long pid) {
    private static final String LISTENS = "0A";

    /** The process that listens on a port of this machine; empty where it cannot be seen. */
    static Optional<BrokerProcess> listeningOn(String host, int port) {
        try {
            if (!InetAddress.getByName(host).isLoopbackAddress()) {
                return Optional.empty();
            }
            Set<String> sockets = new HashSet<>();
            for (String table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
                if (Files.exists(Path.of(table))) {
                    Files.readAllLines(Path.of(table)).forEach(line -> {
                        String[] fields = line.strip().split(" +", -1);
                        String suffix = String.format(Locale.ROOT, ":%04X", port);
                        if (fields.length > 9
                                && fields[1].endsWith(suffix)
                                && fields[3].equals(LISTENS)) {
                            sockets.add("socket:[" + fields[9] + "]");
                        }
                    });
                }
            }
            return ProcessHandle.allProcesses()
                    .mapToLong(ProcessHandle::pid)
                    .filter(pid -> hasOneOf(pid, sockets))
                    .mapToObj(BrokerProcess::new)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean hasOneOf(long pid, Set<String> sockets) {
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path file : files) {
                if (Files.isSymbolicLink(file)
                        && sockets.contains(Files.readSymbolicLink(file).toString())) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // It is another user's, or has ended meanwhile.
        }
        return false;
    }

    /** CPU time of all its threads, to a hundredth of a second. */
    Duration cpu() {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO);
    }

    /** Memory that it has, VmRSS. */
    OptionalLong residentBytes() {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
