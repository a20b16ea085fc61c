// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Random;

/** When the next measurement is due. */
class SamplingClockTest {
    private static final Sampling TEN_MS = new Sampling(100, 10_000_000);
    private static final Sampling ONE_S = new Sampling(1, 1_000_000_000);

    @Test
    void isDueAtOnce() {
        SamplingClock clock = new SamplingClock(ONE_S, 7);

        assertThat(clock.due(6)).isFalse();
        assertThat(clock.due(7)).isTrue();
    }

    @Test
    void lateTurnsDoNotAddUp() {
        Random random = new Random(1);
        long start = Long.MAX_VALUE - 500_000_000L; // System.nanoTime may overflow
        SamplingClock clock = new SamplingClock(TEN_MS, start);

        for (int i = 0; i < 1000; i++) {
            assertThat(clock.dueNanos()).isEqualTo(start + i * 10_000_000L);
            clock.measured(clock.dueNanos() + random.nextInt(10_000_000));
        }
    }

    @Test
    void whatWasMissedIsSkippedAndTheBeatKept() {
        SamplingClock clock = new SamplingClock(TEN_MS, 0);

        clock.measured(57_000_000);

        assertThat(clock.dueNanos()).isEqualTo(60_000_000);
    }

    @Test
    void aShorterPeriodCountsFromTheLastMeasurement() {
        SamplingClock clock = new SamplingClock(ONE_S, 0);
        clock.measured(0);

        clock.change(TEN_MS, 3_000_000);

        assertThat(clock.dueNanos()).isEqualTo(10_000_000);
    }

    @Test
    void aPeriodThatHasPassedAlreadyIsDueNow() {
        SamplingClock clock = new SamplingClock(ONE_S, 0);
        clock.measured(0);

        clock.change(TEN_MS, 500_000_000);

        assertThat(clock.dueNanos()).isEqualTo(500_000_000);
    }

    @Test
    void aLongerPeriodCountsFromTheLastMeasurement() {
        SamplingClock clock = new SamplingClock(TEN_MS, 0);
        clock.measured(0);

        clock.change(ONE_S, 3_000_000);

        assertThat(clock.dueNanos()).isEqualTo(1_000_000_000);
    }

    @Test
    void theSamePeriodAgainChangesNothing() {
        SamplingClock clock = new SamplingClock(ONE_S, 0);
        clock.measured(0);

        clock.change(new Sampling(1, 1_000_000_000), 999_999_999);

        assertThat(clock.dueNanos()).isEqualTo(1_000_000_000);
    }
}
