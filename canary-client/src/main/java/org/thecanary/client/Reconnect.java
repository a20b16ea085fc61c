// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.ReasonCode;

import java.util.random.RandomGenerator;

/**
 * Whether and when to come back, by a {@link ReconnectPolicy}.
 *
 * <p>Full jitter, as in M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015: of the ways to spread
 * clients it has them all back soonest with the fewest attempts.
 *
 * <p>Owner: the client's loop.
 */
final class Reconnect {
    private final ReconnectPolicy policy;
    private final RandomGenerator random;
    private int attempt;

    Reconnect(ReconnectPolicy policy, RandomGenerator random) {
        this.policy = policy;
        this.random = random;
    }

    /** The application asks for a connection: earlier failures do not count. */
    void reset() {
        attempt = 0;
    }

    /** Whether time may heal this end. */
    boolean heals(Disconnected.Cause cause, @Nullable ReasonCode reason) {
        if (!policy.enabled()) {
            return false;
        }
        return switch (cause) {
            case APPLICATION -> false;
            case UNKNOWN_HOST,
                    UNREACHABLE,
                    TLS, // a certificate is renewed, a clock set right
                    CONNECT_TIMEOUT,
                    CONNECTION_LOST,
                    KEEP_ALIVE,
                    PROTOCOL_ERROR,
                    INTERNAL_ERROR -> true;
            case REFUSED -> reason == null || refusalHeals(reason);
            case SERVER_DISCONNECT -> reason == null || disconnectHeals(reason);
        };
    }

    private static boolean refusalHeals(ReasonCode reason) {
        return switch (reason) {
            case UNSPECIFIED_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR,
                    SERVER_UNAVAILABLE,
                    SERVER_BUSY,
                    SERVER_SHUTTING_DOWN,
                    QUOTA_EXCEEDED,
                    USE_ANOTHER_SERVER,
                    CONNECTION_RATE_EXCEEDED -> true;
            // The rest says that this CONNECT will never do.
            default -> false;
        };
    }

    private boolean disconnectHeals(ReasonCode reason) {
        return switch (reason) {
            case SESSION_TAKEN_OVER -> policy.afterTakeOver();
            case NOT_AUTHORIZED, BANNED, BAD_AUTHENTICATION_METHOD, SERVER_MOVED -> false;
            default -> true;
        };
    }

    /**
     * How long to wait before the next attempt.
     *
     * @param connectedMillis how long the connection that ended had lasted; 0 if there was none
     */
    long nextDelayMillis(long connectedMillis) {
        if (connectedMillis > 0 && connectedMillis >= policy.stable().toMillis()) {
            attempt = 0;
        }
        attempt++;
        long min = policy.min().toMillis();
        long max = policy.max().toMillis();
        long ceiling = attempt >= 32 || min << attempt > max ? max : min << attempt;
        return ceiling <= min ? min : random.nextLong(min, ceiling + 1);
    }
}
