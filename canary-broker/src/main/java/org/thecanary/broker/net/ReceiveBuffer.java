// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/**
 * One buffer for all sockets of a loop that are read from, for those whose handler has used the bytes up when it returns.
 *
 * <p>Owner: its loop.
 */
final class ReceiveBuffer extends DefaultMaxMessagesRecvByteBufAllocator {
    static final int BYTES = 64 * 1024;

    private final ByteBuf buffer = Unpooled.directBuffer(BYTES, BYTES);

    @Override
    @SuppressWarnings("deprecation") // of Handle, which is what Channel knows
    public Handle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public int guess() {
                return BYTES;
            }

            @Override
            public ByteBuf allocate(ByteBufAllocator memory) {
                return buffer.refCnt() == 1
                        ? buffer.clear().retain()
                        : memory.directBuffer(BYTES); // somebody still reads
            }
        };
    }
}
