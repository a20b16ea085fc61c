// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.broker.config.ConfigLoader;
import org.thecanary.broker.config.ConfigLoader.Loaded;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

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
            names = "--test-config",
            description = "Only say whether the configuration file is in order: exit code 0 or 3.")
    private boolean testConfig;

    @Override
    public Integer call() {
        if (testConfig) {
            return testConfig();
        }
        RunningBroker broker;
        try {
            broker = RunningBroker.start(configFile, ports, verbose);
            Signals.on("HUP", broker::reload);
            if (watch) {
                broker.watchFiles();
            }
        } catch (ConfigException e) {
            System.err.println(e.report());
            return e.exitCode();
        } catch (IOException e) {
            System.err.println("Error: " + e.getMessage());
            return RunningBroker.CANNOT_LISTEN;
        }
        return Signals.runUntil(new CompletableFuture<>(), broker::close);
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
