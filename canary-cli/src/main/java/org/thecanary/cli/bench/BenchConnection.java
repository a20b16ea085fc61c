// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.codec.PacketEncoder;
import org.thecanary.mqtt.codec.PacketType;
import org.thecanary.mqtt.codec.WireWriter;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.ProtocolVersion;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * An MQTT connection that is cheap to run: it cuts what arrives into packets where it lies, and hands them to its kind.
 * What is written in a turn goes out at its end. Owner: the loop.
 */
class BenchConnection extends ChannelInboundHandlerAdapter {
    private static final int INITIAL_OUT = 16 * 1024;
    private static final int MAX_PACKET_ID = 65_535;

    private final Target target;
    private final ProtocolVersion version;
    private final String clientId;
    private final WireWriter writer = new WireWriter();

    /** Completes when the broker lets it in, or exceptionally with a sentence. */
    final CompletableFuture<Void> accepted = new CompletableFuture<>();

    /** Completes when it is closed. */
    final CompletableFuture<Void> closed = new CompletableFuture<>();

    private CompletableFuture<Void> pong = CompletableFuture.completedFuture(null);
    private @Nullable Channel channel;
    private @Nullable ByteBuf out;
    private @Nullable ByteBuf rest;
    private boolean ending;

    BenchConnection(Target target, ProtocolVersion version, String clientId) {
        this.target = target;
        this.version = version;
        this.clientId = clientId;
    }

    ProtocolVersion version() {
        return version;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        if (context.channel().isActive()) {
            begin(context.channel());
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        begin(context.channel());
    }

    private void begin(Channel opened) {
        if (channel == null) {
            channel = opened;
            send(new Connect(
                    version,
                    false,
                    clientId,
                    true,
                    0,
                    null,
                    target.username(),
                    target.password(),
                    Connect.Properties.NONE));
            flush();
        }
    }

    /** Where packets are appended; it goes out at {@link #flush}. */
    final ByteBuf out() {
        if (out == null) {
            out = Objects.requireNonNull(channel).alloc().directBuffer(INITIAL_OUT);
        }
        return out;
    }

    final void send(Packet packet) {
        writer.clear();
        PacketEncoder.encode(packet, version, writer, Connect.UNLIMITED_PACKET_SIZE);
        out().writeBytes(writer.array(), 0, writer.length());
    }

    final void flush() {
        if (out != null && channel != null) {
            ByteBuf full = out;
            out = null;
            channel.writeAndFlush(full, channel.voidPromise());
        }
    }

    final boolean writable() {
        return channel != null && channel.isWritable();
    }

    /** Completes when the broker has read all that was sent before. */
    final CompletableFuture<Void> ping() {
        pong = new CompletableFuture<>();
        if (channel == null || !channel.isActive()) {
            pong.complete(null);
        } else {
            send(new PingReq());
            flush();
        }
        return pong;
    }

    /** Says goodbye; the broker closes. */
    final void disconnect() {
        ending = true;
        if (channel == null || !channel.isActive()) {
            closed.complete(null);
        } else {
            send(Disconnect.NORMAL);
            flush();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (rest != null) {
            rest.writeBytes(bytes);
            bytes.release();
            bytes = rest;
            rest = null;
        }
        try {
            cut(bytes);
        } catch (RuntimeException e) {
            bytes.release();
            throw e;
        }
        if (bytes.isReadable()) {
            rest = context.alloc().buffer(Math.max(INITIAL_OUT, 2 * bytes.readableBytes()));
            rest.writeBytes(bytes);
        }
        bytes.release();
    }

    private void cut(ByteBuf bytes) {
        int end = bytes.writerIndex();
        while (true) {
            int start = bytes.readerIndex();
            int at = start + 1;
            int length = 0;
            int shift = 0;
            int octet;
            do {
                if (at >= end) {
                    return;
                }
                octet = bytes.getByte(at++);
                length |= (octet & 0x7F) << shift;
                shift += 7;
            } while (octet < 0);
            if (end - at < length) {
                return;
            }
            bytes.readerIndex(at + length);
            packet(bytes, bytes.getByte(start) & 0xFF, at, length);
        }
    }

    private void packet(ByteBuf bytes, int first, int at, int length) {
        switch (first >> 4) {
            case PacketType.CONNACK -> connAck(bytes.getByte(at + 1) & 0xFF);
            case PacketType.PINGRESP -> pong.complete(null);
            case PacketType.DISCONNECT -> {
                // The broker closes next, which is told then.
            }
            case PacketType.PUBLISH -> publish(bytes, first, at, length);
            case PacketType.PUBREL -> answer(PacketType.PUBCOMP << 4, bytes.getUnsignedShort(at));
            case PacketType.SUBACK -> subAck(bytes.getByte(at + length - 1) & 0xFF);
            default -> acknowledged(first >> 4, bytes.getUnsignedShort(at));
        }
    }

    private void connAck(int code) {
        if (code == 0) {
            accepted.complete(null);
        } else {
            ending = true;
            accepted.completeExceptionally(new BenchException(target + " refuses the connection, "
                    + (version.isV5() ? "Reason Code " : "return code ") + code
                    + "; look at user name and password"));
        }
    }

    /** PUBACK, PUBREC, PUBREL and PUBCOMP look alike. */
    final void answer(int firstByte, int packetId) {
        out().writeByte(firstByte).writeByte(2).writeShort(packetId);
    }

    /** A PUBLISH arrived. */
    void publish(ByteBuf bytes, int first, int at, int length) {}

    /** A PUBACK, PUBREC or PUBCOMP arrived. */
    void acknowledged(int type, int packetId) {}

    /** The broker answers the one SUBSCRIBE. */
    void subAck(int code) {}

    /** All that arrived in this turn was handed over. */
    void turnEnds() {}

    /** It may write again. */
    void writableAgain() {}

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        turnEnds();
        flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (writable()) {
            writableAgain();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        release();
        fail(target + " closed the connection of " + clientId);
        pong.complete(null);
        closed.complete(null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // what TLS does not like comes wrapped in what Netty makes of it
        Throwable why = cause instanceof DecoderException && cause.getCause() != null
                ? cause.getCause()
                : cause;
        fail(target + ": " + why.getMessage());
        context.close();
    }

    private void release() {
        if (out != null) {
            out.release();
            out = null;
        }
        if (rest != null) {
            rest.release();
            rest = null;
        }
    }

    /** Once it was let in, an end that was not asked for is the end of the run. */
    private void fail(String sentence) {
        if (!ending && !accepted.completeExceptionally(new BenchException(sentence))) {
            closed.completeExceptionally(new BenchException(sentence));
        }
    }

    /** A Packet Identifier in use is one to {@code count}. */
    static int ids(int count) {
        return Math.clamp(count, 1, MAX_PACKET_ID);
    }
}
