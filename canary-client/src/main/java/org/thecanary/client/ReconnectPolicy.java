// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import java.time.Duration;

/**
 * Whether and how a client comes back by itself: exponential back-off with full jitter, so that the clients of a Server
 * that restarts do not all return at once.
 *
 * <p>Before attempt <i>n</i> the client waits a random time between {@code min} and {@code min · 2ⁿ}, at most {@code
 * max}. The count starts anew once a connection has lasted {@code stable}. A refusal that time cannot heal ends the client
 * whatever the policy: see {@link Disconnected#willReconnect}.
 *
 * @param enabled false: the client ends with its connection
 * @param min the shortest wait
 * @param max the longest wait
 * @param stable how long a connection lasts to count as good
 * @param afterTakeOver whether to come back after another client took the Session over; two such clients take it from
 *     each other for ever
 */
public record ReconnectPolicy(
        boolean enabled, Duration min, Duration max, Duration stable, boolean afterTakeOver) {

    /** The client ends with its connection. */
    public static final ReconnectPolicy NONE = new ReconnectPolicy(
            false, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ZERO, false);

    /** Waits between half a second and a minute. */
    public static final ReconnectPolicy DEFAULT =
            backOff(Duration.ofMillis(500), Duration.ofMinutes(1));

    public ReconnectPolicy {
        if (min.isNegative() || min.isZero() || max.compareTo(min) < 0) {
            throw new IllegalArgumentException(
                    "reconnect waits of " + min + " to " + max + " make no sense");
        }
    }

    /** Comes back after waits between these two. */
    public static ReconnectPolicy backOff(Duration min, Duration max) {
        return new ReconnectPolicy(true, min, max, Duration.ofSeconds(10), false);
    }
}
