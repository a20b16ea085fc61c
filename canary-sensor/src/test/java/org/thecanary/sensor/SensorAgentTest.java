// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.sensor.probe.Probes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What a sensor does when, with a clock that the test moves. */
class SensorAgentTest {
    private static final Instant START = Instant.parse("2026-11-22T18:00:00Z");
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    Path root;

    private final List<String> data = new ArrayList<>();
    private final List<String> statuses = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private boolean online = true;
    private long now;
    private long waiting;
    private long dropped;
    private SensorAgent agent;

    @BeforeEach
    void start() throws IOException {
        Files.createDirectories(root.resolve("proc"));
        Files.writeString(root.resolve("proc/loadavg"), "0.42 0.30 0.20 1/123 4567\n");
        agent = new SensorAgent(
                Probes.find(root),
                new Sampling(1, SECOND),
                new Sampling.Limits(0.01, 20),
                "b",
                START,
                new Link() {
                    @Override
                    public void measurement(String json) {
                        data.add(json);
                    }

                    @Override
                    public void status(String json) {
                        if (online) {
                            statuses.add(json);
                        }
                    }

                    @Override
                    public long waiting() {
                        return waiting;
                    }

                    @Override
                    public long dropped() {
                        return dropped;
                    }
                },
                new SensorEvents() {
                    @Override
                    public void told(String sentence) {
                        told.add(sentence);
                    }
                });
        agent.begin(now);
    }

    @Test
    void saysOnceWhatIsAbsent() {
        assertThat(told)
                .hasSize(2)
                .anyMatch(sentence -> sentence.startsWith("The temperature is left out"))
                .anyMatch(sentence -> sentence.equals("The memory is left out: there is no "
                        + root.resolve("proc/meminfo") + "."));
    }

    @Test
    void measuresBeforeThereIsAConnection() {
        online = false;
        runFor(2 * SECOND);

        assertThat(data).hasSize(3);
        assertThat(statuses).isEmpty();
    }

    @Test
    void beginsAConnectionWithItsStatus() {
        agent.connected();

        assertThat(statuses)
                .containsExactly("{\"state\": \"online\", \"sampling_hz\": 1,"
                        + " \"limits\": {\"slowest_hz\": 0.01, \"fastest_hz\": 20}, \"units\": {\"load\": \"1\","
                        + " \"disk\": \"%\", \"disk_available\": \"By\"},"
                        + " \"boot\": \"b\", \"since\": \"2026-11-22T18:00:00.000Z\"}");
    }

    @Test
    void saysWhatWaitsAndWhatWasGivenUp() {
        waiting = 7;
        dropped = 2;
        agent.connected();

        assertThat(statuses.getLast()).endsWith(", \"waiting\": 7, \"dropped\": 2}");
    }

    @Test
    void measuresAtItsRate() {
        agent.connected();
        runFor(3 * SECOND);

        assertThat(data)
                .extracting(json -> json.replaceAll(", \"disk.*", "}"))
                .containsExactly(
                        "{\"time\": \"2026-11-22T18:00:00.000Z\", \"boot\": \"b\", \"seq\": 1, \"load\": 0.42}",
                        "{\"time\": \"2026-11-22T18:00:01.000Z\", \"boot\": \"b\", \"seq\": 2, \"load\": 0.42}",
                        "{\"time\": \"2026-11-22T18:00:02.000Z\", \"boot\": \"b\", \"seq\": 3, \"load\": 0.42}",
                        "{\"time\": \"2026-11-22T18:00:03.000Z\", \"boot\": \"b\", \"seq\": 4, \"load\": 0.42}");
    }

    @Test
    void obeysAnInstructionAndConfirmsIt() {
        agent.connected();
        agent.instructed("10 Hz".getBytes(UTF_8), now);
        runFor(SECOND);

        assertThat(statuses.getLast())
                .contains("\"sampling_hz\": 10,", "\"asked\": \"10 Hz\"")
                .doesNotContain("refused");
        assertThat(data).hasSize(11);
    }

    @Test
    void obeysARetainedInstructionThatComesBeforeItsFirstMeasurement() {
        agent.connected();
        agent.instructed("0.1".getBytes(UTF_8), now);
        runFor(19 * SECOND);

        assertThat(data).hasSize(2);
    }

    @Test
    void refusesNonsenseWithAReasonAndGoesOn() {
        agent.connected();
        agent.instructed("fast".getBytes(UTF_8), now);
        runFor(SECOND);

        assertThat(statuses.getLast())
                .contains("\"sampling_hz\": 1,")
                .contains("\"refused\": {\"instruction\": \"fast\", \"reason\": \"This is neither");
        assertThat(data).hasSize(2);

        agent.instructed("2".getBytes(UTF_8), now);

        assertThat(statuses.getLast()).contains("\"sampling_hz\": 2,").doesNotContain("refused");
    }

    @Test
    void refusesWhatIsOutsideOfItsLimits() {
        agent.connected();
        agent.instructed("21".getBytes(UTF_8), now);

        assertThat(statuses.getLast())
                .contains("\"sampling_hz\": 1,", "\"asked\": \"21\"", "0.01 Hz to 20 Hz");
    }

    @Test
    void anInstructionThatIsTakenBackLeavesTheRateItWasStartedWith() {
        agent.connected();
        agent.instructed("10".getBytes(UTF_8), now);
        agent.instructed("fast".getBytes(UTF_8), now);
        agent.instructed(new byte[0], now);

        assertThat(statuses.getLast())
                .contains("\"sampling_hz\": 1,")
                .doesNotContain("asked", "refused");
        runFor(2 * SECOND);
        assertThat(data).hasSize(3);
    }

    @Test
    void saysWhyItWasOffline() {
        agent.connected();
        assertThat(statuses.getLast()).doesNotContain("last_offline");
        agent.disconnected("the broker closed the connection", START.plusSeconds(7));
        agent.connected();

        assertThat(statuses.getLast())
                .contains("\"last_offline\": {\"reason\": \"the broker closed the connection\","
                        + " \"since\": \"2026-11-22T18:00:07.000Z\"}");
    }

    @Test
    void theSameInstructionAgainIsConfirmedAndDisturbsNothing() {
        agent.connected();
        runFor(SECOND / 2);
        agent.instructed("1".getBytes(UTF_8), now);
        runFor(SECOND);

        assertThat(statuses).hasSize(2);
        assertThat(data).hasSize(2);
        assertThat(told).hasSize(2);
    }

    @Test
    void keepsTheInstructionAndTheBeatOverALostConnection() {
        agent.connected();
        runFor(0);
        agent.instructed("2".getBytes(UTF_8), now);
        data.clear();
        online = false;
        runFor(2 * SECOND);
        online = true;
        agent.connected();
        runFor(SECOND / 2);

        assertThat(statuses.getLast()).contains("\"sampling_hz\": 2,");
        assertThat(data).hasSize(5).last().asString().contains("\"seq\": 6,");
    }

    @Test
    void aProbeThatFallsSilentIsLeftOutAndSaidOnce() throws IOException {
        agent.connected();
        told.clear();
        Files.delete(root.resolve("proc/loadavg"));
        runFor(3 * SECOND);

        assertThat(data.getLast()).doesNotContain("load").contains("\"seq\": 4");
        assertThat(told).hasSize(1).allMatch(sentence -> sentence.startsWith("The load is left"));

        Files.writeString(root.resolve("proc/loadavg"), "1.5 0.30 0.20 1/123 4567\n");
        runFor(SECOND);

        assertThat(data.getLast()).contains("\"load\": 1.5");
        assertThat(told).hasSize(2).last().isEqualTo("The load is back.");
    }

    @Test
    void saysThatItStopsAndDoesNoMore() {
        agent.connected();
        agent.stop();
        runFor(5 * SECOND);

        assertThat(statuses.getLast())
                .isEqualTo("{\"state\": \"offline\", \"reason\": \"stopped\", \"boot\": \"b\"}");
        assertThat(data).isEmpty();
    }

    private void runFor(long nanos) {
        for (long end = now + nanos; now <= end; now += SECOND / 20) {
            agent.turn(now, START.plusNanos(now));
        }
        now -= SECOND / 20;
    }
}
