// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.thecanary.sensor.Sampling.Limits;
import org.thecanary.sensor.Sampling.Refused;
import org.thecanary.sensor.probe.Reading;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The bytes of {@code docs/guide/payload.md}. */
class PayloadTest {
    private static final Instant TIME = Instant.parse("2026-11-22T18:11:35.120999Z");

    @Test
    void aMeasurementIsFlatJson() {
        Measurement measurement = new Measurement(
                TIME,
                "0c0ffee0c0ffee00",
                17,
                List.of(
                        new Reading("temperature", 48.2, "Cel"),
                        new Reading("load", 0, "1"),
                        new Reading("memory_available", 22_393_438_208.0, "By")));

        assertThat(measurement.json())
                .isEqualTo(
                        "{\"time\": \"2026-11-22T18:11:35.120Z\", \"boot\": \"0c0ffee0c0ffee00\", \"seq\": 17,"
                                + " \"temperature\": 48.2, \"load\": 0, \"memory_available\": 22393438208}");
    }

    @Test
    void aStatusHasTheUnits() {
        SensorStatus status = new SensorStatus.Online(
                "0c0ffee0c0ffee00",
                TIME,
                Sampling.DEFAULT,
                new Limits(0.01, 2),
                null,
                null,
                Map.of("temperature", "Cel"),
                null,
                0,
                0);

        assertThat(status.json())
                .isEqualTo(
                        "{\"state\": \"online\", \"sampling_hz\": 0.2,"
                                + " \"limits\": {\"slowest_hz\": 0.01, \"fastest_hz\": 2}, \"units\": {\"temperature\": \"Cel\"},"
                                + " \"boot\": \"0c0ffee0c0ffee00\", \"since\": \"2026-11-22T18:11:35.120Z\"}");
    }

    @Test
    void aStatusSaysWhatWasRefusedAndWhy() {
        SensorStatus status = new SensorStatus.Online(
                "b",
                TIME,
                Sampling.DEFAULT,
                Limits.WIDEST,
                "very \"fast\"",
                new Refused("very \"fast\"", "No."),
                Map.of(),
                null,
                0,
                0);

        assertThat(status.json())
                .endsWith(
                        ", \"asked\": \"very \\\"fast\\\"\", \"refused\": {\"instruction\": \"very \\\"fast\\\"\", \"reason\": \"No.\"}}");
    }

    @Test
    void aStatusSaysWhyTheSensorWasOfflineBefore() {
        SensorStatus status = new SensorStatus.Online(
                "b",
                TIME,
                Sampling.DEFAULT,
                Limits.WIDEST,
                null,
                null,
                Map.of(),
                new SensorStatus.Outage("broker:1883 closed the connection", TIME),
                0,
                0);

        assertThat(status.json())
                .endsWith(", \"last_offline\": {\"reason\": \"broker:1883 closed the connection\","
                        + " \"since\": \"2026-11-22T18:11:35.120Z\"}}");
    }

    @Test
    void anOfflineStatusSaysWhy() {
        assertThat(new SensorStatus.Offline("b", "stopped").json())
                .isEqualTo("{\"state\": \"offline\", \"reason\": \"stopped\", \"boot\": \"b\"}");
    }

    @Test
    void textIsEscaped() {
        assertThat(new JsonObject()
                        .put("a\"b", "\\ \n\t\u0000\u007f é 🐤 \ud83d")
                        .toString())
                .isEqualTo("{\"a\\\"b\": \"\\\\ \\u000a\\u0009\\u0000\\u007f é 🐤 \ufffd\"}");
    }

    @Test
    void numbersAreWrittenWithoutExponent() {
        assertThat(new JsonObject()
                        .put("a", 1e21)
                        .put("b", 0.1 + 0.2)
                        .put("c", -0.001)
                        .toString())
                .isEqualTo("{\"a\": 1000000000000000000000, \"b\": 0.3, \"c\": -0.001}");
    }

    @Test
    void topicsFollowThePrefix() {
        assertThat(SensorTopics.DEFAULT.data()).isEqualTo("sensor/data");
        assertThat(new SensorTopics("sensor/attic").sampling())
                .isEqualTo("sensor/attic/instructions/sampling");
        assertThat(SensorTopics.DEFAULT.of("attic").status()).isEqualTo("sensor/attic/status");
        for (String id : List.of("", "a/b", "data", "status", "instructions", "+", "#")) {
            assertThatThrownBy(() -> SensorTopics.DEFAULT.of(id))
                    .isInstanceOf(RuntimeException.class);
        }
        for (String prefix : List.of("", "/", "a/", "/a", "a/#", "+")) {
            assertThatThrownBy(() -> new SensorTopics(prefix)).isInstanceOf(RuntimeException.class);
        }
    }
}
