// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.thecanary.sensor.probe.Simulator.Behaviour;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A simulated room, with a clock that the test moves. */
class SimulatorTest {
    private static final Instant START = Instant.parse("2026-11-22T00:00:00Z");

    private Instant now = START;

    @Test
    void theSameSeedIsTheSameRoom() {
        List<Double> first = day(new Behaviour(1, 0.1, 0), 7);

        assertThat(day(new Behaviour(1, 0.1, 0), 7)).isEqualTo(first);
        assertThat(day(new Behaviour(1, 0.1, 0), 8)).isNotEqualTo(first);
    }

    @Test
    void withoutDriftAndNoiseThereIsTheDayAlone() {
        List<Double> day = day(new Behaviour(0, 0, 0), 1);

        assertThat(day.indexOf(day.stream().max(Double::compare).orElseThrow()))
                .as("the warmest minute")
                .isBetween(14 * 60, 16 * 60);
        assertThat(spread(day)).isBetween(5.9, 6.1);
    }

    @Test
    void noiseMakesReadingsDiffer() {
        assertThat(steps(day(new Behaviour(0, 1, 0), 1)))
                .isGreaterThan(10 * steps(day(new Behaviour(0, 0, 0), 1)));
    }

    @Test
    void driftWandersOff() {
        assertThat(spread(day(new Behaviour(5, 0, 0), 1)))
                .isGreaterThan(1.5 * spread(day(new Behaviour(0, 0, 0), 1)));
    }

    @Test
    void faultsAreSilenceSpikesAndStuckValues() {
        Simulator room = new Simulator(new Behaviour(0, 1, 0.02), 3, () -> now);
        int silent = 0;
        int stuck = 0;
        int spikes = 0;
        double before = 20;
        for (int i = 0; i < 5000; i++) {
            now = now.plusSeconds(1);
            try {
                double value = room.read().getFirst().value();
                stuck += value == before ? 1 : 0;
                spikes += value > 45 || value < -5 ? 1 : 0;
                before = value;
            } catch (IOException e) {
                silent++;
            }
        }

        assertThat(silent).isBetween(50, 1500);
        assertThat(stuck).isBetween(50, 1500);
        assertThat(spikes).isBetween(10, 100);
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> new Behaviour(-1, 0, 0)).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> new Behaviour(0, Double.NaN, 0))
                .isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> new Behaviour(0, 0, 1.1)).isInstanceOf(RuntimeException.class);
    }

    private List<Double> day(Behaviour behaviour, long seed) {
        now = START;
        Simulator room = new Simulator(behaviour, seed, () -> now);
        List<Double> temperatures = new ArrayList<>();
        for (int minute = 0; minute < 24 * 60; minute++) {
            now = START.plus(Duration.ofMinutes(minute));
            try {
                temperatures.add(room.read().getFirst().value());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return temperatures;
    }

    private static double spread(List<Double> values) {
        return values.stream().max(Double::compare).orElseThrow()
                - values.stream().min(Double::compare).orElseThrow();
    }

    private static double steps(List<Double> values) {
        double sum = 0;
        for (int i = 1; i < values.size(); i++) {
            sum += Math.abs(values.get(i) - values.get(i - 1));
        }
        return sum;
    }
}
