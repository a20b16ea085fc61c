// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.client.Acknowledgement;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.web.fleet.Alarms;
import org.thecanary.web.fleet.Fleet;
import org.thecanary.web.history.Channel;
import org.thecanary.web.history.Channels;
import org.thecanary.web.history.Database;
import org.thecanary.web.history.Measurements;
import org.thecanary.web.history.Notes;
import org.thecanary.web.history.Ranges;
import org.thecanary.web.history.Retention;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Is every measurement in the history once, whatever becomes of the database while they come? */
final class OutageTest {
    private static final int SENSORS = 200;
    private static final long START = 1_795_000_000_000L;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** 1000 makes it 720,000 measurements; the default is the rate at which sensors begin. */
    private static final int PERIOD_MILLIS = Integer.getInteger("canary.outage.period", 5_000);

    /** As many as a mosquitto that waits for acknowledgements keeps by default before it drops some. */
    private static final int BROKER_KEEPS = 1_000;

    @TempDir
    Path folder;

    private final Semaphore room = new Semaphore(BROKER_KEEPS);
    private Postgres server;
    private Database database;
    private Ranges ranges;
    private Channels channels;
    private Warner warner;
    private Ingest ingest;
    private volatile boolean paused;

    @BeforeEach
    void start() throws Exception {
        server = new Postgres(folder);
        open(Spool.LARGEST);
    }

    private void open(long spoolBytes) throws Exception {
        database = Database.postgresql(server.url(), Postgres.USER, Postgres.PASSWORD);
        channels = new Channels(database);
        ranges = new Ranges(database, channels, Retention.DEFAULT);
        warner = new Warner(new Notes(database), (_, _) -> {}, null);
        ingest = new Ingest(
                new Fleet(warner),
                new Alarms(warner),
                new Watchers(),
                new BrokerFigures(),
                new Measurements(database, channels, Retention.DEFAULT),
                new Spool(folder.resolve("spool"), spoolBytes),
                now -> paused = now);
        ingest.start();
    }

    @AfterEach
    void stop() {
        if (ingest != null) {
            close();
        }
        if (server != null) {
            server.close();
        }
    }

    private void close() {
        ingest.close();
        warner.close();
        database.close();
    }

    @Test
    void anHourWithoutTheDatabaseLosesNothing() throws Exception {
        int ticks = (int) (Duration.ofMinutes(80).toMillis() / PERIOD_MILLIS);
        int gone = ticks / 8;
        int back = ticks * 7 / 8;
        for (int tick = 0; tick < ticks; tick++) {
            if (tick == gone) {
                server.crash();
            }
            if (tick == back) {
                server.start();
            }
            arrive(tick);
        }
        await().atMost(PATIENCE).until(() -> room.availablePermits() == BROKER_KEEPS);

        await().atMost(PATIENCE).pollDelay(Duration.ZERO).until(() -> isThere(SENSORS, ticks));
        everySensorHasEachOnceAndInOrder(ticks);
        assertThat(ingest.trouble()).isEmpty();
    }

    @Test
    void whatWasAcknowledgedMeanwhileOutlivesTheProgram() throws Exception {
        arrive(0);
        await().atMost(PATIENCE).until(() -> room.availablePermits() == BROKER_KEEPS);
        server.crash();
        arrive(1);
        await().atMost(PATIENCE).until(() -> room.availablePermits() == BROKER_KEEPS);
        close();

        server.start();
        open(Spool.LARGEST);

        await().atMost(PATIENCE).pollDelay(Duration.ZERO).until(() -> isThere(SENSORS, 2));
        everySensorHasEachOnceAndInOrder(2);
    }

    @Test
    void whereNothingMoreCanBeKeptNothingIsAcknowledged() throws Exception {
        close();
        open(20_000);
        server.crash();
        for (int tick = 0; tick < 4; tick++) {
            arrive(tick);
        }
        await().atMost(PATIENCE)
                .until(() -> ingest.trouble().startsWith("The history cannot be written"));
        assertThat(room.tryAcquire(BROKER_KEEPS, 3, TimeUnit.SECONDS)).isFalse();

        server.start();
        await().atMost(PATIENCE).until(() -> room.availablePermits() == BROKER_KEEPS);
        await().atMost(PATIENCE).pollDelay(Duration.ZERO).until(() -> isThere(SENSORS, 4));
        everySensorHasEachOnceAndInOrder(4);
    }

    /** A payload may be long, and a queue of 20,000 of those would be more than the heap. */
    @Test
    void whileNothingCanBeKeptNoMoreThanSixteenMegabytesAreRead() throws Exception {
        close();
        open(20_000);
        server.crash();
        String padding = ", \"none\": null".repeat(4_000);
        int read = 0;
        while (!paused) {
            String payload =
                    "{\"time\": " + (START + read) + ", \"value\": " + read + padding + "}";
            ingest.accept(
                    new Arrival("sensor/long/data", payload.getBytes(UTF_8), false, START, GIVEN));
            read++;
        }
        assertThat(read).isBetween((16 << 20) / 57_000, (24 << 20) / 56_000);

        server.start();
        await().atMost(PATIENCE).until(() -> !paused);
        int all = read;
        await().atMost(PATIENCE).pollDelay(Duration.ZERO).until(() -> isThere(1, all));
    }

    private static final Acknowledgement GIVEN = new Acknowledgement() {
        @Override
        public void acknowledge(ReasonCode reason) {
            // It is looked for in the history.
        }
    };

    /** One measurement of each sensor comes, once the broker has room for it; every tenth comes twice. */
    private void arrive(int tick) throws InterruptedException {
        long time = START + (long) tick * PERIOD_MILLIS;
        for (int sensor = 0; sensor < SENSORS; sensor++) {
            byte[] payload = ("{\"time\": " + time + ", \"boot\": \"b\", \"seq\": " + (tick + 1)
                            + ", \"value\": " + tick + "}")
                    .getBytes(UTF_8);
            for (int time2 = 0; time2 < (sensor % 10 == 0 ? 2 : 1); time2++) {
                assertThat(room.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
                ingest.accept(new Arrival(
                        "sensor/" + sensor + "/data", payload, false, time + 50, new Room()));
            }
        }
    }

    /** Given back when a message is acknowledged, once. */
    private final class Room implements Acknowledgement {
        private boolean given;

        @Override
        public synchronized void acknowledge(ReasonCode reason) {
            assertThat(given).isFalse();
            given = true;
            room.release();
        }
    }

    private boolean isThere(int sensors, int each) throws Exception {
        long[] count = new long[1];
        List<Channel> all = channels.all();
        if (all.size() < sensors) {
            return false;
        }
        ranges.samples(all.subList(0, sensors), START, Long.MAX_VALUE, (_, _, _) -> count[0]++);
        return count[0] >= (long) sensors * each;
    }

    private void everySensorHasEachOnceAndInOrder(int ticks) throws Exception {
        List<Double> expected = new ArrayList<>();
        for (int tick = 0; tick < ticks; tick++) {
            expected.add((double) tick);
        }
        for (Channel channel : channels.all()) {
            List<Double> values = new ArrayList<>();
            ranges.samples(List.of(channel), 0, Long.MAX_VALUE, (_, _, value) -> values.add(value));
            assertThat(values).as(channel.sensor()).isEqualTo(expected);
        }
    }
}
