// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.ConcurrentHashMap;

/**
 * Notices when two clients have the same Client Identifier: each connects and thereby ends the other's connection, on and
 * on. It is said once, with both addresses, until they have been quiet for a while.
 *
 * <p>Any thread.
 */
public final class IdentifierFights {
    private static final Logger LOG = LoggerFactory.getLogger("broker");
    /** So many times within a minute is no client that came back after its network failed. */
    static final int ENOUGH = 3;

    private static final long MINUTE_MILLIS = 60_000;
    private static final int MOST_REMEMBERED = 10_000;

    /**
     * What happened to an identifier.
     *
     * @param count takeovers, each within a minute of the one before
     * @param loser who was disconnected last; null once the winner is known
     */
    private record Fight(
            int count, long latestMillis, @Nullable String loser, boolean said) {}

    private final ConcurrentHashMap<String, Fight> fights = new ConcurrentHashMap<>();

    /** A connection was ended since another client has its identifier. */
    void lost(String clientId, String address, long nowMillis) {
        if (fights.size() >= MOST_REMEMBERED) {
            fights.clear();
        }
        fights.merge(
                clientId,
                new Fight(1, nowMillis, address, false),
                (known, first) -> nowMillis - known.latestMillis > MINUTE_MILLIS
                        ? first
                        : new Fight(known.count + 1, nowMillis, address, known.said));
    }

    /** A client is connected; whether it has won a fight that is worth a line now. */
    boolean won(String clientId, String address) {
        Fight fight = fights.get(clientId);
        if (fight == null || fight.loser == null) {
            return false;
        }
        boolean news = fight.count >= ENOUGH && !fight.said;
        fights.put(clientId, new Fight(fight.count, fight.latestMillis, null, fight.said || news));
        if (news) {
            LOG.warn(
                    "The clients at {} and {} both have the Client Identifier {} and end each other's"
                            + " connection again and again. Give each one of its own.",
                    fight.loser,
                    address,
                    clientId);
        }
        return news;
    }
}
