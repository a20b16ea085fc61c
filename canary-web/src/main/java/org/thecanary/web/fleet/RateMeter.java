// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.fleet;

/**
 * How often a sensor measures, from the times of its measurements: over the last minute, and over four intervals where
 * they take longer.
 *
 * <p>Confined to the fleet's lock.
 */
final class RateMeter {
    /** At the fastest rate, 100 Hz, these are six seconds. */
    private static final int MOST = 600;

    private static final int FEWEST_INTERVALS = 3;
    private static final long WINDOW_MILLIS = 60_000;

    private final long[] times = new long[MOST];
    private int size;
    private int next;

    /** A measurement; one that is older than the last is late and says nothing of the rate. */
    void add(long timeMillis) {
        if (size > 0 && timeMillis <= last(0)) {
            if (last(0) - timeMillis > WINDOW_MILLIS) {
                clear(); // the clock went back
            } else {
                return;
            }
        }
        times[next] = timeMillis;
        next = (next + 1) % MOST;
        size = Math.min(size + 1, MOST);
    }

    /** Forgets what was; a new rate counts from its first measurement. */
    void clear() {
        size = 0;
        next = 0;
    }

    private long last(int back) {
        return times[Math.floorMod(next - 1 - back, MOST)];
    }

    int intervals() {
        return Math.max(0, size - 1);
    }

    /** In Hz; 0: not known yet. */
    double hertz() {
        int intervals = 0;
        while (intervals + 1 < size
                && (intervals < FEWEST_INTERVALS
                        || last(0) - last(intervals + 1) <= WINDOW_MILLIS)) {
            intervals++;
        }
        long span = intervals == 0 ? 0 : last(0) - last(intervals);
        return intervals < 2 || span <= 0 ? 0 : 1000.0 * intervals / span;
    }
}
