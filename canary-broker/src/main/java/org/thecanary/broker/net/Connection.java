// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.loop.BrokerLoop.Memory;
import org.thecanary.broker.loop.Link;
import org.thecanary.broker.loop.LinkInfo;
import org.thecanary.broker.loop.LoopCounters;
import org.thecanary.broker.loop.SessionRef;
import org.thecanary.broker.net.websocket.WebSocketFrames;
import org.thecanary.broker.session.Outbox;
import org.thecanary.broker.session.Publication;
import org.thecanary.broker.session.Session;
import org.thecanary.broker.session.SessionSubscription;
import org.thecanary.credentials.password.PasswordHash;
import org.thecanary.mqtt.codec.PacketDecoder;
import org.thecanary.mqtt.codec.PacketEncoder;
import org.thecanary.mqtt.codec.PublishImage;
import org.thecanary.mqtt.packet.Auth;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.PingResp;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.UnsubAck;
import org.thecanary.mqtt.packet.Unsubscribe;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLSession;

/**
 * A Network Connection: bytes in and packets to the session, packets from the session and bytes out.
 *
 * <p>Every violation ends here, in one place: DISCONNECT with the reason for version 5, close for 3.x [MQTT-4.13.1-1].
 *
 * <p>Owner: its loop.
 */
final class Connection extends ChannelInboundHandlerAdapter
        implements Link, Newcomer, BrokerLoop.Flushable {
    private static final Logger LOG = LoggerFactory.getLogger("broker");

    /** Beyond this much unsent, what can wait waits. */
    private static final int WRITABLE_BYTES = 256 * 1024;
    /** Beyond this much unsent, QoS 0 is dropped: enough for a burst, too little for many to exhaust the broker. */
    private static final int OVERLOADED_BYTES = 8 * 1024 * 1024;

    /** With more than this unsent in answers, not messages, we read no further. */
    private static final int ANSWERS_BYTES = 1024 * 1024;
    /** How long who publishes is not read while memory is short. */
    private static final long SLOW_MILLIS = 100;
    /** Bytes of a packet that a client may send for one of a CONNECT, where both cannot be kept. */
    private static final long STRANGERS_WEIGHT = 32;
    /** Memory for Topic Aliases that each client may take, however little there is: enough for who means well. */
    private static final int ALIAS_BYTES = 16 * 1024;
    /** With more answers than this waiting for the disk, we read no further. */
    private static final int HELD_ANSWERS = 10_000;
    /** How long a client has to send its CONNECT. */
    private static final long CONNECT_MILLIS = 30_000;
    /** How long we wait for the client to close after we have said our last. */
    private static final long LINGER_MILLIS = 2_000;

    /** How far the connection has come. */
    private enum State {
        AWAITS_CONNECT,
        DECIDING,
        CONNECTED,
        ENDED
    }

    private final ConnectFlow flow;
    private final LoopScratch scratch;
    private final LoopCounters counters;
    private final PacketDecoder decoder;
    private final @Nullable MountPoint mountPoint;
    private final OutboundBuffer out = new OutboundBuffer();

    /** Where {@link ConnectionSet} keeps it. */
    int place;

    @SuppressWarnings("NullAway.Init") // set when the handler is added, before any event
    private ChannelHandlerContext channel;

    private Origin origin = Origin.SOCKET;
    private State state = State.AWAITS_CONNECT;
    private boolean dirty;
    private boolean starved;
    private boolean deaf;
    private boolean slowed;
    private long unsentAnswers;
    private int held;
    private long unfinishedBytes;
    private long aliasBytes;
    private boolean flushing;
    private long unsentBytes;
    private long unsentPackets;
    private long written;
    private long lastHeardMillis;
    private long silenceMillis = CONNECT_MILLIS;

    // from CONNECT on
    private @Nullable SessionRef ref;
    private String clientId = "";
    private boolean v5;
    private boolean problemInformation;
    private long sinceMillis;
    private int keepAliveSeconds;

    // for operators
    private long messagesReceived;
    private long messagesSent;
    private long bytesReceived;
    private long bytesSent;

    private long maximumPacketSize = Connect.UNLIMITED_PACKET_SIZE;
    private @Nullable OutboundAliases aliases;
    private @Nullable PasswordHash credential;

    Connection(ConnectFlow flow, LoopScratch scratch) {
        this.flow = flow;
        this.scratch = scratch;
        this.counters = scratch.loop.counters();
        this.mountPoint = flow.mountPoint();
        this.decoder = new PacketDecoder(
                PacketDecoder.Side.SERVER, flow.maximumPacketSize(), scratch.topics, this::kept);
        this.lastHeardMillis = scratch.loop.nowMillis();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context;
        scratch.connections.add(this);
    }

    BrokerLoop loop() {
        return scratch.loop;
    }

    @Override
    public String address() {
        return origin.address() != null ? origin.address() : flow.address(channel.channel());
    }

    @Override
    public Origin origin() {
        return origin;
    }

    @Override
    public void origin(Origin known) {
        origin = known;
    }

    @Override
    public void refused(@Nullable String why) {
        if (state != State.ENDED) {
            end();
            if (why != null) {
                flow.logRefused(name(), address(), why);
            }
        }
    }

    /** Of a client that speaks TLS; null where it does not. */
    @Nullable
    SSLSession tlsSession() {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        return tls == null ? null : tls.engine().getSession();
    }

    // --- Bytes in
    // -----------------------------------------------------------------------------------------------

    @Override
    public void channelRead(ChannelHandlerContext context, Object received) {
        ByteBuf bytes = (ByteBuf) received;
        try {
            scratch.loop.turn();
            if (state != State.ENDED) { // who has ended is given its time once
                lastHeardMillis = scratch.loop.nowMillis();
            }
            counters.bytesReceived += bytes.readableBytes();
            bytesReceived += bytes.readableBytes();
            while (bytes.isReadable() && state != State.ENDED) {
                int length = Math.min(bytes.readableBytes(), scratch.input.length);
                bytes.readBytes(scratch.input, 0, length);
                decoder.feed(scratch.input, 0, length);
                takePackets();
            }
        } finally {
            bytes.release();
        }
    }

    /** Handles what the decoder has, unless a CONNECT is being decided: what follows it waits. */
    private void takePackets() {
        try {
            while (state != State.ENDED) {
                if (state == State.DECIDING) {
                    decoder.keep();
                    return;
                }
                Packet packet = decoder.next();
                if (packet == null) {
                    return;
                }
                counters.received[decoder.lastType()]++;
                handle(packet);
            }
        } catch (ProtocolException violation) {
            violated(violation);
        }
    }

    /** Of packets that have not come whole too many would fill the memory: then who has most of them leaves. */
    @Override
    public void kept(int bytes) {
        if (state == State.ENDED) {
            return; // on the way out, with all that it keeps
        }
        unfinished(bytes);
        while (bytes > 0 && scratch.isUnfinishedOverBudget()) {
            Connection greatest = scratch.connections.withMostUnfinished();
            if (greatest == this) {
                unfinished(-bytes);
                throw new ProtocolException(
                        ReasonCode.QUOTA_EXCEEDED,
                        "4.13",
                        "no memory for what has come of its packet");
            }
            greatest.leaveUnfinished();
        }
    }

    private void leaveUnfinished() {
        String why = "memory is short, and its packet has not come whole";
        if (state == State.CONNECTED) {
            hangUp(ReasonCode.QUOTA_EXCEEDED, why);
        } else {
            finish(
                    DisconnectTexts.of(ReasonCode.QUOTA_EXCEEDED),
                    name() + " is disconnected: " + why,
                    false);
        }
    }

    private void unfinished(long bytes) {
        unfinishedBytes += bytes;
        counters.unfinishedBytes += bytes;
    }

    /** Grows with what is kept of a packet that has not come whole; who has not come in yet has little to send. */
    long unfinishedWeight() {
        return state == State.CONNECTED ? unfinishedBytes : STRANGERS_WEIGHT * unfinishedBytes;
    }

    private void handle(Packet packet) {
        if (!(packet instanceof Publish) && PacketTrace.isOn()) {
            PacketTrace.received(name(), packet);
        }
        if (packet instanceof Connect connect) {
            state = State.DECIDING;
            v5 = connect.version().isV5();
            maximumPacketSize = connect.properties().maximumPacketSize();
            flow.decide(connect, this);
            if (state == State.DECIDING) {
                channel.channel()
                        .config()
                        .setAutoRead(false); // what the client sends meanwhile stays in its socket
            }
            return;
        }
        SessionRef mine = ref;
        if (mine == null) {
            throw ProtocolException.protocolError("[MQTT-3.1.0-1]", "first packet is not CONNECT");
        }
        Session session = mine.session();
        Outbox outbox = mine.outbox();
        switch (packet) {
            case Publish publish -> {
                messagesReceived++;
                counters.publishBytesReceived += publish.message().payload().length;
                session.publish(mountPoint == null ? publish : mountPoint.in(publish), outbox);
                if (scratch.loop.memory() != Memory.ENOUGH
                        || !scratch.loop.takesMore(publish.message().payload().length)) {
                    slowDown();
                }
            }
            case PubAck ack -> session.pubAck(ack, outbox);
            case PubRec ack -> session.pubRec(ack, outbox);
            case PubRel ack -> session.pubRel(ack, outbox);
            case PubComp ack -> session.pubComp(ack, outbox);
            case Subscribe subscribe ->
                session.subscribe(
                        mountPoint == null ? subscribe : mountPoint.in(subscribe), outbox);
            case Unsubscribe packetOfClient -> {
                Unsubscribe unsubscribe =
                        mountPoint == null ? packetOfClient : mountPoint.in(packetOfClient);
                PacketTrace.unsubscribe(clientId, unsubscribe);
                session.unsubscribe(unsubscribe, outbox);
            }
            case PingReq _ -> send(PingResp.INSTANCE); // [MQTT-3.12.4-1]
            case Disconnect disconnect -> {
                session.disconnect(disconnect);
                finish(null, null, false); // [MQTT-3.14.4-1], -2
            }
            case Auth _ ->
                throw ProtocolException.protocolError(
                        "[MQTT-4.12.0-6]", "AUTH without an Authentication Method");
            case Connect _, ConnAck _, SubAck _, UnsubAck _, PingResp _ ->
                throw ProtocolException.protocolError("2.1.2", "packet that only a Server sends");
        }
    }

    private void violated(ProtocolException violation) {
        boolean early = state == State.AWAITS_CONNECT;
        String why = violation.explanation();
        if (early) {
            boolean answered = decoder.version().isV5() && violation.isAnswered();
            if (violation.reason() == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION || answered) {
                v5 = decoder.version().isV5();
                send(refusal(violation.reason(), null));
            }
        } else if (v5 && violation.isAnswered()) {
            send(disconnect(violation.reason(), why));
        }
        finish(
                DisconnectTexts.of(violation.reason()),
                "Protocol error from " + name() + ": " + why,
                true);
    }

    private Disconnect disconnect(ReasonCode reason, String why) {
        return new Disconnect(reason, problemInformation ? why : null); // [MQTT-3.14.2-3]
    }

    /** The client's, or where it comes from before it has told it. */
    private String name() {
        return clientId.isEmpty() ? host() : clientId;
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        scratch.loop.turn();
        finish(DisconnectTexts.CLOSED, null, false);
        out.release();
        unsent(0, 0);
        scratch.connections.remove(this);
        flow.closed(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        scratch.loop.turn();
        if (cause instanceof ProtocolException violation) {
            violated(violation); // below MQTT
        } else if (cause instanceof IOException) {
            finish(DisconnectTexts.CLOSED, null, false);
        } else {
            LOG.error("Client {}: internal error, connection closed", clientId, cause);
            if (v5 && state == State.CONNECTED) {
                send(disconnect(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, "internal error"));
            }
            finish(DisconnectTexts.of(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR), null, true);
        }
    }

    /** Looks whether the client has been silent too long. */
    void checkSilence(long nowMillis) {
        if (silenceMillis > 0
                && state != State.DECIDING
                && nowMillis - lastHeardMillis > silenceMillis) {
            if (state == State.ENDED) {
                channel.close();
                return;
            }
            if (v5 && state == State.CONNECTED) {
                send(disconnect(
                        ReasonCode.KEEP_ALIVE_TIMEOUT,
                        "nothing heard within Keep Alive times 1.5"));
            }
            finish(
                    DisconnectTexts.of(ReasonCode.KEEP_ALIVE_TIMEOUT),
                    null,
                    true); // [MQTT-3.1.2-22]
        }
    }

    // --- The verdict on a CONNECT
    // -------------------------------------------------------------------------------

    /** Whether the client is still there to hear the verdict. */
    boolean awaitsVerdict() {
        return state == State.DECIDING;
    }

    /** Whether the client can be answered. Any thread. */
    boolean isOpen() {
        return channel.channel().isActive();
    }

    /**
     * The CONNECT is refused.
     *
     * @param ended how the log says it
     * @param why told to the client, unless it does not want to know
     */
    void refuse(Connect connect, ReasonCode reason, String ended, String why) {
        clientId = connect.clientId();
        if (v5 || hasReturnCode(reason)) {
            boolean tell = connect.properties().wantsProblemInformation();
            send(refusal(reason, tell ? why : null));
        }
        finish(ended, name() + " is refused: " + why, true); // [MQTT-3.1.4-1], [MQTT-3.2.2-7]
    }

    /** Version 3 is closed on where no return code of its own says why, v3: [MQTT-3.2.2-6]. */
    private static boolean hasReturnCode(ReasonCode reason) {
        return switch (reason) {
            case QOS_NOT_SUPPORTED, RETAIN_NOT_SUPPORTED, SERVER_BUSY -> false;
            default -> true;
        };
    }

    private ConnAck refusal(ReasonCode reason, @Nullable String why) {
        return new ConnAck(false, reason, ConnAck.Properties.refusal(flow.maximumQos(), why));
    }

    /** The CONNECT is not even answered. */
    void drop(Connect connect, String why) {
        clientId = connect.clientId();
        finish(
                DisconnectTexts.of(ReasonCode.PROTOCOL_ERROR),
                "Protocol error from " + name() + ": " + why,
                true);
    }

    /** The client is connected to its session; the CONNACK goes first [MQTT-3.2.0-1]. */
    void accept(ConnectFlow.Accepted accepted) {
        Connect connect = accepted.connect();
        ref = accepted.ref();
        clientId = accepted.ref().clientId();
        problemInformation = connect.properties().wantsProblemInformation();
        int aliasMaximum =
                Math.min(connect.properties().topicAliasMaximum(), accepted.topicAliasMaximum());
        aliases = aliasMaximum == 0 ? null : new OutboundAliases(aliasMaximum);
        credential = accepted.credential();
        silenceMillis = accepted.keepAliveSeconds() * 1500L;
        state = State.CONNECTED;
        sinceMillis = scratch.loop.nowMillis();
        keepAliveSeconds = accepted.keepAliveSeconds();
        counters.clientsConnected++;
        if (!sent(accepted.connAck())) {
            finish(DisconnectTexts.of(ReasonCode.PACKET_TOO_LARGE), null, false);
            return; // it would be sent messages before its CONNACK otherwise
        }
        accepted.ref().session().onConnected(accepted.terms(), accepted.ref().outbox());
    }

    /** Goes on with what came while the CONNECT was decided. */
    void resume() {
        channel.channel().config().setAutoRead(true);
        takePackets();
    }

    // --- Link: packets out
    // --------------------------------------------------------------------------------------

    @Override
    public boolean writable() {
        return noMoreThan(WRITABLE_BYTES);
    }

    private int unsentMost() {
        return scratch.loop.memory() == Memory.ENOUGH
                ? scratch.isUnsentOverBudget() ? WRITABLE_BYTES / 4 : OVERLOADED_BYTES
                : WRITABLE_BYTES / 16;
    }

    private boolean noMoreThan(int limit) {
        if (state != State.CONNECTED) {
            return false;
        }
        if (unsentBytes < limit) {
            return true;
        }
        flushEarly();
        if (unsentBytes < limit) {
            return true;
        }
        starved = true;
        return false;
    }

    /** What a turn has written is not held against a client that would read it. */
    private void flushEarly() {
        flushing = true;
        out.flush(channel);
        flushing = false;
        accountUnsent();
    }

    @Override
    public boolean overloaded() {
        return !noMoreThan(unsentMost());
    }

    @Override
    public boolean sendPublish(
            Publication whole,
            SessionSubscription subscription,
            QoS qos,
            boolean retain,
            boolean dup,
            int packetId) {
        if (state == State.ENDED) {
            return true; // it waited for the disk meanwhile, and is sent on the next connection
        }
        Publication publication = mountPoint == null ? whole : mountPoint.out(whole);
        if (publication == null) {
            return false;
        }
        Message message = publication.message();
        if (v5
                && (subscription.identifier() != 0
                        || aliases != null
                        || publication.expiresAtMillis() != Publication.NEVER)) {
            return sendSpecial(publication, subscription, qos, retain, dup, packetId);
        }
        PublishImage image = scratch.image(v5, qos != QoS.AT_MOST_ONCE);
        image.hold(message);
        if (image.length() + (long) image.behind().length > maximumPacketSize) {
            return false;
        }
        image.patch(qos, retain, dup, packetId);
        write(image.array(), image.length());
        if (image.behind().length > 0) {
            writePayload(image.behind());
        }
        countPublish(message, qos, retain, dup, packetId);
        return true;
    }

    /** A PUBLISH with properties of its own: Subscription Identifier, Topic Alias, what is left of the expiry. */
    private boolean sendSpecial(
            Publication publication,
            SessionSubscription subscription,
            QoS qos,
            boolean retain,
            boolean dup,
            int packetId) {
        Message message = publication.message();
        Message sent =
                new Message(message.topic(), qos, retain, message.payload(), message.properties());
        if (publication.expiresAtMillis() != Publication.NEVER) {
            sent = sent.withProperties(message.properties()
                    .withMessageExpiryInterval(
                            publication.remainingSeconds(scratch.loop.nowMillis())));
        }
        List<Integer> identifiers = subscription.identifier() == 0
                ? List.of()
                : List.of(subscription.identifier()); // [MQTT-3.3.4-3]
        Publish packet = aliases == null
                ? new Publish(sent, packetId, dup, 0, identifiers)
                : aliases.publish(sent, packetId, dup, identifiers, this::takeForAliases);
        scratch.packet.clear();
        if (!PacketEncoder.encodeHead(
                packet, ProtocolVersion.MQTT_5, scratch.packet, maximumPacketSize)) {
            if (aliases != null) {
                aliases.unsent(packet, this::takeForAliases);
            }
            return false;
        }
        write(scratch.packet.array(), scratch.packet.length());
        writePayload(message.payload());
        countPublish(message, qos, retain, dup, packetId);
        return true;
    }

    private void countPublish(Message message, QoS qos, boolean retain, boolean dup, int packetId) {
        if (PacketTrace.isOn()) {
            PacketTrace.sendingPublish(clientId, message, qos, retain, dup, packetId);
        }
        messagesSent++;
        counters.publishBytesSent += message.payload().length;
    }

    @Override
    public void send(Packet packet) {
        sent(packet); // what is too large is left out [MQTT-3.1.2-25]
    }

    private boolean sent(Packet packet) {
        if (state == State.ENDED) {
            return false;
        }
        scratch.packet.clear();
        ProtocolVersion version = v5 ? ProtocolVersion.MQTT_5 : ProtocolVersion.MQTT_3_1_1;
        if (!PacketEncoder.encode(packet, version, scratch.packet, maximumPacketSize)) {
            return false;
        }
        if (PacketTrace.isOn()) {
            int version3 = scratch.packet.array()[3];
            PacketTrace.sending(
                    name(),
                    packet,
                    packet instanceof ConnAck connAck && v5 ? connAck.reason().code() : version3);
        }
        write(scratch.packet.array(), scratch.packet.length());
        unsentAnswers += scratch.packet.length();
        return true;
    }

    private void write(byte[] bytes, int length) {
        out.write(channel, bytes, length);
        counters.sent[(bytes[0] & 0xF0) >> 4]++;
        countBytes(length);
        written++;
        if (!dirty) {
            dirty = true;
            scratch.loop.flushLater(this);
        }
    }

    /** What was written goes on with it. */
    private void writePayload(byte[] payload) {
        if (payload.length > SharedPayload.LARGEST_COPIED) {
            out.write(channel, scratch.sharedPayload.of(payload, channel.alloc()));
        } else {
            out.write(channel, payload, payload.length);
        }
        countBytes(payload.length);
    }

    private void countBytes(int length) {
        unsentBytes += length;
        counters.unsentBytes += length;
        counters.bytesSent += length;
        bytesSent += length;
    }

    @Override
    public void flushTurn() {
        dirty = false;
        out.flush(channel);
        accountUnsent();
        if (starved && channel.channel().isWritable()) {
            refill();
        }
    }

    /**
     * Tells the loop how much waits here for its socket, and reads no more from a client that asks and asks and does not
     * read: the answers must not pile up. Messages do not make us deaf: they are few, wait, or are dropped.
     */
    private void accountUnsent() {
        long now = out.bytes(channel);
        unsent(now, now == 0 ? 0 : unsentPackets + written);
        written = 0;
        if (now == 0) {
            unsentAnswers = 0;
        }
        boolean tooMuch = (now > WRITABLE_BYTES && (deaf || unsentAnswers > ANSWERS_BYTES))
                || held > (deaf ? HELD_ANSWERS / 2 : HELD_ANSWERS);
        if (tooMuch != deaf && state == State.CONNECTED) {
            deaf = tooMuch;
            channel.channel().config().setAutoRead(!deaf && !slowed);
        }
    }

    private void unsent(long bytes, long packets) {
        counters.unsentBytes += bytes - unsentBytes;
        counters.unsentPackets += packets - unsentPackets;
        unsentBytes = bytes;
        unsentPackets = packets;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (flushing) {
            return; // in the midst of a delivery; the turn's end sees to it
        }
        accountUnsent();
        if (starved && channel.channel().isWritable()) {
            scratch.loop.turn();
            refill();
        }
    }

    /** Memory is short: who publishes is not read for a moment. */
    private void slowDown() {
        if (slowed || state != State.CONNECTED) {
            return;
        }
        slowed = true;
        channel.channel().config().setAutoRead(false);
        scratch.loop.schedule(
                () -> {
                    slowed = false;
                    if (state == State.CONNECTED && !deaf) {
                        channel.channel().config().setAutoRead(true);
                    }
                },
                SLOW_MILLIS);
    }

    @Override
    public boolean isV5() {
        return v5;
    }

    @Override
    public void held(int more) {
        held += more;
        if (deaf || held > HELD_ANSWERS) {
            accountUnsent();
        }
    }

    @Override
    public boolean takeForAliases(int bytes) {
        if (bytes > 0 && aliasBytes + bytes > ALIAS_BYTES && !scratch.hasRoomForAliases(bytes)) {
            return false;
        }
        aliasBytes(bytes);
        return true;
    }

    private void aliasBytes(long more) {
        aliasBytes += more;
        counters.aliasBytes += more;
    }

    @Override
    public void hangUp(ReasonCode reason, String why) {
        if (v5 && state == State.CONNECTED) {
            send(disconnect(reason, why));
        }
        finish(DisconnectTexts.of(reason), name() + " is disconnected: " + why, true);
    }

    private void refill() {
        starved = false;
        SessionRef mine = ref;
        if (mine != null && state == State.CONNECTED) {
            mine.session().onWritable(mine.outbox());
        }
    }

    /** The rules were reloaded: a client that would not be let in any more leaves. */
    void review() {
        SessionRef mine = ref;
        if (state == State.CONNECTED && origin.isRevoked()) {
            if (v5) {
                send(disconnect(ReasonCode.NOT_AUTHORIZED, "the client's certificate is revoked"));
            }
            finish("its certificate is revoked", null, true);
        } else if (mine != null
                && state == State.CONNECTED
                && !flow.stillAdmits(mine.session().username(), credential, origin)) {
            if (v5) {
                send(disconnect(ReasonCode.NOT_AUTHORIZED, "the rules have changed"));
            }
            finish(DisconnectTexts.of(ReasonCode.NOT_AUTHORIZED), null, true);
        }
    }

    /** The broker ends: version 5 clients are told, wills of the others are published by the session's rules. */
    void shutDown() {
        if (v5 && state == State.CONNECTED) {
            send(disconnect(ReasonCode.SERVER_SHUTTING_DOWN, "the broker is shutting down"));
        }
        finish(DisconnectTexts.of(ReasonCode.SERVER_SHUTTING_DOWN), null, false);
    }

    // --- The end
    // ------------------------------------------------------------------------------------------------

    @Override
    public void end(ReasonCode reason, String why) {
        if (v5 && state == State.CONNECTED) {
            send(disconnect(reason, why));
        }
        if (reason == ReasonCode.SESSION_TAKEN_OVER) {
            flow.fights().lost(clientId, address(), scratch.loop.nowMillis());
        }
        ref = null;
        finish(DisconnectTexts.of(reason), null, true);
    }

    private String over() {
        ListenerConfig listener = flow.listener();
        if (listener.unixPath() != null) {
            return "UNIX";
        }
        boolean tls = listener.tls() != null;
        return listener.protocol() == ListenerConfig.Protocol.WEBSOCKETS
                ? tls ? "WSS" : "WS"
                : tls ? "TLS" : "TCP";
    }

    @Override
    public LinkInfo info() {
        return new LinkInfo(
                address(),
                decoder.version(),
                over(),
                keepAliveSeconds,
                sinceMillis,
                messagesReceived,
                messagesSent,
                bytesReceived,
                bytesSent);
    }

    /**
     * Ends the connection once, whoever asks first, and tells the session.
     *
     * @param reason for the log; null: the client said DISCONNECT
     * @param detail for the log, a line of its own before that
     * @param lastWords whether the client should be given the time to read what we sent before the socket closes
     */
    private void finish(@Nullable String reason, @Nullable String detail, boolean lastWords) {
        if (state == State.ENDED) {
            return;
        }
        boolean wasDecided = state == State.CONNECTED;
        if (wasDecided) {
            counters.clientsConnected--;
        }
        end();
        if (detail != null) {
            LOG.info(detail);
        }
        flow.logEnd(name(), address(), reason);
        SessionRef mine = ref;
        ref = null;
        if (mine != null) {
            flow.directory().released(mine);
        }
        out.flush(channel);
        close(lastWords);
    }

    /** What comes from now on is not listened to, and not for long. */
    private void end() {
        decoder.abandon();
        unfinished(-unfinishedBytes);
        aliasBytes(-aliasBytes);
        state = State.ENDED;
        silenceMillis = LINGER_MILLIS;
        lastHeardMillis = scratch.loop.nowMillis();
    }

    private void close(boolean lastWords) {
        if (lastWords && channel.channel() instanceof DuplexChannel duplex && duplex.isActive()) {
            // Closing with bytes unread would reset the connection, and the client might never read
            // why.
            closeOutput().addListener(_ -> duplex.shutdownOutput());
            channel.executor()
                    .schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** The last words of the layers below, behind ours. */
    private Future<?> closeOutput() {
        Future<?> said = channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
        WebSocketFrames frames = channel.pipeline().get(WebSocketFrames.class);
        if (frames != null) {
            said = frames.closeOutput(channel);
        }
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        return tls == null ? said : tls.closeOutbound();
    }
}
