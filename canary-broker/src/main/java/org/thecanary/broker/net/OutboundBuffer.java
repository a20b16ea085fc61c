// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;

import org.jspecify.annotations.Nullable;

/**
 * What a connection has written in this turn and not yet handed to its socket.
 *
 * <p>Owns its buffer until it is handed to the channel. Owner: the connection's loop.
 */
final class OutboundBuffer {
    private static final int INITIAL_BYTES = 512;
    /** A buffer this full is handed on, and a new one begun: growing copies. */
    private static final int CHUNK_BYTES = 64 * 1024;

    private @Nullable ByteBuf pending;
    private boolean handedOn;

    void write(ChannelHandlerContext channel, byte[] bytes, int length) {
        ByteBuf into = pending;
        if (into != null && into.readableBytes() >= CHUNK_BYTES) {
            handOn(channel, into);
            into = null;
        }
        if (into == null) {
            into = channel.alloc().directBuffer(Math.max(INITIAL_BYTES, length));
            pending = into;
        }
        into.writeBytes(bytes, 0, length);
    }

    /** What is given away goes behind what was written, as it is. */
    void write(ChannelHandlerContext channel, ByteBuf bytes) {
        if (pending != null) {
            handOn(channel, pending);
        }
        handOn(channel, bytes);
    }

    private void handOn(ChannelHandlerContext channel, ByteBuf bytes) {
        pending = null;
        handedOn = true;
        channel.write(bytes, channel.voidPromise());
    }

    /** Hands all to the socket. */
    void flush(ChannelHandlerContext channel) {
        ByteBuf out = pending;
        boolean some = handedOn;
        pending = null; // before the channel takes it: it may have more written at once
        handedOn = false;
        if (out != null) {
            channel.writeAndFlush(out, channel.voidPromise());
        } else if (some) {
            channel.flush();
        }
    }

    /** Bytes that have not left: here, and those the socket did not take. */
    long bytes(ChannelHandlerContext channel) {
        ChannelOutboundBuffer refused = channel.channel().unsafe().outboundBuffer();
        return (pending == null ? 0 : pending.readableBytes())
                + (refused == null ? 0 : refused.totalPendingWriteBytes());
    }

    void release() {
        if (pending != null) {
            pending.release();
            pending = null;
        }
    }
}
