// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import io.netty.util.concurrent.ScheduledFuture;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.client.Disconnected.Cause;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.topic.TopicFilter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Keeps one client connected for as long as its application wants: one {@link ClientConnection} after another, with
 * waits between them, for one {@link ClientSession}.
 *
 * <p>Owner: the client's loop.
 */
final class ConnectionKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionKeeper.class);

    /** What the application wants, and what there is. */
    private enum State {
        /** Not yet asked to connect; requests wait. */
        IDLE,
        CONNECTING,
        CONNECTED,
        /** Between two attempts. */
        WAITING,
        /** DISCONNECT is sent. */
        LEAVING,
        /** Over; requests fail. */
        ENDED
    }

    private final ClientOptions options;
    private final ClientLoop loop;
    private final ClientEvents events;
    private final Function<Received, Acknowledgement> acknowledgements;
    private final ClientSession session;
    private final Reconnect reconnect;

    private volatile State state = State.IDLE;
    private @Nullable ClientConnection connection;
    private @Nullable Reply<Connected> connecting;
    private @Nullable ScheduledFuture<?> retry;
    private final List<Runnable> leaving = new ArrayList<>();
    private @Nullable ClientException end;

    private String clientId;
    private boolean cleanStart;
    private boolean connectedBefore;
    private long connectedAtMillis;
    private boolean paused;

    ConnectionKeeper(
            ClientOptions options,
            ClientLoop loop,
            ClientEvents events,
            Function<Received, Acknowledgement> acknowledgements) {
        this.options = options;
        this.loop = loop;
        this.events = events;
        this.acknowledgements = acknowledgements;
        this.session = new ClientSession(options);
        this.reconnect = new Reconnect(options.reconnect(), ThreadLocalRandom.current());
        this.clientId = options.clientId();
    }

    /** Any thread. */
    boolean isConnected() {
        return state == State.CONNECTED;
    }

    ClientSession session() {
        assert loop.executor().inEventLoop();
        return session;
    }

    /** Why a request has no chance, or null: it is done now or will be. */
    @Nullable
    ClientException end() {
        return end;
    }

    // --- What the application asks

    void connect(Reply<Connected> reply) {
        assert loop.executor().inEventLoop();
        if (state != State.IDLE && state != State.ENDED) {
            reply.failed(new ClientException("the client is connected or connecting already"));
            return;
        }
        end = null;
        connecting = reply;
        cleanStart = options.cleanStart();
        if (cleanStart) {
            session.reset();
        }
        reconnect.reset();
        attempt();
    }

    /** Does now what would be done later, where a wait before the next attempt is under way. */
    void retryNow() {
        if (retry != null && retry.cancel(false)) {
            attempt();
        }
    }

    private void attempt() {
        state = State.CONNECTING;
        retry = null;
        var next = new ClientConnection(this, options, connectPacket(), loop);
        connection = next;
        next.open();
    }

    private Connect connectPacket() {
        Connect.Properties properties = options.version().isV5()
                ? new Connect.Properties(
                        options.sessionExpiry().toSeconds(),
                        options.receiveMaximum(),
                        options.maximumPacketSize() >= ClientOptions.LARGEST_PACKET
                                ? Connect.UNLIMITED_PACKET_SIZE
                                : options.maximumPacketSize(),
                        options.topicAliasMaximum(),
                        options.requestResponseInformation(),
                        options.requestProblemInformation(),
                        options.userProperties(),
                        null,
                        null)
                : Connect.Properties.NONE;
        return new Connect(
                options.version(),
                options.bridge(),
                clientId,
                cleanStart,
                (int) options.keepAlive().toSeconds(),
                options.will(),
                options.username(),
                options.password(),
                properties);
    }

    /**
     * Leaves.
     *
     * @param packet null: without a word
     * @param left called when all is over
     */
    void leave(@Nullable Disconnect packet, Runnable left) {
        assert loop.executor().inEventLoop();
        switch (state) {
            case IDLE, WAITING -> {
                leaving.add(left);
                if (retry != null) {
                    retry.cancel(false);
                    retry = null;
                }
                finish(new Disconnected(
                        Cause.APPLICATION, null, "the application disconnected", null, null));
            }
            case CONNECTING, CONNECTED -> {
                leaving.add(left);
                ClientConnection current = connection;
                if (current == null) {
                    throw new IllegalStateException(state + " without a connection");
                }
                if (packet == null || state == State.CONNECTING) {
                    current.abort();
                } else {
                    session.leaving();
                    state = State.LEAVING;
                    current.leave(packet);
                }
            }
            case LEAVING -> leaving.add(left);
            case ENDED -> left.run();
        }
    }

    void pause(boolean pause) {
        paused = pause;
        if (connection != null && state == State.CONNECTED) {
            connection.pause(pause);
        }
    }

    void flush() {
        if (connection != null) {
            connection.flush();
        }
    }

    // --- What the connection tells

    void connected(ClientConnection by, ConnAck connAck, int keepAliveSeconds) {
        ConnAck.Properties properties = connAck.properties();
        boolean cleanlyStarted = cleanStart;
        if (properties.assignedClientIdentifier() != null) {
            clientId = properties.assignedClientIdentifier();
        }
        long expirySeconds = properties.sessionExpiryInterval() == MessageProperties.ABSENT
                ? options.sessionExpiry().toSeconds()
                : properties.sessionExpiryInterval();
        // Once there is a Session worth it, Clean Start has done its work.
        cleanStart = options.cleanStart() && !(options.version().isV5() && expirySeconds > 0);
        connectedAtMillis = ClientLoop.nowMillis();
        state = State.CONNECTED;
        var connected = new Connected(connAck, clientId, keepAliveSeconds, connectedBefore);
        connectedBefore = true;
        tell(() -> events.connected(connected));
        if (paused) {
            by.pause(true);
        }
        session.connected(connAck, cleanlyStarted, by);
        Reply<Connected> reply = connecting;
        connecting = null;
        if (reply != null) {
            reply.done(connected);
        }
    }

    void received(Packet packet) {
        session.received(packet);
    }

    void packetSent(Packet packet) {
        tell(() -> events.packetSent(packet));
    }

    void packetReceived(Packet packet) {
        tell(() -> events.packetReceived(packet));
    }

    void writable() {
        session.writable();
    }

    void deliver(Publish publish, @Nullable Received received) {
        if (received == null) {
            tell(() -> events.received(publish, Acknowledged.NOTHING));
        } else if (options.manualAcknowledgement()) {
            tell(() -> events.received(publish, acknowledgements.apply(received)));
        } else {
            boolean taken = tell(() -> events.received(publish, Acknowledged.NOTHING));
            session.acknowledge(
                    received,
                    taken ? ReasonCode.SUCCESS : ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
        }
    }

    void subscriptionLost(TopicFilter filter, ReasonCode reason) {
        LOG.warn("Client {}: subscription to {} was not renewed: {}", clientId, filter, reason);
        tell(() -> events.subscriptionLost(filter, reason));
    }

    void ended(
            ClientConnection by,
            Cause cause,
            @Nullable ReasonCode reason,
            String sentence,
            @Nullable Packet packet) {
        assert loop.executor().inEventLoop();
        if (by != connection) {
            return;
        }
        connection = null;
        session.disconnected();
        long lastedMillis =
                state == State.CONNECTED ? ClientLoop.nowMillis() - connectedAtMillis : 0;
        if (leaving.isEmpty() && reconnect.heals(cause, reason)) {
            long delayMillis = reconnect.nextDelayMillis(lastedMillis);
            state = State.WAITING;
            retry = loop.executor().schedule(this::attempt, delayMillis, TimeUnit.MILLISECONDS);
            var disconnected = new Disconnected(
                    cause, reason, sentence, packet, Duration.ofMillis(delayMillis));
            LOG.debug("Client {}: {}; next attempt in {} ms", clientId, sentence, delayMillis);
            tell(() -> events.disconnected(disconnected));
        } else {
            finish(new Disconnected(cause, reason, sentence, packet, null));
        }
    }

    private void finish(Disconnected disconnected) {
        boolean hadBegun = state != State.IDLE;
        var why = new ClientException(disconnected);
        state = State.ENDED;
        end = why;
        session.end(why);
        LOG.debug("Client {}: {}", clientId, disconnected.sentence());
        if (hadBegun) {
            tell(() -> events.disconnected(disconnected));
        }
        Reply<Connected> reply = connecting;
        connecting = null;
        if (reply != null) {
            reply.failed(why);
        }
        List<Runnable> waiting = List.copyOf(leaving);
        leaving.clear();
        waiting.forEach(Runnable::run);
    }

    /** Calls the application, whose mistakes are its own. */
    private boolean tell(Runnable event) {
        try {
            event.run();
            return true;
        } catch (RuntimeException | AssertionError mistake) {
            LOG.error("Client {}: the application failed to handle an event", clientId, mistake);
            return false;
        }
    }

    /** The answer to what needs none, or is answered by the client. */
    private enum Acknowledged implements Acknowledgement {
        NOTHING;

        @Override
        public void acknowledge(ReasonCode reason) {}
    }
}
