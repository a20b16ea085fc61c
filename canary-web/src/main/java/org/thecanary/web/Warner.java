// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.web.fleet.Alarms;
import org.thecanary.web.fleet.FleetEvents;
import org.thecanary.web.history.Database;
import org.thecanary.web.history.Notes;
import org.thecanary.web.history.Threshold;
import org.thecanary.web.payload.Json;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/**
 * Tells what happened: writes a note, and for alarms publishes on {@value #TOPIC} and calls the webhook.
 *
 * <p>Any thread. Notes are written one after the other on a thread of their own, and wait there while the history is away;
 * a warning waits for no database, and its topic for no webhook.
 */
final class Warner implements Alarms.Listener, FleetEvents, AutoCloseable {
    static final String TOPIC = "sensor/alarms";
    private static final Logger LOG = LoggerFactory.getLogger("web");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long RETRY_MILLIS = 1_000;
    private static final int MOST_WAITING = 1_000;
    private static final long LAST_SECONDS = 2;

    private final ExecutorService noting = oneThread("web-notes");
    private final ExecutorService calling = oneThread("web-webhook");
    private final AtomicBoolean complained = new AtomicBoolean();
    private final Notes notes;
    private final BiConsumer<String, byte[]> publisher;
    private final @Nullable URI webhook;
    private final @Nullable HttpClient http;

    Warner(Notes notes, BiConsumer<String, byte[]> publisher, @Nullable URI webhook) {
        this.notes = notes;
        this.publisher = publisher;
        this.webhook = webhook;
        this.http = webhook == null
                ? null
                : HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    }

    private static ExecutorService oneThread(String name) {
        return new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                Thread.ofPlatform().name(name).daemon().factory());
    }

    @Override
    public void happened(String sensor, String kind, String text, String detail) {
        note(sensor, System.currentTimeMillis(), kind, text, detail);
    }

    @Override
    public void raised(Alarms.Alarm alarm) {
        Threshold threshold = alarm.threshold();
        String text = threshold.kind() == Threshold.Kind.SILENT
                ? "No value for " + threshold.seconds() + " s"
                : threshold.channel() + " " + words(threshold);
        note(threshold.sensor(), System.currentTimeMillis(), "alarm", text, "");
        warn(alarm, "alarm");
    }

    @Override
    public void over(Alarms.Alarm alarm, long nowMillis) {
        Threshold threshold = alarm.threshold();
        String lasted = "after " + duration(nowMillis - alarm.sinceMillis());
        switch (threshold.kind()) {
            case SILENT -> note(threshold.sensor(), nowMillis, "back", "Values again", lasted);
            case ABOVE, BELOW ->
                note(
                        threshold.sensor(),
                        nowMillis,
                        "back",
                        threshold.channel() + " no longer " + words(threshold),
                        lasted + ", at most " + number(alarm.peak()));
        }
        warn(alarm, "back");
    }

    private static String words(Threshold threshold) {
        return (threshold.kind() == Threshold.Kind.ABOVE ? "above " : "below ")
                + number(threshold.bound());
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static String duration(long millis) {
        long seconds = Math.round(millis / 1000.0);
        return seconds < 60
                ? seconds + " s"
                : seconds < 3_600
                        ? seconds / 60 + " min " + seconds % 60 + " s"
                        : seconds / 3_600 + " h " + seconds % 3_600 / 60 + " min";
    }

    /** Something happened, now or a moment ago. */
    void note(String sensor, long timeMillis, String kind, String text, String detail) {
        later(noting, () -> write(new Notes.Note(sensor, timeMillis, kind, text, detail)));
    }

    private void write(Notes.Note note) {
        for (boolean again = true; again; ) {
            try {
                notes.add(note);
                again = false;
            } catch (SQLException e) {
                again = Database.isAway(e) && hasSlept();
                if (!again) {
                    LOG.warn("web: a note of {} is lost: {}", note.sensor(), e.getMessage());
                }
            }
        }
    }

    private static boolean hasSlept() {
        try {
            Thread.sleep(RETRY_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void warn(Alarms.Alarm alarm, String state) {
        Map<String, Object> view = alarm.view();
        view.put("state", state);
        view.put("time", Instant.now().toString());
        view.put("since", Instant.ofEpochMilli(alarm.sinceMillis()).toString());
        view.remove("acknowledged");
        byte[] json = Json.bytes(view);
        publisher.accept(TOPIC, json);
        HttpClient caller = http;
        URI address = webhook;
        if (caller != null && address != null) {
            later(calling, () -> call(caller, address, json));
        }
    }

    private static void call(HttpClient http, URI address, byte[] json) {
        try {
            int status = http.send(
                            HttpRequest.newBuilder(address)
                                    .timeout(PATIENCE)
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofByteArray(json))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            if (status >= 300) {
                LOG.warn("web: the webhook at {} answered {}", address.getHost(), status);
            }
        } catch (IOException e) {
            // The address may hold a secret; its host does not.
            LOG.warn("web: the webhook at {} failed: {}", address.getHost(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void later(ExecutorService thread, Runnable chore) {
        try {
            thread.execute(chore);
        } catch (RejectedExecutionException _) {
            if (!thread.isShutdown() && complained.compareAndSet(false, true)) {
                LOG.warn(
                        "web: {} notes or calls of the webhook wait already; more of them are lost",
                        MOST_WAITING);
            }
        }
    }

    /** What waits is still done where it does not take long. */
    @Override
    public void close() {
        noting.shutdown();
        calling.shutdown();
        try {
            if (!noting.awaitTermination(LAST_SECONDS, TimeUnit.SECONDS)
                    || !calling.awaitTermination(LAST_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("web: some notes or calls of the webhook are lost");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        noting.shutdownNow();
        calling.shutdownNow();
    }
}
