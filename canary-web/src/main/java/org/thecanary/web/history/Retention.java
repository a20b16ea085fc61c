// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

import java.time.Duration;

/**
 * How long what is kept.
 *
 * @param raw every value; at least an hour
 * @param minutes the mean, lowest and highest of each minute
 * @param hours the same of each hour
 */
public record Retention(Duration raw, Duration minutes, Duration hours) {
    /** A week of everything, a quarter of minutes, ten years of hours. */
    public static final Retention DEFAULT =
            new Retention(Duration.ofDays(7), Duration.ofDays(92), Duration.ofDays(3_653));

    /** @throws IllegalArgumentException if one is shorter than the one before it */
    public Retention {
        if (raw.compareTo(Duration.ofHours(1)) < 0
                || minutes.compareTo(raw) < 0
                || hours.compareTo(minutes) < 0) {
            throw new IllegalArgumentException(
                    "raw values are kept for an hour or more, minutes as long or longer, hours as long as minutes or longer");
        }
    }
}
