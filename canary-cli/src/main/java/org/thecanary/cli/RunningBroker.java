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
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.config.LogConfig;
import org.thecanary.broker.config.LogMarkers;
import org.thecanary.broker.config.LogType;
import org.thecanary.broker.config.Problem;
import org.thecanary.broker.http.HttpAnswer;
import org.thecanary.broker.http.HttpQuestion;
import org.thecanary.broker.store.Store;
import org.thecanary.broker.tls.TlsException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

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
    private final Source source;
    private final BrokerConfig started;
    private @Nullable FileWatch watch;
    private Loaded loaded;
    private List<Path> files;
    private @Nullable Path adminSocket;
    private @Nullable FileWatch certificates;

    /** Where the configuration comes from, to be read again. */
    private record Source(
            @Nullable Path configFile,
            List<Integer> ports,
            Logging logging,
            AtomicReference<@Nullable Broker> broker) {
        Loaded load() throws ConfigException {
            return configFile == null
                    ? new Loaded(ConfigLoader.withoutFile(ports), List.of(), List.of())
                    : ConfigLoader.load(configFile, ports);
        }

        /** Some write it, start a broker and remove it; mosquitto then reloads what the file names. */
        boolean isGone() {
            return configFile != null && Files.notExists(configFile);
        }

        BrokerLog log(BrokerConfig config) throws IOException {
            return BrokerLog.open(logging.applied(config.log()), logging.format, this::logToTopic);
        }

        private void logToTopic(LogType type, String line) {
            Broker running = broker.get();
            if (running != null) {
                running.logToTopic(type, line);
            }
        }
    }

    /** What the command line says about the log. */
    record Logging(boolean verbose, boolean quiet, BrokerLog.Format format) {
        static Logging verbose(boolean verbose) {
            return new Logging(verbose, false, BrokerLog.Format.PLAIN);
        }

        private LogConfig applied(LogConfig config) {
            return quiet ? config.quiet() : verbose ? config.verbose() : config;
        }
    }

    private RunningBroker(Broker broker, Source source, Loaded loaded) {
        this.broker = broker;
        this.source = source;
        this.loaded = loaded;
        this.files = filesOf(loaded);
        this.started = broker.config();
    }

    /**
     * Starts a broker; it listens when this returns.
     *
     * @param configFile a mosquitto.conf; null: local only
     * @param ports of the command line, which count where the file opens none
     * @throws ConfigException if a file cannot be obeyed; nothing was started
     * @throws IOException if a port cannot be bound; nothing is left running
     */
    static RunningBroker start(@Nullable Path configFile, List<Integer> ports, Logging logging)
            throws ConfigException, IOException {
        Source source = new Source(configFile, ports, logging, new AtomicReference<>());
        return start(source, source.load(), () -> {});
    }

    /**
     * The same, as whom the configuration asks for where root starts it.
     *
     * @throws ConfigException also where there is no such user
     */
    static RunningBroker startAsAsked(
            @Nullable Path configFile, List<Integer> ports, Logging logging)
            throws ConfigException, IOException {
        Source source = new Source(configFile, ports, logging, new AtomicReference<>());
        Loaded loaded = source.load();
        Privileges privileges = Privileges.settle(loaded, System.getenv());
        return start(source, loaded, privileges::tell);
    }

    private static RunningBroker start(Source source, Loaded loaded, Runnable whoRuns)
            throws ConfigException, IOException {
        BrokerConfig config = loaded.config();
        source.log(config).begin();
        whoRuns.run();
        List<AccessRules> rules = AccessRules.load(config.listeners());
        logNotices(loaded, rules);
        LOG.info("canary {} starting", Canary.version());
        logConfiguration(source.configFile, config);
        Broker broker = Broker.start(config, rules);
        try {
            // Only now: where a port is taken, the file may be another broker's.
            writePidFile(config);
        } catch (ConfigException e) {
            broker.close();
            throw e;
        }
        source.broker.set(broker);
        LOG.info("canary {} running", Canary.version());
        RunningBroker running = new RunningBroker(broker, source, loaded);
        broker.expectReloadOf(running.files);
        running.administer();
        running.watchCertificates();
        return running;
    }

    /** What was read, users and rules included. */
    private static List<Path> filesOf(Loaded loaded) {
        List<Path> files = new ArrayList<>(loaded.files());
        for (ListenerConfig listener : loaded.config().listeners()) {
            Stream.of(listener.passwordFile(), listener.aclFile())
                    .filter(Objects::nonNull)
                    .forEach(files::add);
        }
        return List.copyOf(files);
    }

    /** Certificates and revocation lists are renewed by other programs, which do not know of us. */
    private void watchCertificates() throws IOException {
        if (!broker.tlsFiles().isEmpty()) {
            certificates = new FileWatch(this::reloadCertificates);
            certificates.follow(broker.tlsFiles());
        }
    }

    private synchronized void reloadCertificates() {
        try {
            broker.reloadTls();
            LOG.info(LogMarkers.NOTICE, "Certificates reloaded.");
            certificatesWereRead();
        } catch (TlsException e) {
            e.problems().forEach(problem -> LOG.error("Error: {}", problem));
            LOG.error("Error: Certificates not reloaded. The former ones go on.");
        }
    }

    private static void logNotices(Loaded loaded, List<AccessRules> rules) {
        loaded.notices().forEach(notice -> LOG.warn("{}", notice));
        rules.stream().flatMap(rule -> rule.notices().stream()).distinct().forEach(LOG::warn);
    }

    /**
     * Reads configuration, users and rules again and holds everybody to them, those who are connected too. Where a file
     * cannot be obeyed all stays as it was, and the log says which lines are at fault; where the configuration file is
     * gone, its former text counts. Blocks on files.
     *
     * @return the problems that kept everything as it was; none where the reload was done
     */
    synchronized List<Problem> reload() {
        Runnable done = broker.holdNewcomers();
        LOG.info("Reloading config.");
        try {
            Loaded next = loaded;
            if (source.isGone()) {
                LOG.error(
                        "Error: Unable to open config file '{}'. What it said goes on; users, rules and certificates are read again.",
                        source.configFile);
            } else {
                next = source.load();
            }
            BrokerConfig config = next.config();
            List<AccessRules> rules = AccessRules.load(config.listeners());
            List<String> waiting = reload(config, rules);
            logNotices(next, rules);
            waiting.forEach(each -> LOG.warn("Not reloaded: {}", each));
            loaded = next;
            files = filesOf(next);
            broker.expectReloadOf(files);
            followFiles();
            LOG.info(LogMarkers.NOTICE, "Config reloaded.");
            return List.of();
        } catch (ConfigException e) {
            return notReloaded(e.problems());
        } catch (TlsException e) {
            certificatesWereRead();
            return notReloaded(e.problems().stream()
                    .map(problem -> new Problem(String.valueOf(source.configFile), 0, problem))
                    .toList());
        } catch (IOException e) {
            return notReloaded(List.of(new Problem(
                    String.valueOf(source.configFile), 0, String.valueOf(e.getMessage()))));
        } finally {
            done.run();
        }
    }

    /** Takes over what was read, all of it or nothing; answers what waits for the next start. */
    private List<String> reload(BrokerConfig config, List<AccessRules> rules) throws IOException {
        BrokerLog log = source.log(config);
        List<String> waiting;
        try {
            waiting = new ArrayList<>(broker.reload(config, rules));
        } catch (TlsException e) {
            log.discard();
            throw e;
        }
        log.begin();
        if (!Objects.equals(started.pidFile(), config.pidFile())) {
            waiting.add("pid_file has changed; it is written at the next start.");
        }
        if (!Objects.equals(started.persistence(), config.persistence())) {
            waiting.add(
                    "what is kept on disk, and where, has changed; it counts at the next start.");
        }
        if (!Objects.equals(started.user(), config.user())) {
            waiting.add("user has changed; it counts at the next start.");
        }
        return waiting;
    }

    /** What is told of now is no news when the watch sees it. */
    private void certificatesWereRead() {
        try {
            followFiles();
        } catch (IOException e) {
            LOG.error("Error: certificates cannot be watched: {}", e.getMessage());
        }
    }

    private static List<Problem> notReloaded(List<Problem> problems) {
        problems.forEach(problem -> LOG.error("Error: {}", problem));
        LOG.error(
                "Error: Not reloaded, since {}. The former configuration goes on.",
                problems.size() == 1
                        ? "a line is at fault"
                        : problems.size() + " lines are at fault");
        return problems;
    }

    /** From now on reloads whenever a file of the configuration changes. */
    synchronized void watchFiles() throws IOException {
        watch = new FileWatch(() -> {
            var _ = reload();
        });
        followFiles();
        LOG.info("Watching the files of the configuration.");
    }

    private void followFiles() throws IOException {
        FileWatch following = watch;
        if (following != null) {
            following.follow(files);
        }
        if (certificates != null) {
            certificates.follow(broker.tlsFiles());
        }
    }

    private static void logConfiguration(@Nullable Path configFile, BrokerConfig config) {
        if (configFile == null) {
            LOG.info("Using default config.");
        } else {
            LOG.info("Config loaded from {}.", configFile);
        }
        if (config.localOnly()) {
            LOG.warn(
                    "Starting in local only mode. Connections will only be possible from clients running on this machine.");
            LOG.warn(
                    "Create a configuration file which defines a listener to allow remote access.");
        }
    }

    /** As mosquitto, which does not run where it cannot say so. */
    private static void writePidFile(BrokerConfig config) throws ConfigException {
        if (config.pidFile() != null) {
            try {
                Files.writeString(config.pidFile(), ProcessHandle.current().pid() + "\n");
            } catch (IOException e) {
                throw new ConfigException(
                        ConfigException.SYSTEM,
                        List.of(new Problem(
                                "Error",
                                0,
                                "Unable to write pid file " + config.pidFile() + ": "
                                        + CliErrors.reason(e))));
            }
        }
    }

    private static void removePidFile(@Nullable Path pidFile) {
        if (pidFile != null) {
            try {
                Files.deleteIfExists(pidFile);
            } catch (IOException e) {
                LOG.warn("Unable to remove pid file {}: {}", pidFile, e.getMessage());
            }
        }
    }

    /** Opens the administration channel; a broker that cannot have it runs without. */
    private void administer() {
        List<Integer> ports = broker.ports();
        try {
            Path socket = AdminSocket.prepare(ports.isEmpty() ? 0 : ports.getFirst());
            broker.serve(socket, broker.administration().on("POST", "/v1/reload", this::reload));
            AdminSocket.protect(socket);
            adminSocket = socket;
        } catch (IOException e) {
            LOG.warn("There is no administration channel: {}", CliErrors.sentence(e));
        }
    }

    private HttpAnswer reload(HttpQuestion question) {
        List<Problem> problems = reload();
        int status = problems.isEmpty() ? 200 : 409;
        String said = problems.isEmpty() ? "reloaded" : "not reloaded";
        if (question.wantsText()) {
            StringBuilder text = new StringBuilder();
            problems.forEach(problem -> text.append(problem).append('\n'));
            return HttpAnswer.text(status, text + said + "\n");
        }
        return HttpAnswer.json(
                status,
                Map.of(
                        "result",
                        said,
                        "problems",
                        problems.stream().map(Problem::toString).toList()));
    }

    /** SIGUSR1: has the disk hold what is kept, which it does soon by itself. */
    void save() {
        Store store = broker.store();
        if (store != null) {
            LOG.info("Saving in-memory database to {}.", store.folder());
            store.sync(() -> LOG.info("Saved to {}.", store.folder()));
        }
    }

    /** SIGUSR2: prints who has subscribed to what. */
    void printSubscriptions() {
        broker.figures().subscriptions().thenAcceptAsync(tree -> {
            System.out.print(tree);
            System.out.flush();
        });
    }

    /** Returns when one of the loops has ended, and with it the clients that it served. */
    void awaitEndOfALoop() {
        broker.loops().firstEnd().join();
    }

    /** Whether all loops turn; waits for them a few seconds. */
    boolean answers() {
        return broker.answers();
    }

    BrokerConfig config() {
        return broker.config();
    }

    private void removeAdminSocket() {
        Path socket = adminSocket;
        if (socket != null) {
            try {
                Files.deleteIfExists(socket);
            } catch (IOException e) {
                LOG.warn("Unable to remove {}: {}", socket, e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        LOG.info("canary {} terminating", Canary.version());
        BrokerLog.flush(); // to the clients that read it, too, while they are there
        broker.close();
        removeAdminSocket();
        removePidFile(started.pidFile());
        BrokerLog.end();
    }
}
