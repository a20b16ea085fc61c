// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.credentials.password.PasswordFileException;
import org.thecanary.web.fleet.Alarms;
import org.thecanary.web.fleet.Fleet;
import org.thecanary.web.history.Channels;
import org.thecanary.web.history.Curve;
import org.thecanary.web.history.Database;
import org.thecanary.web.history.Entry;
import org.thecanary.web.history.LoginTable;
import org.thecanary.web.history.Measurements;
import org.thecanary.web.history.Notes;
import org.thecanary.web.history.Ranges;
import org.thecanary.web.history.Threshold;
import org.thecanary.web.history.Thresholds;
import org.thecanary.web.http.Logins;
import org.thecanary.web.http.People;
import org.thecanary.web.http.WebServer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The web app, from start to end. Any thread.
 *
 * <pre>{@code
 * try (WebApp web = WebApp.start(options)) {
 *     System.out.println(web.address());
 *     ...
 * }
 * }</pre>
 */
public final class WebApp implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("web");
    private static final int FIGURES_SECONDS = 10;
    private static final int ROLL_UP_SECONDS = 20;
    private static final int PRUNE_SECONDS = 3_600;
    private static final int RECALL_SECONDS = 1;

    private final Database database;
    private final Channels channels;
    private final Measurements measurements;
    private final Ranges ranges;
    private final Thresholds thresholds;
    private final Logins logins;
    private final Fleet fleet;
    private final Alarms alarms;
    private final BrokerLink link;
    private final Ingest ingest;
    private final Warner warner;
    private final TopicWatch topics;
    private final WebServer server;

    /** What every second brings, which waits for nobody. */
    private final ScheduledExecutorService clock = oneThread("web-clock");

    /** What needs the history, and takes as long as that takes. */
    private final ScheduledExecutorService chores = oneThread("web-chores");

    /** The last tick's complaint, so that each is made once. */
    private String complaint = "";

    /**
     * Starts it; browsers may come when this returns, while the broker is still being tried, and a PostgreSQL server that is
     * away.
     *
     * @throws IOException with a sentence, if the folder, the history, the people or the port cannot be had
     */
    public static WebApp start(WebOptions options) throws IOException {
        Files.createDirectories(options.folder());
        Database given = options.database();
        Database database =
                given == null ? Database.sqlite(options.folder().resolve("history.db")) : given;
        Spool spool = null;
        WebApp started = null;
        try {
            spool = new Spool(options.folder().resolve("spool"), Spool.LARGEST);
            started = new WebApp(options, database, spool);
            return started;
        } catch (SQLException e) {
            throw new IOException(
                    "the history in " + database.describe() + " cannot be opened: "
                            + e.getMessage(),
                    e);
        } catch (PasswordFileException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            if (started == null) {
                database.close();
                if (spool != null) {
                    spool.close();
                }
            }
        }
    }

    private WebApp(WebOptions options, Database database, Spool spool)
            throws SQLException, PasswordFileException, IOException {
        this.database = database;
        channels = new Channels(database);
        measurements = new Measurements(database, channels, options.retention());
        ranges = new Ranges(database, channels, options.retention());
        Notes notes = new Notes(database);
        thresholds = new Thresholds(database);
        logins = new Logins(new People(options.folder()), new LoginTable(database));
        warner = new Warner(notes, this::publish, options.webhook());
        fleet = new Fleet(warner);
        alarms = new Alarms(warner);
        boolean isAway = isAway();
        Watchers watchers = new Watchers();
        BrokerFigures figures = new BrokerFigures();
        ingest = new Ingest(fleet, alarms, watchers, figures, measurements, spool, this::pause);
        link = new BrokerLink(options, ingest);
        topics = new TopicWatch(options);
        WebApi api = new WebApi(
                fleet,
                alarms,
                channels,
                ranges,
                notes,
                thresholds,
                link,
                figures,
                ingest,
                watchers,
                topics,
                warner,
                options.administration());
        server = WebServer.start(options.listen(), options.tls(), WebApp.class, logins, api);
        ingest.start();
        link.start();
        if (isAway) {
            chores.schedule(this::recallLater, RECALL_SECONDS, TimeUnit.SECONDS);
        }
        every(clock, 1, 1, () -> {
            long at = System.currentTimeMillis();
            alarms.tick(at);
            topics.tick(at);
            api.tick(at);
        });
        every(chores, FIGURES_SECONDS, FIGURES_SECONDS, () -> {
            List<Entry> entries = figures.entries(System.currentTimeMillis());
            if (!entries.isEmpty()) {
                measurements.write(entries);
            }
        });
        every(
                chores,
                ROLL_UP_SECONDS,
                ROLL_UP_SECONDS,
                () -> measurements.rollUp(System.currentTimeMillis()));
        every(
                chores,
                PRUNE_SECONDS / 60,
                PRUNE_SECONDS,
                () -> measurements.prune(System.currentTimeMillis()));
    }

    /** Recalls, unless there is no server to ask; any other failure is for a person to mend first. */
    private boolean isAway() throws SQLException {
        try {
            recall(System.currentTimeMillis());
            return false;
        } catch (SQLException e) {
            if (!Database.isAway(e)) {
                throw e;
            }
            LOG.warn(
                    "web: the history in {} is away: {} What is measured is kept beside it until it is back",
                    database.describe(),
                    e.getMessage());
            return true;
        }
    }

    private void recallLater() {
        try {
            recall(System.currentTimeMillis());
            LOG.warn("web: the history in {} is there", database.describe());
        } catch (SQLException e) {
            complain("the history: " + e.getMessage());
            if (!chores.isShutdown()) {
                chores.schedule(this::recallLater, RECALL_SECONDS, TimeUnit.SECONDS);
            }
        } catch (RuntimeException mistake) {
            LOG.error("web: internal error", mistake);
        }
    }

    /** All that the history knows from before: sensors, logins and thresholds. */
    private void recall(long now) throws SQLException {
        channels.read();
        logins.recall(now);
        List<Threshold> known = thresholds.all();
        measurements.rollUp(now);
        remember(now);
        known.forEach(threshold -> alarms.add(threshold, now));
    }

    /** What was measured in the last hour, so that the page is not empty after a restart. */
    private void remember(long now) throws SQLException {
        TreeSet<String> sensors = new TreeSet<>();
        channels.all().forEach(channel -> sensors.add(channel.sensor()));
        sensors.remove(BrokerFigures.SENSOR);
        for (String sensor : sensors) {
            for (Curve curve :
                    ranges.query(sensor, now - 3_600_000, now, 60, now).curves()) {
                fleet.remember(curve.channel(), curve);
            }
        }
    }

    /** A chore that may fail because of the database. */
    @FunctionalInterface
    private interface Chore {
        void run() throws SQLException;
    }

    private static ScheduledExecutorService oneThread(String name) {
        return Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name(name).daemon().factory());
    }

    private void every(
            ScheduledExecutorService thread, long firstSeconds, long seconds, Chore chore) {
        thread.scheduleAtFixedRate(
                () -> {
                    try {
                        chore.run();
                    } catch (SQLException e) {
                        complain("the history: " + e.getMessage());
                    } catch (RuntimeException mistake) {
                        LOG.error("web: internal error", mistake);
                    }
                },
                firstSeconds,
                seconds,
                TimeUnit.SECONDS);
    }

    private synchronized void complain(String sentence) {
        if (!sentence.equals(complaint)) {
            complaint = sentence;
            LOG.warn("web: {}", sentence);
        }
    }

    private void publish(String topic, byte[] payload) {
        link.publish(topic, payload, false).whenComplete((result, failure) -> {
            if (failure != null || result.reason().code() >= 0x80) {
                complain("an alarm could not be published on " + topic + ": "
                        + (failure == null ? result.reason() : failure.getMessage()));
            }
        });
    }

    private void pause(boolean paused) {
        link.pause(paused);
    }

    /** Where browsers come to. */
    public InetSocketAddress address() {
        return server.address();
    }

    /** Whether they come by HTTPS. */
    public boolean isSecure() {
        return server.isSecure();
    }

    /** Ends it in good order: what was not written is not acknowledged, and comes again. */
    @Override
    public void close() {
        clock.shutdownNow();
        chores.shutdownNow();
        server.close();
        topics.close();
        link.close();
        ingest.close();
        warner.close();
        database.close();
    }
}
