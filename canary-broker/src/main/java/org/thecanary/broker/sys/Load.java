// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.sys;

/**
 * How fast a counter has grown lately, per minute: the moving average of {@code $SYS/broker/load/…}, in which what was a
 * window's length ago counts the e-th part. mosquitto computes it so, and Unix its load average.
 *
 * <p>Owner: confined to its creator.
 */
final class Load {
    private final int windowMinutes;
    private double perMinute;

    Load(int windowMinutes) {
        this.windowMinutes = windowMinutes;
    }

    /**
     * Takes in what was counted since the last call.
     *
     * @param seconds since the last call, more than 0
     * @return whether the average has changed by what two decimals can show, which is when mosquitto publishes it
     */
    boolean add(long counted, long seconds) {
        double now = counted * 60.0 / seconds;
        double weight = Math.exp(-seconds / (windowMinutes * 60.0));
        double next = now + weight * (perMinute - now);
        boolean changed = Math.abs(next - perMinute) >= 0.01;
        perMinute = next;
        return changed;
    }

    double perMinute() {
        return perMinute;
    }
}
