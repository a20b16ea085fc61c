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

import java.io.IOException;
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
 * Takes messages as they come: shows them at once, writes them together, and acknowledges them when they are on disk: in
 * the history, or in the {@link Spool} while the history is away or slow.
 *
 * <p>What is in the spool is written before what is new. While there is no room in it either nothing is acknowledged and,
 * once enough waits here, nothing more is read: the broker keeps the rest. A commit waits until {@value #FULL} messages are
 * there, or {@value #PATIENCE_MILLIS} ms: mosquitto sends no more than 20 before it wants an answer, and with 1000 more it
 * begins to drop them, so an answer may not wait for a database.
 *
 * <p>{@link #accept} any thread; all else is this room's own threads.
 */
final class Ingest implements Consumer<Arrival>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("web");
    private static final int FULL = 16;
    private static final int PATIENCE_MILLIS = 200;
    private static final int LARGEST_BATCH = 5_000;
    private static final int LARGEST_BATCH_BYTES = 4 << 20;
    private static final int MOST_COMPLAINTS = 100;
    private static final long RETRY_MILLIS = 1_000;
    private static final String DATA = "/data";
    private static final String STATUS = "/status";
    private static final String SAMPLING = "/instructions/sampling";

    private final BlockingQueue<Arrival> queue = new LinkedBlockingQueue<>();
    private final Backpressure waiting;
    private final Fleet fleet;
    private final Alarms alarms;
    private final Watchers watchers;
    private final BrokerFigures figures;
    private final HistoryWriter history;
    private final Spool spool;
    private final Set<String> complained = new HashSet<>();
    private final AtomicLong taken = new AtomicLong();
    private final Thread thread;
    private volatile boolean closed;
    private volatile String trouble = "";

    /** @param pause told true when nothing more can be taken for now, and false later */
    Ingest(
            Fleet fleet,
            Alarms alarms,
            Watchers watchers,
            BrokerFigures figures,
            Measurements measurements,
            Spool spool,
            Consumer<Boolean> pause) {
        this.fleet = fleet;
        this.alarms = alarms;
        this.watchers = watchers;
        this.figures = figures;
        this.history = new HistoryWriter(measurements);
        this.spool = spool;
        this.waiting = new Backpressure(pause);
        this.thread = Thread.ofPlatform().name("web-ingest").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** A message came. */
    @Override
    public void accept(Arrival arrival) {
        waiting.came(arrival.payload().length);
        queue.add(arrival);
    }

    /** What is wrong with the history, as a sentence; empty: nothing. */
    String trouble() {
        return trouble;
    }

    /** Messages taken since the start. */
    long taken() {
        return taken.get();
    }

    private void run() {
        Batch batch = new Batch();
        try {
            while (!closed) {
                collect(batch);
                keep(batch);
                batch.clear();
            }
        } catch (InterruptedException _) {
            // close(): what was not acknowledged comes again.
        }
    }

    /** What came, and what of it is measurements. */
    private static final class Batch {
        private final List<Arrival> all = new ArrayList<>();
        private final List<Arrival> data = new ArrayList<>();
        private final List<Entry> entries = new ArrayList<>();
        private int bytes;

        boolean isFull() {
            return all.size() >= LARGEST_BATCH || bytes >= LARGEST_BATCH_BYTES;
        }

        void clear() {
            all.clear();
            data.clear();
            entries.clear();
            bytes = 0;
        }
    }

    /** Shows each message as it comes, until it is time to commit. */
    private void collect(Batch batch) throws InterruptedException {
        Arrival first = spool.isEmpty()
                ? queue.take()
                : queue.poll(history.isAway() ? RETRY_MILLIS : 0, TimeUnit.MILLISECONDS);
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        Arrival next = first;
        while (next != null) {
            batch.all.add(next);
            batch.bytes += next.payload().length;
            show(next, batch);
            if (batch.isFull()) {
                break;
            }
            next = queue.poll();
            if (next == null) {
                watchers.flush();
                long left = until - System.nanoTime();
                if (batch.all.size() < FULL && left > 0) {
                    next = queue.poll(left, TimeUnit.NANOSECONDS);
                }
            }
        }
        watchers.flush();
        taken.addAndGet(batch.all.size());
        waiting.went(batch.all.size(), batch.bytes);
    }

    private void show(Arrival arrival, Batch batch) {
        String topic = arrival.topic();
        long now = arrival.arrivedMillis();
        if (topic.startsWith("$SYS/")) {
            figures.heard(topic, arrival.payload(), now);
        } else if (topic.endsWith(DATA)) {
            data(arrival, prefix(topic, DATA), batch);
        } else if (topic.endsWith(STATUS)) {
            fleet.status(prefix(topic, STATUS), arrival.payload(), now);
        } else if (topic.endsWith(SAMPLING)) {
            fleet.instructed(prefix(topic, SAMPLING), arrival.payload(), now);
        }
    }

    private static String prefix(String topic, String end) {
        return topic.substring(0, topic.length() - end.length());
    }

    private void data(Arrival arrival, String sensor, Batch batch) {
        int before = batch.entries.size();
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
                batch.entries.add(new Entry(sensor, measurement));
            }
        } catch (MalformedPayload e) {
            if (complained.size() < MOST_COMPLAINTS && complained.add(arrival.topic())) {
                LOG.warn("web: a payload of {} is not kept: {}", arrival.topic(), e.getMessage());
            }
        }
        if (batch.entries.size() > before) {
            batch.data.add(arrival);
        }
    }

    /** Returns when it is in the history or in the spool, and acknowledged. */
    private void keep(Batch batch) throws InterruptedException {
        while (!isWritten(batch) && !isSpooled(batch)) {
            Thread.sleep(RETRY_MILLIS);
        }
        batch.all.forEach(arrival -> arrival.acknowledgement().acknowledge());
    }

    private boolean isWritten(Batch batch) throws InterruptedException {
        if (history.isAway()) {
            return false;
        }
        try {
            List<Entry> entries = spool.isEmpty() ? new ArrayList<>() : spooled();
            entries.addAll(batch.entries);
            boolean written = history.write(entries);
            say(history.trouble());
            if (written) {
                spool.written();
            } else {
                spool.rewind();
            }
            return written;
        } catch (IOException e) {
            say("What was kept beside the history cannot be read: " + e.getMessage());
            return false;
        }
    }

    private List<Entry> spooled() throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (Arrival arrival : spool.next(LARGEST_BATCH, LARGEST_BATCH_BYTES)) {
            try {
                String sensor = prefix(arrival.topic(), DATA);
                PayloadReader.read(arrival.payload(), arrival.arrivedMillis())
                        .forEach(measurement -> entries.add(new Entry(sensor, measurement)));
            } catch (MalformedPayload _) {
                // It was read when it came, by an older version perhaps.
            }
        }
        return entries;
    }

    private boolean isSpooled(Batch batch) {
        try {
            return spool.add(batch.data);
        } catch (IOException e) {
            say("The history cannot be written, nor anything be kept beside it: " + e.getMessage());
            return false;
        }
    }

    private void say(String sentence) {
        if (!sentence.isEmpty() && trouble.isEmpty()) {
            LOG.warn("web: {}; trying again", sentence);
        } else if (sentence.isEmpty() && !trouble.isEmpty()) {
            LOG.warn("web: the history is written again");
        }
        trouble = sentence;
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
        history.close();
        spool.close();
    }
}
