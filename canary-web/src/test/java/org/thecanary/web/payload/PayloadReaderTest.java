// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Instant;
import java.util.List;
import java.util.Random;

final class PayloadReaderTest {
    private static final long NOW = millis("2026-11-22T18:11:36Z");

    @Test
    void canarysOwnPayloadHasTheSensorsTimeAndItsValues() throws Exception {
        Measurement measurement = one("""
                {"time": "2026-11-22T18:11:35.120Z", "boot": "0c0ffee0c0ffee00", "seq": 17, "temperature": 48.25, "memory_available": 3072000000}
                """);

        assertThat(measurement.timeMillis()).isEqualTo(millis("2026-11-22T18:11:35.120Z"));
        assertThat(measurement.ownTime()).isTrue();
        assertThat(measurement.readings())
                .containsExactly(
                        new Reading("temperature", 48.25, null),
                        new Reading("memory_available", 3_072_000_000.0, null));
    }

    @Test
    void seqAndBootTellMeasurementsApartAndARedeliveryIsTheSame() throws Exception {
        String form = "{\"time\":\"2026-11-22T18:11:35Z\",\"boot\":\"%s\",\"seq\":%d,\"v\":%d}";

        int mark = one(form.formatted("aa", 1, 5)).mark();
        assertThat(one(form.formatted("aa", 1, 5)).mark()).isEqualTo(mark);
        assertThat(one(form.formatted("aa", 2, 5)).mark()).isNotEqualTo(mark);
        assertThat(one(form.formatted("ab", 1, 5)).mark()).isNotEqualTo(mark);
    }

    @Test
    void withoutSeqThePayloadItselfIsTheMark() throws Exception {
        assertThat(one("{\"v\":1}").mark()).isEqualTo(one("{\"v\":1}").mark());
        assertThat(one("{\"v\":1}").mark()).isNotEqualTo(one("{\"v\":2}").mark());
    }

    @Test
    void aJsonObjectOfAnyFirmwareGivesItsNumbersAndBooleans() throws Exception {
        Measurement measurement = one("""
                {"Time": "2026-11-22T19:00:00", "AM2301": {"Temperature": 21.5, "Humidity": 40}, "door": true,
                 "TempUnit": "C", "list": [1, 2], "nothing": null}
                """);

        assertThat(measurement.readings())
                .containsExactly(
                        new Reading("AM2301.Temperature", 21.5, null),
                        new Reading("AM2301.Humidity", 40, null),
                        new Reading("door", 1, null));
        assertThat(measurement.ownTime()).isFalse();
        assertThat(measurement.timeMillis()).isEqualTo(NOW);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ts\": 1795371095, \"v\": 1}",
                "{\"timestamp\": 1795371095000, \"v\": 1}",
                "{\"time\": \"2026-11-22T19:11:35+01:00\", \"v\": 1}"
            })
    void secondsMillisecondsAndOffsetsAreTimes(String payload) throws Exception {
        assertThat(one(payload).timeMillis()).isEqualTo(millis("2026-11-22T18:11:35Z"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"time\": \"1970-01-01T00:00:12Z\", \"v\": 1}",
                "{\"time\": \"2026-11-24T18:11:36Z\", \"v\": 1}",
                "{\"time\": \"yesterday\", \"v\": 1}"
            })
    void aTimeThatCannotBeIsThatOfArrival(String payload) throws Exception {
        assertThat(one(payload).timeMillis()).isEqualTo(NOW);
        assertThat(one(payload).ownTime()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"21.5", " 21.5\n", "+21.5", "2.15e1"})
    void aBareNumberIsAValue(String payload) throws Exception {
        assertThat(one(payload).readings()).containsExactly(new Reading("value", 21.5, null));
    }

    @Test
    void senMlBaseFieldsHoldForTheRecordsAfterThem() throws Exception {
        // RFC 8428, section 5.1.2, with times that are in the past here.
        List<Measurement> measurements = PayloadReader.read("""
                [{"bn":"urn:dev:ow:10e2073a01080063:","bt":1.795371e+9,"bu":"A","bver":5,
                  "n":"voltage","u":"V","v":120.1},
                 {"n":"current","t":-5,"v":1.2},
                 {"n":"current","t":-4,"v":1.3},
                 {"n":"open","t":-4,"vb":true},
                 {"n":"label","vs":"text"}]
                """.getBytes(UTF_8), NOW);

        assertThat(measurements)
                .extracting(Measurement::timeMillis)
                .containsExactly(1_795_371_000_000L, 1_795_370_995_000L, 1_795_370_996_000L);
        assertThat(measurements.get(0).readings())
                .containsExactly(new Reading("urn:dev:ow:10e2073a01080063:voltage", 120.1, "V"));
        assertThat(measurements.get(2).readings())
                .containsExactly(
                        new Reading("urn:dev:ow:10e2073a01080063:current", 1.3, "A"),
                        new Reading("urn:dev:ow:10e2073a01080063:open", 1, "A"));
        assertThat(measurements).allMatch(Measurement::ownTime);
    }

    @Test
    void aSmallSenMlTimeCountsFromNow() throws Exception {
        Measurement measurement = one("[{\"n\":\"t\",\"v\":1,\"t\":-60}]");

        assertThat(measurement.timeMillis()).isEqualTo(NOW - 60_000);
        assertThat(measurement.ownTime()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "on",
                "{}",
                "{\"a\": \"text\"}",
                "[]",
                "[1, 2]",
                "{\"a\": 1",
                "{\"a\": }",
                "{\"a\": 1}}",
                "[{\"n\": \"a\"}]",
                "1e999",
                "0x1F",
                "NaN",
                "\"1\""
            })
    void whatSaysNothingIsRefused(String payload) {
        assertThatThrownBy(() -> one(payload)).isInstanceOf(MalformedPayload.class);
    }

    @Test
    void deepNestingIsRefusedAndNotFollowed() {
        assertThatThrownBy(() -> one("{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000)))
                .isInstanceOf(MalformedPayload.class)
                .hasMessageContaining("nested");
        assertThatThrownBy(() -> one("[".repeat(30_000) + "]".repeat(30_000)))
                .isInstanceOf(MalformedPayload.class);
    }

    @Test
    void anyBytesAreMeasurementsOrRefused() {
        byte[] seed =
                "{\"time\":\"2026-11-22T18:11:35Z\",\"a\":{\"b\":-1.5e3},\"c\":[1,\"\\u00e9\"],\"d\":true}"
                        .getBytes(UTF_8);
        Random random = new Random(6);
        for (int i = 0; i < 20_000; i++) {
            byte[] payload = seed.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                payload[random.nextInt(payload.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(PayloadReader.read(payload, NOW)).isNotEmpty();
            } catch (MalformedPayload refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
    }

    private static Measurement one(String payload) throws MalformedPayload {
        List<Measurement> measurements = PayloadReader.read(payload.getBytes(UTF_8), NOW);
        assertThat(measurements).hasSize(1);
        return measurements.getFirst();
    }

    private static long millis(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }
}
