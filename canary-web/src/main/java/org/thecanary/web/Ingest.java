// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.web.fleet.Alarms;
import org.thecanary.web.fleet.Fleet;
import org.thecanary.web.history.Entry;
import org.thecanary.web.history.Measurements;
import org.thecanary.web.payload.MalformedPayload;
import org.thecanary.web.payload.Measurement;
import org.thecanary.web.payload.PayloadReader;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Takes messages as they come: shows them at once, writes them together, and acknowledges them when they are on disk.
 *
 * <p>While the database is away nothing is acknowledged and, once enough waits here, nothing more is read: the broker keeps
 * the rest. A commit waits until {@value #FULL} messages are there, or {@value #PATIENCE_MILLIS} ms: mosquitto sends no more
 * than 20 before it wants an answer.
 *
 * <p>{@link #accept} any thread; all else is this room's own thread.
 */
final class Ingest implements Consumer<Arrival>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("web");
    private static final int FULL = 16;
    private static final int PATIENCE_MILLIS = 200;
    private static final int LARGEST_BATCH = 5_000;
    private static final int PAUSE_AT = 20_000;
    private static final int RESUME_AT = 5_000;
    private static final int MOST_COMPLAINTS = 100;
    private static final String DATA = "/data";
    private static final String STATUS = "/status";
    private static final String SAMPLING = "/instructions/sampling";

    private final BlockingQueue<Arrival> queue = new LinkedBlockingQueue<>();
    private final Fleet fleet;
    private final Alarms alarms;
    private final Watchers watchers;
    private final BrokerFigures figures;
    private final Measurements measurements;
    private final Consumer<Boolean> pause;
    private final Set<String> complained = new HashSet<>();
    private final AtomicLong taken = new AtomicLong();
    private final Thread thread;
    private volatile boolean paused;
    private volatile boolean closed;
    private volatile String trouble = "";

    /** @param pause told true when nothing more can be taken for now, and false later */
    Ingest(
            Fleet fleet,
            Alarms alarms,
            Watchers watchers,
            BrokerFigures figures,
            Measurements measurements,
            Consumer<Boolean> pause) {
        this.fleet = fleet;
        this.alarms = alarms;
        this.watchers = watchers;
        this.figures = figures;
        this.measurements = measurements;
        this.pause = pause;
        this.thread = Thread.ofPlatform().name("web-ingest").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** A message came. */
    @Override
    public void accept(Arrival arrival) {
        queue.add(arrival);
        if (!paused && queue.size() > PAUSE_AT) {
            paused = true;
            pause.accept(true);
        }
    }

    /** What is wrong with the database, as a sentence; empty: nothing. */
    String trouble() {
        return trouble;
    }

    /** Messages taken since the start. */
    long taken() {
        return taken.get();
    }

    private void run() {
        List<Arrival> batch = new ArrayList<>();
        List<Entry> entries = new ArrayList<>();
        try {
            while (!closed) {
                collect(batch, entries);
                write(batch, entries);
                batch.clear();
                entries.clear();
            }
        } catch (InterruptedException _) {
            // close(): what was not acknowledged comes again.
        }
    }

    /** Shows each message as it comes, until it is time to commit. */
    private void collect(List<Arrival> batch, List<Entry> entries) throws InterruptedException {
        Arrival first = queue.take();
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        Arrival next = first;
        while (next != null) {
            batch.add(next);
            show(next, entries);
            if (batch.size() >= LARGEST_BATCH) {
                break;
            }
            next = queue.poll();
            if (next == null) {
                watchers.flush();
                long left = until - System.nanoTime();
                if (batch.size() < FULL && left > 0) {
                    next = queue.poll(left, TimeUnit.NANOSECONDS);
                }
            }
        }
        watchers.flush();
        taken.addAndGet(batch.size());
        if (paused && queue.size() < RESUME_AT) {
            paused = false;
            pause.accept(false);
        }
    }

    private void show(Arrival arrival, List<Entry> entries) {
        String topic = arrival.topic();
        long now = arrival.arrivedMillis();
        if (topic.startsWith("$SYS/")) {
            figures.heard(topic, arrival.payload(), now);
        } else if (topic.endsWith(DATA)) {
            data(arrival, prefix(topic, DATA), entries);
        } else if (topic.endsWith(STATUS)) {
            fleet.status(prefix(topic, STATUS), arrival.payload(), now);
        } else if (topic.endsWith(SAMPLING)) {
            fleet.instructed(prefix(topic, SAMPLING), arrival.payload(), now);
        }
    }

    private static String prefix(String topic, String end) {
        return topic.substring(0, topic.length() - end.length());
    }

    private void data(Arrival arrival, String sensor, List<Entry> entries) {
        try {
            for (Measurement measurement :
                    PayloadReader.read(arrival.payload(), arrival.arrivedMillis())) {
                // Without a time of its own a message that was kept could be from any day.
                if (arrival.retained() && !measurement.ownTime()) {
                    continue;
                }
                fleet.measured(sensor, measurement, arrival.arrivedMillis());
                alarms.measured(sensor, measurement, arrival.arrivedMillis());
                watchers.measured(sensor, measurement);
                entries.add(new Entry(sensor, measurement));
            }
        } catch (MalformedPayload e) {
            if (complained.size() < MOST_COMPLAINTS && complained.add(arrival.topic())) {
                LOG.warn("web: a payload of {} is not kept: {}", arrival.topic(), e.getMessage());
            }
        }
    }

    private void write(List<Arrival> batch, List<Entry> entries) throws InterruptedException {
        while (true) {
            try {
                measurements.write(entries);
                break;
            } catch (SQLException e) {
                if (trouble.isEmpty()) {
                    LOG.warn(
                            "web: the history cannot be written: {}; trying again", e.getMessage());
                }
                trouble = "The history cannot be written: " + e.getMessage();
                if (queue.size() > PAUSE_AT / 2 && !paused) {
                    paused = true;
                    pause.accept(true);
                }
                Thread.sleep(1_000);
            }
        }
        if (!trouble.isEmpty()) {
            LOG.warn("web: the history is written again");
            trouble = "";
        }
        batch.forEach(arrival -> arrival.acknowledgement().acknowledge());
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
