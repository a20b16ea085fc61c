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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A broker with its configuration file, its log and its pid file, from start to end.
 *
 * <p>Any thread.
 */
final class RunningBroker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("broker");

    /** What the program exits with where a port cannot be bound, as mosquitto. */
    static final int CANNOT_LISTEN = 1;

    private final Broker broker;
    private final BrokerConfig config;

    private RunningBroker(Broker broker, BrokerConfig config) {
        this.broker = broker;
        this.config = config;
    }

    /**
     * Starts a broker; it listens when this returns.
     *
     * @param configFile a mosquitto.conf; null: local only
     * @param ports of the command line, which count where the file opens none
     * @throws ConfigException if a file cannot be obeyed; nothing was started
     * @throws IOException if a port cannot be bound; nothing is left running
     */
    static RunningBroker start(@Nullable Path configFile, List<Integer> ports, boolean verbose)
            throws ConfigException, IOException {
        Loaded loaded = configFile == null
                ? new Loaded(ConfigLoader.withoutFile(ports), List.<Problem>of())
                : ConfigLoader.load(configFile, ports);
        BrokerConfig config = loaded.config();
        BrokerLog.configure(verbose ? config.log().verbose() : config.log());
        loaded.notices().forEach(notice -> LOG.warn("{}", notice));
        List<AccessRules> rules = AccessRules.load(config.listeners());
        rules.stream().flatMap(rule -> rule.notices().stream()).distinct().forEach(LOG::warn);
        LOG.info(LogMarkers.NOTICE, "canary {} starting", Canary.Version.number());
        logConfiguration(configFile, config);
        Broker broker = Broker.start(config, rules);
        writePidFile(config);
        LOG.info(LogMarkers.NOTICE, "canary {} running", Canary.Version.number());
        return new RunningBroker(broker, config);
    }

    private static void logConfiguration(@Nullable Path configFile, BrokerConfig config) {
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

    private static void writePidFile(BrokerConfig config) {
        if (config.pidFile() != null) {
            try {
                Files.writeString(config.pidFile(), ProcessHandle.current().pid() + "\n");
            } catch (IOException e) {
                LOG.warn("Unable to write pid file {}: {}", config.pidFile(), e.getMessage());
            }
        }
    }

    BrokerConfig config() {
        return config;
    }

    @Override
    public void close() {
        broker.close();
        if (config.pidFile() != null) {
            try {
                Files.deleteIfExists(config.pidFile());
            } catch (IOException e) {
                LOG.warn("Unable to remove pid file {}: {}", config.pidFile(), e.getMessage());
            }
        }
        LOG.info(LogMarkers.NOTICE, "canary {} terminating", Canary.Version.number());
    }
}
