// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code canary broker} was called with.
 *
 * @param configFile null where none was named
 * @param ports of -p, in their order
 */
record BrokerFlags(
        @Nullable Path configFile,
        List<Integer> ports,
        boolean verbose,
        boolean quiet,
        boolean watch,
        boolean daemon,
        boolean testConfig,
        BrokerLog.Format logFormat) {

    /**
     * Reads what a service's file says, {@code broker -c FILE} with the flags that nobody gets wrong. picocli, which reads
     * and explains all the rest in {@link BrokerCommand}, takes longer to load than the broker takes to listen: its
     * classes are of a version that the AOT cache does not take.
     *
     * @return null where the words say anything else
     */
    static @Nullable BrokerFlags ofPlainWords(String... words) {
        Path configFile = null;
        List<Integer> ports = new ArrayList<>();
        boolean verbose = false;
        boolean daemon = false;
        if (words.length == 0 || !words[0].equals("broker")) {
            return null;
        }
        for (int i = 1; i < words.length; i++) {
            String next = i + 1 < words.length ? words[i + 1] : "";
            switch (words[i]) {
                case "-c" -> {
                    if (next.isEmpty() || next.startsWith("-")) {
                        return null;
                    }
                    configFile = Path.of(next);
                    i++;
                }
                case "-p" -> {
                    if (!next.matches("[0-9]{1,5}")) {
                        return null;
                    }
                    ports.add(Integer.valueOf(next));
                    i++;
                }
                case "-v" -> verbose = true;
                case "-d" -> daemon = true;
                default -> {
                    return null;
                }
            }
        }
        return new BrokerFlags(
                configFile, ports, verbose, false, false, daemon, false, BrokerLog.Format.PLAIN);
    }
}
