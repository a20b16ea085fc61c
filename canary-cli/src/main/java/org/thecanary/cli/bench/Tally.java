// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import org.HdrHistogram.Histogram;

import java.util.concurrent.TimeUnit;

/** What is counted while a load runs. Owner: the loop. */
final class Tally {
    private static final long LONGEST = TimeUnit.MINUTES.toNanos(10);
    private static final int DIGITS = 3;

    long published;
    long acknowledged;
    long received;
    long misplaced;

    /** From the send time to the arrival, or to the acknowledgement where nobody subscribes; nanoseconds. */
    private final Histogram latency = new Histogram(LONGEST, DIGITS);

    /** Of the interval that is shown next. */
    private final Histogram latest = new Histogram(LONGEST, DIGITS);

    void took(long nanos) {
        long value = Math.clamp(nanos, 0, LONGEST);
        latency.recordValue(value);
        latest.recordValue(value);
    }

    /** Forgets the latencies so far. */
    void measureFromHere() {
        latency.reset();
        latest.reset();
    }

    /** The counts now. */
    Counts counts() {
        return new Counts(System.nanoTime(), published, acknowledged, received, misplaced);
    }

    /** The latencies since the last call of this. */
    Histogram takeLatest() {
        Histogram copy = latest.copy();
        latest.reset();
        return copy;
    }

    Histogram latencies() {
        return latency.copy();
    }

    /**
     * Counts at a moment.
     *
     * @param misplaced arrived twice, or behind a later one
     */
    record Counts(long nanos, long published, long acknowledged, long received, long misplaced) {

        double secondsSince(Counts before) {
            return (nanos - before.nanos) / 1e9;
        }
    }
}
