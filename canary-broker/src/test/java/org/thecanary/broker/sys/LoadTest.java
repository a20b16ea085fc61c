// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.sys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expectations are what mosquitto 2.0.11 published three seconds after its start. */
final class LoadTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1, 0.98",
        "1, 2, 1.95",
        "1, 59, 57.55",
        "5, 59, 11.74",
        "5, 2, 0.40",
        "15, 59, 3.93"
    })
    void theAverageIsMosquittos(int windowMinutes, long counted, String expected) {
        Load load = new Load(windowMinutes);

        boolean changed = load.add(counted, 3);

        assertThat(changed).isTrue();
        assertThat("%.2f".formatted(load.perMinute())).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"1", "5", "15"})
    void aSteadyRateIsReachedAndThenIsNoChange(int windowMinutes) {
        Load load = new Load(windowMinutes);
        boolean changed = true;

        for (int i = 0; i < 100 * windowMinutes; i++) {
            changed = load.add(20, 10);
        }

        assertThat(load.perMinute()).isBetween(119.99, 120.0);
        assertThat(changed).isFalse();
    }
}
