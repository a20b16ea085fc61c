// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

/**
 * When to measure next: always one period after the time that was due, never after the time it was done, so late turns do
 * not add up. What was missed altogether, while the machine slept say, is skipped and not caught up with.
 *
 * <p>Times are those of {@link System#nanoTime}, passed in. Owner: confined to its creator.
 */
final class SamplingClock {
    private Sampling sampling;
    private long dueNanos;

    /** Due at once. */
    SamplingClock(Sampling sampling, long nowNanos) {
        this.sampling = sampling;
        this.dueNanos = nowNanos;
    }

    Sampling sampling() {
        return sampling;
    }

    /** When the next measurement is due; may have passed. */
    long dueNanos() {
        return dueNanos;
    }

    boolean due(long nowNanos) {
        return nowNanos - dueNanos >= 0;
    }

    /** The measurement that was due is done. */
    void measured(long nowNanos) {
        long late = nowNanos - dueNanos;
        dueNanos += (1 + Math.max(0, late) / sampling.periodNanos()) * sampling.periodNanos();
    }

    /** The next measurement comes one new period after the last one, or now where that has passed. */
    void change(Sampling to, long nowNanos) {
        if (to.periodNanos() != sampling.periodNanos()) {
            long lastNanos = dueNanos - sampling.periodNanos();
            boolean never = due(nowNanos);
            long nextNanos = lastNanos + to.periodNanos();
            dueNanos = never || nextNanos - nowNanos < 0 ? nowNanos : nextNanos;
        }
        sampling = to;
    }
}
