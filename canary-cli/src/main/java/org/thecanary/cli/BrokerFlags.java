// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.Nearest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

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

    private static final Pattern FOR_PICOCLI =
            Pattern.compile("-h|--help|-V|--version|-[cdpqv].+|--[a-z-]+=.*");
    private static final List<String> LONG_NAMES = List.of(
            "--config-file",
            "--port",
            "--verbose",
            "--quiet",
            "--daemon",
            "--watch",
            "--test-config",
            "--log-format",
            "--help",
            "--version");
    private static final int MOST_PORTS = 10;
    private static final int HIGHEST_PORT = 65_535;

    /** Words that cannot be obeyed. The message is mosquitto's where mosquitto knows the word. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super("Error: " + message, null, false, false);
        }
    }

    /**
     * Reads {@code broker} and its flags, from left to right. picocli reads and explains in {@link BrokerCommand} what is
     * left: a wish for help, and flags that are written together. It takes longer to load than the broker takes to listen,
     * since its classes are of a version that the AOT cache does not take.
     *
     * @return null where that is to be asked
     */
    static @Nullable BrokerFlags read(String... words) throws Refused {
        if (words.length == 0 || !words[0].equals("broker")) {
            return null;
        }
        Path configFile = null;
        List<Integer> ports = new ArrayList<>();
        boolean verbose = false;
        boolean quiet = false;
        boolean watch = false;
        boolean daemon = false;
        boolean testConfig = false;
        BrokerLog.Format format = BrokerLog.Format.PLAIN;
        for (int i = 1; i < words.length; i++) {
            String next = i + 1 < words.length ? words[i + 1] : null;
            switch (words[i]) {
                case "-c", "--config-file" -> {
                    if (next == null) {
                        throw new Refused("-c argument given, but no config file specified.");
                    }
                    if (next.isEmpty()) {
                        throw new Refused("Unable to open config file ''.");
                    }
                    configFile = Path.of(next);
                    i++;
                }
                case "-p", "--port" -> {
                    if (next == null) {
                        throw new Refused("-p argument given, but no port specified.");
                    }
                    if (ports.size() == MOST_PORTS) {
                        throw new Refused("Only " + MOST_PORTS
                                + " ports can be specified on the command line.");
                    }
                    ports.add(port(next));
                    i++;
                }
                case "--tls-keylog" ->
                    throw new Refused(
                            next == null
                                    ? "--tls-keylog argument given, but no file specified."
                                    : "--tls-keylog is not supported: Java's TLS keeps its keys to itself.");
                case "-v", "--verbose" -> verbose = true;
                case "-q", "--quiet" -> quiet = true;
                case "-d", "--daemon" -> daemon = true;
                case "--watch" -> watch = true;
                case "--test-config" -> testConfig = true;
                case "--log-format" -> {
                    if (!"json".equals(next) && !"plain".equals(next)) {
                        return null;
                    }
                    format = "json".equals(next) ? BrokerLog.Format.JSON : BrokerLog.Format.PLAIN;
                    i++;
                }
                default -> {
                    if (FOR_PICOCLI.matcher(words[i]).matches()) {
                        return null;
                    }
                    throw unknown(words[i]);
                }
            }
        }
        return new BrokerFlags(
                configFile, ports, verbose, quiet, watch, daemon, testConfig, format);
    }

    private static Refused unknown(String word) {
        String near = word.startsWith("--") ? Nearest.of(word, LONG_NAMES) : null;
        return new Refused("Unknown option '" + word + "'.\n"
                + (near == null ? "" : "Did you mean " + near + "?\n")
                + "\nUse 'canary broker --help' to see usage.");
    }

    private static int port(String text) throws Refused {
        int port = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
        if (port < 1 || port > HIGHEST_PORT) {
            throw new Refused("Invalid port specified (" + text + ").");
        }
        return port;
    }
}
