// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.loop.BrokerLoop.Memory;
import org.thecanary.mqtt.codec.PublishImage;
import org.thecanary.mqtt.codec.TopicCache;
import org.thecanary.mqtt.codec.WireWriter;

/**
 * What the connections of one loop share since only one of them is at work at a time: buffers, encoders, and the sweep
 * for keep alive.
 *
 * <p>Owner: its loop.
 */
final class LoopScratch {
    /** Where memory is full, no more than this part of the loop's share may be of packets that have not come whole. */
    private static final int UNFINISHED_WHEN_FULL = 4;

    /** Part of the loop's share that topics with an alias may take. */
    private static final int ALIASES = 4;

    final BrokerLoop loop;
    final ReceiveBuffer received = new ReceiveBuffer();
    final byte[] input = new byte[ReceiveBuffer.BYTES];
    final WireWriter packet = new WireWriter();
    final SharedPayload sharedPayload;
    final TopicCache topics = new TopicCache(4096);
    final ConnectionSet connections;

    /** By version 3 or 5, without or with Packet Identifier. */
    private final PublishImage[] images = {
        new PublishImage(false, false, SharedPayload.LARGEST_COPIED),
        new PublishImage(false, true, SharedPayload.LARGEST_COPIED),
        new PublishImage(true, false, SharedPayload.LARGEST_COPIED),
        new PublishImage(true, true, SharedPayload.LARGEST_COPIED)
    };

    LoopScratch(BrokerLoop loop) {
        this.loop = loop;
        this.sharedPayload = new SharedPayload(loop);
        this.connections = new ConnectionSet(loop);
    }

    /** Whether clients that do not read hold the loop's share of memory; then each of them is allowed less. */
    boolean isUnsentOverBudget() {
        return loop.counters().unsentBytes > loop.memoryShare();
    }

    /** Whether packets that have not come whole hold more than the loop's share of memory. */
    boolean isUnfinishedOverBudget() {
        long share = loop.memoryShare();
        return loop.counters().unfinishedBytes
                > (loop.memory() == Memory.FULL ? share / UNFINISHED_WHEN_FULL : share);
    }

    /** Whether so many bytes more of topics with an alias fit into the memory there is. */
    boolean hasRoomForAliases(long more) {
        return loop.memory() != Memory.FULL
                && loop.counters().aliasBytes + more <= loop.memoryShare() / ALIASES;
    }

    PublishImage image(boolean v5, boolean withPacketId) {
        return images[(v5 ? 2 : 0) + (withPacketId ? 1 : 0)];
    }
}
