// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.thecanary.mqtt.packet.ProtocolException.protocolError;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.Auth;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.PingResp;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.UnsubAck;
import org.thecanary.mqtt.packet.Unsubscribe;
import org.thecanary.mqtt.packet.UserProperty;
import org.thecanary.mqtt.topic.TopicFilter;

import java.util.List;

/**
 * The client's half of a Session: what is to be sent, what came, and what both sides still owe each other.
 *
 * <p>Rules alone: no thread, clock or socket. It is told what happens and asks its {@link ClientOutbox} for the rest.
 *
 * <p>Owner: the client's loop.
 */
final class ClientSession {
    private final ProtocolVersion version;
    private final int maxInFlight;
    private final OutgoingMessages outgoing;
    private final IncomingMessages incoming;
    private final Subscriptions subscriptions;

    // for the life of the Network Connection
    private @Nullable ClientOutbox outbox;

    ClientSession(ClientOptions options) {
        var ids = new PacketIds();
        version = options.version();
        maxInFlight = options.maxInFlight();
        outgoing = new OutgoingMessages(ids);
        incoming = new IncomingMessages(
                version.isV5() ? options.receiveMaximum() : Connect.DEFAULT_RECEIVE_MAXIMUM,
                options.topicAliasMaximum());
        subscriptions = new Subscriptions(ids);
    }

    /**
     * The Server accepted a CONNECT.
     *
     * @param cleanStart whether the CONNECT asked for a new Session
     */
    void connected(ConnAck connAck, boolean cleanStart, ClientOutbox to) {
        boolean present = connAck.sessionPresent();
        // 3.1 cannot say whether there was a Session, so messages are resent and filters asked for
        // again.
        boolean messages = present || (version == ProtocolVersion.MQTT_3_1 && !cleanStart);
        ServerTerms terms = ServerTerms.of(connAck, maxInFlight);
        outbox = to;
        incoming.connected(to, messages);
        subscriptions.connected(to, terms, present);
        outgoing.connected(to, terms, messages);
    }

    /** The Network Connection ended, and there may be another. */
    void disconnected() {
        outbox = null;
        incoming.disconnected();
        subscriptions.disconnected();
        outgoing.disconnected();
    }

    /** There will be no other, unless the application asks for one: whoever waits is told. */
    void end(ClientException why) {
        disconnected();
        subscriptions.end(why);
        outgoing.end(why);
    }

    /** A new Session begins with the next connection; only while there is none. */
    void reset() {
        incoming.reset();
        subscriptions.reset();
        outgoing.reset();
    }

    void publish(Message message, int topicAlias, Reply<PublishResult> reply) {
        outgoing.publish(message, topicAlias, reply);
    }

    void subscribe(
            List<Subscription> lines,
            int identifier,
            List<UserProperty> userProperties,
            Reply<SubAck> reply) {
        subscriptions.subscribe(lines, identifier, userProperties, reply);
    }

    void unsubscribe(
            List<TopicFilter> filters, List<UserProperty> userProperties, Reply<UnsubAck> reply) {
        subscriptions.unsubscribe(filters, userProperties, reply);
    }

    void acknowledge(Received received, ReasonCode reason) {
        incoming.acknowledge(received, reason);
    }

    /** The socket takes more. */
    void writable() {
        outgoing.send(false);
    }

    /** The application is about to leave: sends what the Server's Receive Maximum lets go. */
    void leaving() {
        outgoing.send(true);
    }

    /**
     * A packet came, after CONNACK.
     *
     * @throws org.thecanary.mqtt.packet.ProtocolException if the Server broke a rule
     */
    void received(Packet packet) {
        ClientOutbox to = outbox;
        if (to == null) {
            return;
        }
        switch (packet) {
            case Publish publish -> incoming.publish(publish, to);
            case PubRel ack -> incoming.pubRel(ack.packetId(), to);
            case PubAck ack -> outgoing.pubAck(ack);
            case PubRec ack -> outgoing.pubRec(ack, to);
            case PubComp ack -> outgoing.pubComp(ack);
            case SubAck ack -> subscriptions.subAck(ack, to);
            case UnsubAck ack -> subscriptions.unsubAck(ack);
            case ConnAck _ -> throw protocolError("[MQTT-3.2.0-2]", "second CONNACK");
            case Auth _ ->
                throw protocolError("[MQTT-4.12.0-6]", "AUTH without an Authentication Method");
            case Connect _, Subscribe _, Unsubscribe _, PingReq _ ->
                throw protocolError("2.1.2", "packet that only a client sends");
            case PingResp _, Disconnect _ ->
                throw new IllegalArgumentException("the connection's own business: " + packet);
        }
    }
}
