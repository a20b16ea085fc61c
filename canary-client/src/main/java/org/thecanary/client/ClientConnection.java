// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.client.Disconnected.Cause;
import org.thecanary.mqtt.codec.PacketDecoder;
import org.thecanary.mqtt.codec.PacketEncoder;
import org.thecanary.mqtt.codec.WireWriter;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.PingResp;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.topic.TopicFilter;

import java.io.IOException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * One Network Connection, from the attempt to open it to its end: CONNECT first, keep alive, packets to the session and
 * from it. It ends once, in {@link #end}, whatever the reason.
 *
 * <p>Owner: the client's loop.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter implements ClientOutbox {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    /** A buffer this full is handed to the channel, and a new one begun: growing copies. */
    private static final int CHUNK_BYTES = 64 * 1024;

    private static final int INITIAL_BYTES = 512;
    /** How long the Server has to close after our DISCONNECT. */
    private static final long LINGER_MILLIS = 2_000;

    /** How far the connection has come. */
    private enum State {
        OPENING,
        AWAITS_CONNACK,
        CONNECTED,
        /** DISCONNECT is sent; the Server closes. */
        LEAVING,
        ENDED
    }

    private final ConnectionKeeper keeper;
    private final ClientOptions options;
    private final Connect connect;
    private final ClientLoop loop;
    private final String where;
    private final Dialer dialer;
    private final PacketDecoder decoder;

    private State state = State.OPENING;
    private @Nullable ChannelHandlerContext channel;
    private @Nullable ScheduledFuture<?> timer;
    private long maximumPacketSize = Connect.UNLIMITED_PACKET_SIZE;
    private KeepAlive keepAlive = new KeepAlive(0, 0);
    private boolean paused;

    // written in this turn of the loop, and not yet given to the channel
    private @Nullable ByteBuf unsent;
    private List<Reply<PublishResult>> unsentReplies = new ArrayList<>();

    ClientConnection(
            ConnectionKeeper keeper, ClientOptions options, Connect connect, ClientLoop loop) {
        this.keeper = keeper;
        this.options = options;
        this.connect = connect;
        this.loop = loop;
        this.where = options.transport().describe();
        this.dialer = new Dialer(options, loop, this);
        this.decoder = new PacketDecoder(
                PacketDecoder.Side.CLIENT, options.maximumPacketSize(), loop.topics());
        this.decoder.version(options.version());
    }

    /** Begins; everything after this is told to the keeper. */
    void open() {
        timer = loop.executor()
                .schedule(
                        this::connectTimedOut,
                        options.connectTimeout().toMillis(),
                        TimeUnit.MILLISECONDS);
        dialer.dial();
    }

    private void connectTimedOut() {
        end(
                Cause.CONNECT_TIMEOUT,
                null,
                where
                        + (state == State.OPENING
                                ? " cannot be reached: "
                                : " did not answer CONNECT: ")
                        + "nothing within " + options.connectTimeout().toMillis() + " ms",
                null);
    }

    void unreachable(String why, Throwable cause) {
        LOG.debug("{} cannot be reached", where, cause);
        end(
                cause instanceof UnknownHostException ? Cause.UNKNOWN_HOST : Cause.UNREACHABLE,
                null,
                where + " cannot be reached: " + why,
                null);
    }

    /** The address answers, but what lies in between does not let MQTT through. */
    void noWay(String why) {
        end(Cause.UNREACHABLE, null, where + " " + why, null);
    }

    /** There is no TLS with the Server, or no longer. */
    void tlsFailed(Throwable cause) {
        LOG.debug("no TLS with {}", where, cause);
        end(Cause.TLS, null, where + " " + TlsProblem.words(cause), null);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context;
        if (!context.channel().isActive()) {
            lost("before CONNECT");
            return;
        }
        state = State.AWAITS_CONNACK;
        if (!send(connect)) { // [MQTT-3.1.0-1]
            end(Cause.APPLICATION, null, "the options do not fit into a CONNECT packet", null);
            return;
        }
        flush();
    }

    // --- Bytes in

    @Override
    public void channelRead(ChannelHandlerContext context, Object received) {
        ByteBuf bytes = (ByteBuf) received;
        try {
            keepAlive.received(ClientLoop.nowMillis());
            byte[] input = loop.input();
            while (bytes.isReadable() && takesPackets()) {
                int length = Math.min(bytes.readableBytes(), input.length);
                bytes.readBytes(input, 0, length);
                decoder.feed(input, 0, length);
                takePackets();
            }
        } finally {
            bytes.release();
        }
    }

    private boolean takesPackets() {
        return state == State.AWAITS_CONNACK || state == State.CONNECTED;
    }

    private void takePackets() {
        try {
            for (Packet packet = decoder.next(); packet != null; packet = decoder.next()) {
                take(packet);
                if (!takesPackets()) {
                    return;
                }
            }
        } catch (ProtocolException violation) {
            violated(violation);
        }
    }

    private void take(Packet packet) {
        keeper.packetReceived(packet);
        if (state == State.AWAITS_CONNACK) {
            if (!(packet instanceof ConnAck connAck)) {
                throw ProtocolException.protocolError(
                        "[MQTT-3.2.0-1]", "first packet is not a CONNACK");
            }
            connAck(connAck);
            return;
        }
        switch (packet) {
            case PingResp _ -> keepAlive.pong();
            case Disconnect disconnect -> disconnected(disconnect);
            default -> keeper.received(packet);
        }
    }

    private void connAck(ConnAck connAck) {
        ReasonCode reason = connAck.reason();
        if (reason.isError()) {
            end(
                    Cause.REFUSED,
                    reason,
                    where + " refused the connection: "
                            + words(reason, connAck.properties().reasonString()),
                    connAck);
            return;
        }
        if (connAck.sessionPresent() && connect.cleanStart()) {
            throw ProtocolException.protocolError(
                    "[MQTT-3.2.2-4]", "Session Present after Clean Start");
        }
        ConnAck.Properties properties = connAck.properties();
        if (properties.maximumPacketSize() != MessageProperties.ABSENT) {
            maximumPacketSize = properties.maximumPacketSize();
        }
        int seconds = properties.serverKeepAlive() == MessageProperties.ABSENT
                ? connect.keepAliveSeconds()
                : properties.serverKeepAlive(); // [MQTT-3.2.2-21]
        state = State.CONNECTED;
        cancelTimer();
        keepAlive = new KeepAlive(seconds, ClientLoop.nowMillis());
        watch();
        keeper.connected(this, connAck, seconds);
    }

    private void disconnected(Disconnect disconnect) {
        end(
                Cause.SERVER_DISCONNECT,
                disconnect.reason(),
                where + " ended the connection: "
                        + words(disconnect.reason(), disconnect.reasonString()),
                disconnect);
    }

    private static String words(ReasonCode reason, @Nullable String reasonString) {
        String name = switch (reason) {
            case SUCCESS -> "normal disconnection";
            case BAD_USER_NAME_OR_PASSWORD -> "bad user name or password";
            default -> reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        };
        return reasonString == null || reasonString.isEmpty()
                ? name
                : name + " (" + reasonString + ")";
    }

    /** The Server broke a rule: it is told, where it can be, and the connection closed [MQTT-4.13.1-1]. */
    private void violated(ProtocolException violation) {
        String why = violation.explanation();
        if (options.version().isV5() && state == State.CONNECTED) {
            send(new Disconnect(violation.reason(), why));
            flush();
        }
        end(
                Cause.PROTOCOL_ERROR,
                violation.reason(),
                where + " does not speak MQTT as it should: " + why,
                null);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        flush();
        context.fireChannelReadComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        lost(state == State.AWAITS_CONNACK ? "before it answered CONNECT" : "");
    }

    private void lost(String when) {
        end(
                Cause.CONNECTION_LOST,
                null,
                where + " closed the connection" + (when.isEmpty() ? "" : " " + when),
                null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (TlsProblem.isOne(cause)) {
            tlsFailed(cause); // with TLS 1.3 the Server judges our certificate after the handshake
        } else if (cause instanceof IOException) {
            end(
                    Cause.CONNECTION_LOST,
                    null,
                    "the connection to " + where + " was lost: " + cause.getMessage(),
                    null);
        } else {
            LOG.error("Client {}: internal error", connect.clientId(), cause);
            end(Cause.INTERNAL_ERROR, null, "internal error: " + cause, null);
        }
    }

    // --- The end

    /** Sends DISCONNECT, and waits a little for the Server to close, so that nothing on its way is lost to a reset. */
    void leave(Disconnect packet) {
        send(packet);
        flush();
        if (state == State.CONNECTED) {
            state = State.LEAVING; // nothing more is sent [MQTT-3.14.4-1]
            pause(false);
            cancelTimer();
            timer = loop.executor().schedule(this::abort, LINGER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Closes without a word. */
    void abort() {
        end(Cause.APPLICATION, null, "the connection to " + where + " was closed here", null);
    }

    private void end(
            Cause cause, @Nullable ReasonCode reason, String sentence, @Nullable Packet packet) {
        if (state == State.ENDED) {
            return;
        }
        boolean leaving = state == State.LEAVING;
        state = State.ENDED;
        cancelTimer();
        dialer.cancel();
        ByteBuf dropped = unsent;
        unsent = null;
        if (dropped != null) {
            dropped.release();
        }
        if (channel != null) {
            channel.close(); // [MQTT-3.14.4-2]
        }
        List<Reply<PublishResult>> lost = unsentReplies;
        unsentReplies = new ArrayList<>();
        lost.forEach(reply -> reply.failed(new ClientException(sentence)));
        if (leaving) {
            keeper.ended(this, Cause.APPLICATION, null, "disconnected from " + where, null);
        } else {
            keeper.ended(this, cause, reason, sentence, packet);
        }
    }

    // --- Keep alive

    private void watch() {
        if (!keepAlive.isOff()) {
            timer = loop.executor()
                    .schedule(
                            this::checkSilence,
                            keepAlive.nextMillis(ClientLoop.nowMillis()),
                            TimeUnit.MILLISECONDS);
        }
    }

    private void checkSilence() {
        long nowMillis = ClientLoop.nowMillis();
        switch (keepAlive.due(nowMillis, paused)) {
            case NOTHING -> {}
            case PING -> {
                send(PingReq.INSTANCE); // [MQTT-3.1.2-20]
                flush();
                keepAlive.pinged(nowMillis);
            }
            case DEAD -> {
                end(Cause.KEEP_ALIVE, null, where + " does not answer PINGREQ", null);
                return;
            }
        }
        if (state == State.CONNECTED) {
            watch();
        }
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    /** Reads no more, or again. */
    void pause(boolean pause) {
        if (channel != null && paused != pause) {
            paused = pause;
            keepAlive.received(ClientLoop.nowMillis());
            channel.channel().config().setAutoRead(!pause);
        }
    }

    // --- ClientOutbox: packets out

    @Override
    public boolean writable() {
        return state == State.CONNECTED && channel != null && channel.channel().isWritable();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (writable()) {
            keeper.writable();
            flush();
        }
    }

    @Override
    public boolean send(Packet packet) {
        return write(packet, null);
    }

    @Override
    public boolean sendAtMostOnce(Publish publish, Reply<PublishResult> reply) {
        return write(publish, reply);
    }

    private boolean write(Packet packet, @Nullable Reply<PublishResult> reply) {
        ChannelHandlerContext to = channel;
        if (to == null || !takesPackets()) {
            if (reply != null) {
                reply.failed(new ClientException("the connection to " + where + " has ended"));
            }
            return true; // what has to arrive is sent again on the next connection
        }
        WireWriter encoded = loop.packet();
        encoded.clear();
        try {
            if (!PacketEncoder.encode(packet, options.version(), encoded, maximumPacketSize)) {
                return false;
            }
        } catch (IllegalArgumentException _) { // a text above 65,535 bytes
            return false;
        }
        if (unsent != null && unsent.readableBytes() >= CHUNK_BYTES) {
            hand(to);
        }
        ByteBuf into = unsent;
        if (into == null) {
            into = to.alloc().directBuffer(Math.max(INITIAL_BYTES, encoded.length()));
            unsent = into;
        }
        into.writeBytes(encoded.array(), 0, encoded.length());
        if (reply != null) {
            unsentReplies.add(reply);
        }
        keeper.packetSent(packet);
        return true;
    }

    /** Gives what was written to the channel, which sends it at the next flush. */
    private void hand(ChannelHandlerContext to) {
        ByteBuf chunk = unsent;
        if (chunk == null) {
            return;
        }
        unsent = null;
        if (unsentReplies.isEmpty()) {
            to.write(chunk, to.voidPromise());
            return;
        }
        List<Reply<PublishResult>> replies = unsentReplies;
        unsentReplies = new ArrayList<>();
        to.write(chunk).addListener(written -> {
            Throwable cause = written.cause();
            for (Reply<PublishResult> reply : replies) {
                if (cause == null) {
                    reply.done(new PublishResult(PacketIds.NONE, ReasonCode.SUCCESS));
                } else {
                    reply.failed(new ClientException("the connection to " + where
                            + " ended before the message was written"));
                }
            }
        });
    }

    /** Sends what was written in this turn of the loop, all at once. */
    void flush() {
        ChannelHandlerContext to = channel;
        if (to != null && unsent != null) {
            hand(to);
            to.flush();
            keepAlive.sent(ClientLoop.nowMillis());
        }
    }

    @Override
    public void deliver(Publish publish, @Nullable Received received) {
        keeper.deliver(publish, received);
    }

    @Override
    public void subscriptionLost(TopicFilter filter, ReasonCode reason) {
        keeper.subscriptionLost(filter, reason);
    }
}
