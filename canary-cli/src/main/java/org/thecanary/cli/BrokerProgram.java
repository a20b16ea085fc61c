// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.broker.config.ConfigLoader;
import org.thecanary.broker.config.ConfigLoader.Loaded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** What {@code canary broker} does, from its flags to its end. Owner: the thread that calls {@link #run}, and signals. */
final class BrokerProgram {
    private static final Logger LOG = LoggerFactory.getLogger("broker");
    /** As mosquitto's MOSQ_ERR_NOMEM. */
    private static final int OUT_OF_MEMORY = 1;

    private final BrokerFlags flags;
    private final Systemd systemd = Systemd.of(System.getenv());
    private final AtomicReference<@Nullable RunningBroker> running = new AtomicReference<>();
    private final AtomicBoolean reloadAsked = new AtomicBoolean();

    BrokerProgram(BrokerFlags flags) {
        this.flags = flags;
    }

    /**
     * Runs the broker where the words ask for it and are plain.
     *
     * @return the exit code, or null where picocli is to read the words
     */
    static @Nullable Integer runIfAsked(String... words) {
        try {
            BrokerFlags flags = BrokerFlags.read(words);
            return flags == null ? null : new BrokerProgram(flags).run();
        } catch (BrokerFlags.Refused e) {
            System.err.println(e.getMessage());
            return ConfigException.INVALID;
        }
    }

    /** The exit code, unless a signal ends the program: then {@link #close} is at it. */
    int run() {
        if (flags.testConfig()) {
            return testConfig();
        }
        if (flags.daemon() && !Detached.isDetached()) {
            System.err.println("Error: -d is for the launcher: ./canary broker -d");
            return ConfigException.INVALID;
        }
        // Before a port is open: whoever sees it open may send signals.
        Signals.on("HUP", this::reload);
        Thread end = Signals.closeAtEnd(new CompletableFuture<>(), this::close);
        Signals.on("USR1", () -> ifRunning(RunningBroker::save));
        Signals.on("USR2", () -> ifRunning(RunningBroker::printSubscriptions));
        try {
            RunningBroker broker = RunningBroker.startAsAsked(
                    flags.configFile(),
                    flags.ports(),
                    new RunningBroker.Logging(flags.verbose(), flags.quiet(), flags.logFormat()));
            running.set(broker);
            reloadIfAsked();
            if (flags.watch()) {
                broker.watchFiles();
            }
            systemd.ready();
            systemd.watch(broker::answers);
            if (flags.daemon()) {
                BrokerLog.flush(); // the launcher reads no further
                Detached.ready();
            }
            TrainedClasses.initialize();
            broker.awaitEndOfALoop();
            if (running.get() != null) {
                endWithoutALoop();
            }
        } catch (ConfigException e) {
            return refused(end, e.report(), e.exitCode());
        } catch (IOException e) {
            return refused(end, "Error: " + e.getMessage(), RunningBroker.CANNOT_LISTEN);
        }
        return new CompletableFuture<Integer>().join(); // a signal ends it
    }

    /** Closing would wait for the loop that is gone. What was acknowledged is on disk. */
    private static void endWithoutALoop() {
        try {
            LOG.error(
                    "Error: A loop has ended with an error, so its clients are no longer served: the broker ends."
                            + " If memory ran out, give it more (CANARY_OPTS=-Xmx...) or set memory_limit.");
            BrokerLog.flush();
        } finally {
            Runtime.getRuntime().halt(OUT_OF_MEMORY);
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

    /** Ends the broker, if it runs. */
    void close() {
        systemd.stopping();
        RunningBroker broker = running.getAndSet(null);
        if (broker != null) {
            broker.close();
        }
    }

    /** As mosquitto, of the configuration alone; what is wrong with its password and ACL files is said too. */
    private int testConfig() {
        Path configFile = flags.configFile();
        if (configFile == null) {
            System.err.println("Error: Please provide a configuration file to test:  -c FILE");
            return ConfigException.INVALID;
        }
        try {
            Loaded loaded = ConfigLoader.load(configFile, flags.ports());
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
