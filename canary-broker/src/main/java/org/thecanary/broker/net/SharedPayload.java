// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

import org.thecanary.broker.loop.BrokerLoop;

/**
 * A large payload where sockets can be written from, once for all connections of a loop that are sent it in one turn.
 *
 * <p>Owns its buffer until the turn ends; then those do who have not sent it. Owner: its loop.
 */
final class SharedPayload implements BrokerLoop.Flushable {
    /** Larger payloads are shared. Below, one buffer more to write costs a socket as much as the copy, or more. */
    static final int LARGEST_COPIED = 16 * 1024;

    private static final byte[] NONE = {};

    private final BrokerLoop loop;
    private byte[] payload = NONE;
    private ByteBuf bytes = Unpooled.EMPTY_BUFFER;

    SharedPayload(BrokerLoop loop) {
        this.loop = loop;
    }

    /** The payload, to be read and released by the caller. */
    @SuppressWarnings("ReferenceEquality") // a payload is never modified
    ByteBuf of(byte[] wanted, ByteBufAllocator memory) {
        if (wanted != payload) {
            ByteBuf copy = memory.directBuffer(wanted.length, wanted.length).writeBytes(wanted);
            bytes.release();
            bytes = copy;
            if (payload == NONE) {
                loop.flushLater(this);
            }
            payload = wanted;
        }
        return bytes.retainedDuplicate();
    }

    @Override
    public void flushTurn() {
        bytes.release();
        bytes = Unpooled.EMPTY_BUFFER;
        payload = NONE;
    }
}
