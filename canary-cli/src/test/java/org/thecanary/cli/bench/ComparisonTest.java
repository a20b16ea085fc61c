// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

import java.time.Duration;

class ComparisonTest {
    private static LoadResult result(String broker, long received, long cpuMillis) {
        Histogram latency = new Histogram(3);
        latency.recordValue(1_500_000);
        return new LoadResult(
                "pairs",
                broker,
                2,
                received,
                received,
                0,
                0,
                latency,
                Duration.ofMillis(cpuMillis),
                Duration.ZERO,
                0);
    }

    @Test
    void ratiosAreThoseWithinARoundAndTheMiddleOneCounts() {
        var comparison = new Comparison();
        // The machine was busy in the second round, for both.
        comparison.add(result("a", 200_000, 1000));
        comparison.add(result("b", 400_000, 1000));
        comparison.add(result("a", 20_000, 100));
        comparison.add(result("b", 30_000, 150));
        comparison.add(result("a", 200_000, 1000));
        comparison.add(result("b", 600_000, 1500));

        assertThat(comparison.table().lines().skip(2))
                .containsExactly(
                        "| pairs | a | 100,000 (10,000-100,000) | 1.00 | 5.00 | 1.00 | 1.50 ms | 1.50 ms |",
                        "| pairs | b | 200,000 (15,000-300,000) | 2.00 | 2.50 | 0.50 | 1.50 ms | 1.50 ms |");
    }
}
