// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

import java.util.List;

/**
 * The values of a channel in a range, a point for each bucket that has any. The lists are as long as each other.
 *
 * @param times where the buckets begin, in milliseconds since 1970 UTC, ascending
 */
public record Curve(
        Channel channel,
        List<Long> times,
        List<Double> means,
        List<Double> lows,
        List<Double> highs) {}
