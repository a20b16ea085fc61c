// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.thecanary.web.history.Channel;
import org.thecanary.web.history.Curve;
import org.thecanary.web.payload.Measurement;
import org.thecanary.web.payload.Reading;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What is known of all sensors, and is it bounded? */
final class FleetTest {
    private static final long NOW = 1_795_000_000_000L;

    private final Fleet fleet = new Fleet((_, _, _, _) -> {});

    @Test
    void whoInventsQuantitiesTakesNoMoreMemoryThanThereIs() {
        for (int i = 0; i < 500; i++) {
            measured("sensor/liar", "quantity " + i, i);
        }
        fleet.status("sensor/liar", "{\"units\": {\"one more\": \"Cel\"}}".getBytes(UTF_8), NOW);
        assertThat(quantities("sensor/liar")).hasSize(128);

        for (int sensor = 0; sensor < 200; sensor++) {
            for (int i = 0; i < 128; i++) {
                measured("sensor/" + sensor, "quantity " + i, i);
            }
        }
        assertThat(sensors().values().stream().mapToInt(List::size).sum())
                .isEqualTo(Fleet.MOST_QUANTITIES);

        measured("sensor/liar", "quantity 0", 7);
        assertThat(quantities("sensor/liar").getFirst().get("value")).isEqualTo(7.0);
    }

    @Test
    void whatTheHistoryRemembersLateDoesNotReplaceALiveValue() {
        measured("sensor/attic", "value", 21);
        Channel channel = new Channel(1, "sensor/attic", "value", "Cel");

        fleet.remember(
                channel,
                new Curve(
                        channel, List.of(NOW - 60_000), List.of(4.0), List.of(4.0), List.of(4.0)));

        assertThat(quantities("sensor/attic").getFirst())
                .containsEntry("value", 21.0)
                .containsEntry("unit", "Cel");
    }

    @Test
    void aClockThatWasAheadAndIsPutRightLeavesNothingBehind() {
        measuredAt(NOW + 3_600_000, "sensor/attic", "value", 20);
        measuredAt(NOW, "sensor/attic", "value", 21);
        measuredAt(NOW + 10_000, "sensor/attic", "value", 22);

        assertThat(quantities("sensor/attic").getFirst()).containsEntry("value", 22.0);
        assertThat(fleet.sparks(NOW))
                .containsEntry(
                        "sensor/attic",
                        Map.of("value", List.of(NOW / 1000, 21.0, NOW / 1000 + 10, 22.0)));
    }

    @Test
    void aValueThatComesLateIsNotTheLatest() {
        measuredAt(NOW, "sensor/attic", "value", 21);
        measuredAt(NOW - 5_000, "sensor/attic", "value", 20);

        assertThat(quantities("sensor/attic").getFirst()).containsEntry("value", 21.0);
    }

    private void measured(String sensor, String quantity, double value) {
        measuredAt(NOW, sensor, quantity, value);
    }

    private void measuredAt(long time, String sensor, String quantity, double value) {
        fleet.measured(
                sensor,
                new Measurement(time, 1, true, List.of(new Reading(quantity, value, null))),
                NOW);
    }

    private List<Map<String, Object>> quantities(String sensor) {
        return Objects.requireNonNull(sensors().get(sensor));
    }

    @SuppressWarnings("unchecked")
    private Map<Object, List<Map<String, Object>>> sensors() {
        Map<Object, List<Map<String, Object>>> all = new HashMap<>();
        for (Object view : fleet.views(NOW)) {
            Map<String, Object> one = (Map<String, Object>) view;
            all.put(Objects.requireNonNull(one.get("id")), (List<Map<String, Object>>)
                    Objects.requireNonNull(one.get("quantities")));
        }
        return all;
    }
}
