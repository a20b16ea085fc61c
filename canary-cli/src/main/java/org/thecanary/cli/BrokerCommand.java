// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.broker.config.ConfigLoader;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/** {@code canary broker}: what {@code mosquitto} is called with, and its exit codes. */
@Command(
        name = "broker",
        description = "Run the MQTT broker.",
        mixinStandardHelpOptions = true,
        versionProvider = Canary.Version.class,
        exitCodeOnInvalidInput = 3,
        footer = {
            "",
            "Without -c, or with a file that opens no listener, only this machine can connect: 127.0.0.1 and ::1.",
            "Exit codes: 0 stopped by a signal, 1 port, 3 configuration, 13 unreadable password or ACL file."
        })
final class BrokerCommand implements Callable<Integer> {
    @Option(
            names = {"-c", "--config-file"},
            paramLabel = "FILE",
            description = "A mosquitto.conf.")
    private @Nullable Path configFile;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            description =
                    "Listen here, on this machine only; ignored when the file has a listener. Default: 1883.")
    private List<Integer> ports = List.of();

    @Option(
            names = {"-v", "--verbose"},
            description = "Log everything.")
    private boolean verbose;

    @Option(
            names = "--watch",
            description = "Reload when a file of the configuration changes, not only at SIGHUP.")
    private boolean watch;

    @Option(
            names = {"-q", "--quiet"},
            description = "Log nothing.")
    private boolean quiet;

    @Option(
            names = "--log-format",
            paramLabel = "plain|json",
            description =
                    "How log lines look: as mosquitto's, or a JSON object each. Default: plain.")
    private BrokerLog.Format logFormat = BrokerLog.Format.PLAIN;

    @Option(
            names = {"-d", "--daemon"},
            description = "Run in the background; returns when the broker listens or has failed.")
    private boolean daemon;

    @Option(
            names = "--test-config",
            description = "Only say whether the configuration file is in order: exit code 0 or 3.")
    private boolean testConfig;

    private static final Set<String> HELP = Set.of("-h", "--help", "--version");

    @Override
    public Integer call() {
        return new BrokerProgram(flags()).run();
    }

    BrokerFlags flags() {
        return new BrokerFlags(
                configFile, ports, verbose, quiet, watch, daemon, testConfig, logFormat);
    }

    /** Flags count from left to right, as for mosquitto: nothing is read that stands after a wish for help. */
    static String[] untilHelp(String... arguments) {
        if (arguments.length > 0 && arguments[0].equals("broker")) {
            int help = Arrays.asList(arguments)
                    .indexOf(Arrays.stream(arguments)
                            .filter(HELP::contains)
                            .findFirst()
                            .orElse(""));
            return help < 0 ? arguments : Arrays.copyOf(arguments, help + 1);
        }
        return arguments;
    }

    /** Not in {@link Canary}: loading that would load this exception, which a tool can do without. */
    static boolean canBeParsed(CommandLine canary, String... words) {
        try {
            canary.parseArgs(words);
            return true;
        } catch (ParameterException _) {
            return false;
        }
    }

    /** Whether these words, {@link #untilHelp}, are a wish for the broker's help. */
    static boolean asksForHelp(String... words) {
        return words[0].equals("broker") && HELP.contains(words[words.length - 1]);
    }

    /** And a file that is named before it is read before it; 0 where that is in order. */
    int checkBeforeHelp() {
        try {
            if (configFile != null) {
                var _ = ConfigLoader.load(configFile, ports);
            }
            return 0;
        } catch (ConfigException e) {
            System.err.println(e.report());
            return e.exitCode();
        }
    }
}
