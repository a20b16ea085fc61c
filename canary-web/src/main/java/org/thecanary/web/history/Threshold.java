// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

/**
 * When to warn.
 *
 * @param id random text
 * @param channel empty for {@link Kind#SILENT}
 * @param bound not looked at for {@link Kind#SILENT}
 * @param seconds how long it must last before it is an alarm; 0: at once
 */
public record Threshold(
        String id, String sensor, String channel, Kind kind, double bound, long seconds) {

    /** What is wrong. */
    public enum Kind {
        ABOVE,
        BELOW,
        /** No value comes. */
        SILENT
    }

    /** Whether a value is on the wrong side. */
    public boolean isBeyond(double value) {
        return switch (kind) {
            case ABOVE -> value > bound;
            case BELOW -> value < bound;
            case SILENT -> false;
        };
    }
}
