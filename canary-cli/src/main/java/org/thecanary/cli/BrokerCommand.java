// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.broker.Broker;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.broker.config.ConfigLoader;
import org.thecanary.broker.config.ConfigLoader.Loaded;
import org.thecanary.broker.config.LogMarkers;
import org.thecanary.broker.config.Problem;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

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
    private static final Logger LOG = LoggerFactory.getLogger("broker");

    /** A port that cannot be bound, as mosquitto. */
    private static final int CANNOT_LISTEN = 1;

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

    @Override
    public Integer call() {
        Broker broker;
        BrokerConfig config;
        try {
            Loaded loaded = load();
            config = loaded.config();
            BrokerLog.configure(verbose ? config.log().verbose() : config.log());
            loaded.notices().forEach(notice -> LOG.warn("{}", notice));
            List<AccessRules> rules = AccessRules.load(config.listeners());
            rules.stream().flatMap(rule -> rule.notices().stream()).distinct().forEach(LOG::warn);
            LOG.info(LogMarkers.NOTICE, "canary {} starting", Canary.Version.number());
            logConfiguration(config);
            broker = Broker.start(config, rules);
            writePidFile(config);
        } catch (ConfigException e) {
            System.err.println(e.report());
            return e.exitCode();
        } catch (IOException e) {
            System.err.println("Error: " + e.getMessage());
            return CANNOT_LISTEN;
        }
        LOG.info(LogMarkers.NOTICE, "canary {} running", Canary.Version.number());
        return runUntilSignal(broker, config);
    }

    private Loaded load() throws ConfigException {
        if (configFile == null) {
            return new Loaded(ConfigLoader.withoutFile(ports), List.<Problem>of());
        }
        return ConfigLoader.load(configFile, ports);
    }

    private void logConfiguration(BrokerConfig config) {
        if (configFile == null) {
            LOG.info("Using default config.");
        } else {
            LOG.info("Config loaded from {}.", configFile);
        }
        if (config.localOnly()) {
            LOG.info(
                    "Starting in local only mode. Connections will only be possible from clients running on this machine.");
            LOG.info(
                    "Create a configuration file which defines a listener to allow remote access.");
        }
    }

    private static void writePidFile(BrokerConfig config) throws IOException {
        if (config.pidFile() != null) {
            try {
                Files.writeString(config.pidFile(), ProcessHandle.current().pid() + "\n");
            } catch (IOException e) {
                LOG.warn("Unable to write pid file {}: {}", config.pidFile(), e.getMessage());
            }
        }
    }

    /** SIGTERM and SIGINT end the broker with 0, where the JVM left alone would say 143 and 130. */
    private static int runUntilSignal(Broker broker, BrokerConfig config) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            broker.close();
            if (config.pidFile() != null) {
                try {
                    Files.deleteIfExists(config.pidFile());
                } catch (IOException e) {
                    LOG.warn("Unable to remove pid file {}: {}", config.pidFile(), e.getMessage());
                }
            }
            LOG.info(LogMarkers.NOTICE, "canary {} terminating", Canary.Version.number());
            Runtime.getRuntime().halt(0);
        }));
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }
}
