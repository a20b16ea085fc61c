// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * A session as it was left, but for what waits in its queue, which is read when it is needed.
 *
 * @param exchanges what was sent and not acknowledged, in the order of sending
 * @param held QoS 2 messages of the client that were not released
 * @param firstQueued the sequence of the first message that waits, or 0 if none does
 * @param lastQueued that of the last, or 0
 */
public record RestoredSession(
        KeptSession session,
        List<Change.Subscribed> subscriptions,
        List<Exchange> exchanges,
        List<Change.Held> held,
        long firstQueued,
        long lastQueued) {

    /**
     * A message that was sent and not acknowledged.
     *
     * @param claim null once PUBREC has come, as is the message
     */
    public record Exchange(
            int packetId,
            long order,
            @Nullable Claim claim,
            @Nullable StoredMessage message) {}
}
