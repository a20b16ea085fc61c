// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.broker.config.ConfigLoader;
import org.thecanary.broker.config.ConfigLoader.Loaded;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

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

    private final Systemd systemd = Systemd.of(System.getenv());
    private final AtomicReference<@Nullable RunningBroker> running = new AtomicReference<>();
    private final AtomicBoolean reloadAsked = new AtomicBoolean();

    @Override
    public Integer call() {
        if (testConfig) {
            return testConfig();
        }
        if (daemon && !Detached.isDetached()) {
            System.err.println("Error: -d is for the launcher: ./canary broker -d");
            return ConfigException.INVALID;
        }
        // Before a port is open: whoever sees it open may send signals.
        Thread end = Signals.closeAtEnd(new CompletableFuture<>(), this::close);
        Signals.on("HUP", this::reload);
        Signals.on("USR1", () -> ifRunning(RunningBroker::save));
        Signals.on("USR2", () -> ifRunning(RunningBroker::printSubscriptions));
        try {
            RunningBroker broker = RunningBroker.start(
                    configFile, ports, new RunningBroker.Logging(verbose, quiet, logFormat));
            running.set(broker);
            reloadIfAsked();
            if (watch) {
                broker.watchFiles();
            }
            systemd.ready();
            systemd.watch(broker::answers);
            if (daemon) {
                Detached.ready();
            }
        } catch (ConfigException e) {
            return refused(end, e.report(), e.exitCode());
        } catch (IOException e) {
            return refused(end, "Error: " + e.getMessage(), RunningBroker.CANNOT_LISTEN);
        }
        return new CompletableFuture<Integer>().join(); // a signal ends it
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

    private static int refused(Thread end, String why, int exitCode) {
        Signals.cancel(end);
        BrokerLog.end();
        System.err.println(why);
        return exitCode;
    }

    /** SIGHUP. One that comes while the broker still starts is obeyed once it has: it may have read the old files. */
    private void reload() {
        reloadAsked.set(true);
        reloadIfAsked();
    }

    private void reloadIfAsked() {
        RunningBroker broker = running.get();
        if (broker != null && reloadAsked.getAndSet(false)) {
            systemd.reloading();
            var _ = broker.reload();
            systemd.ready();
        }
    }

    private void ifRunning(Consumer<RunningBroker> task) {
        RunningBroker broker = running.get();
        if (broker != null) {
            task.accept(broker);
        }
    }

    private void close() {
        systemd.stopping();
        RunningBroker broker = running.get();
        if (broker != null) {
            broker.close();
        }
    }

    /** As mosquitto, of the configuration alone; what is wrong with its password and ACL files is said too. */
    private int testConfig() {
        if (configFile == null) {
            System.err.println("Error: Please provide a configuration file to test:  -c FILE");
            return ConfigException.INVALID;
        }
        try {
            Loaded loaded = ConfigLoader.load(configFile, ports);
            loaded.notices().forEach(System.err::println);
            try {
                AccessRules.load(loaded.config().listeners());
            } catch (ConfigException e) {
                System.err.println(e.getMessage());
                System.err.println("The broker would not start with these files.");
            }
            System.err.println("Configuration file is OK.");
            return 0;
        } catch (ConfigException e) {
            System.err.println(e.report());
            return ConfigException.INVALID;
        }
    }
}
