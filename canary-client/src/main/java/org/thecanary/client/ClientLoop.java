// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import io.netty.channel.EventLoop;

import org.thecanary.mqtt.codec.TopicCache;
import org.thecanary.mqtt.codec.WireWriter;

/**
 * An event loop, and the scratch space that all clients on it share.
 *
 * @param sockets what it opens
 * @param input what was read is copied here to be decoded, and is of no use once the decoder is done
 * @param packet one packet is encoded here, to be copied on at once
 */
record ClientLoop(
        EventLoop executor, Sockets sockets, byte[] input, WireWriter packet, TopicCache topics) {
    private static final int INPUT_BYTES = 64 * 1024;
    private static final int TOPICS = 256;

    ClientLoop(EventLoop executor, Sockets sockets) {
        this(executor, sockets, new byte[INPUT_BYTES], new WireWriter(), new TopicCache(TOPICS));
    }

    /** The loop's clock; only differences mean something. */
    static long nowMillis() {
        return System.nanoTime() / 1_000_000;
    }
}
