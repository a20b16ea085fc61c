// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.thecanary.mqtt.packet.ProtocolException.protocolError;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.topic.TopicName;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * The messages the Server sends: their aliases, their order, and that QoS 2 comes once.
 *
 * <p>Answers leave in the order in which the messages came [MQTT-4.6.0-2], [MQTT-4.6.0-3]. A QoS 2 message is known from
 * its PUBLISH to its PUBREL, across Network Connections: when it comes again it is answered and not delivered
 * [MQTT-4.3.3-10], and an application that answers it between two connections is not asked twice.
 *
 * <p>Owner: the client's loop.
 */
final class IncomingMessages {
    private final int receiveMaximum;
    private final int topicAliasMaximum;

    // for the life of the Session
    private final Map<Integer, Received> exactlyOnce = new HashMap<>();

    // for the life of the Network Connection
    private final ArrayDeque<Received> unanswered = new ArrayDeque<>();
    private @Nullable TopicName[] aliases = new @Nullable TopicName[0];
    private int inFlight;
    private @Nullable ClientOutbox outbox;

    /**
     * Messages of one Session.
     *
     * @param receiveMaximum what this client said in CONNECT; for 3.x none can be exceeded
     */
    IncomingMessages(int receiveMaximum, int topicAliasMaximum) {
        this.receiveMaximum = receiveMaximum;
        this.topicAliasMaximum = topicAliasMaximum;
    }

    void connected(ClientOutbox to, boolean sessionPresent) {
        outbox = to;
        if (!sessionPresent) {
            exactlyOnce.clear();
        }
    }

    void disconnected() {
        outbox = null;
        unanswered.clear();
        aliases = new @Nullable TopicName[0];
        inFlight = 0;
        exactlyOnce.values().forEach(received -> received.current = false);
    }

    void reset() {
        exactlyOnce.clear();
    }

    void publish(Publish packet, ClientOutbox to) {
        Publish publish = withTopic(packet);
        switch (publish.message().qos()) {
            case AT_MOST_ONCE -> to.deliver(publish, null);
            case AT_LEAST_ONCE ->
                expect(new Received(publish.packetId(), QoS.AT_LEAST_ONCE), publish, to);
            case EXACTLY_ONCE -> publishExactlyOnce(publish, to);
        }
    }

    private void publishExactlyOnce(Publish publish, ClientOutbox to) {
        Received known = exactlyOnce.get(publish.packetId());
        if (known == null) {
            Received received = new Received(publish.packetId(), QoS.EXACTLY_ONCE);
            exactlyOnce.put(publish.packetId(), received);
            expect(received, publish, to);
            return;
        }
        boolean awaited = known.current && !known.answered;
        if (!known.current) {
            known.current = true;
            count();
        }
        if (!awaited) { // [MQTT-4.3.3-10]: answered again, not delivered again
            unanswered.add(known);
            answerInOrder(to);
        }
    }

    private void expect(Received received, Publish publish, ClientOutbox to) {
        count();
        unanswered.add(received);
        to.deliver(publish, received);
    }

    private void count() {
        if (++inFlight > receiveMaximum) {
            throw new ProtocolException(
                    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                    "[MQTT-3.3.4-9]",
                    "more than " + receiveMaximum + " messages without an answer");
        }
    }

    /** The application's answer; a second one, and one that comes after the Server forgot the message, does nothing. */
    void acknowledge(Received received, ReasonCode reason) {
        if (received.answer == null) {
            received.answer = reason;
            ClientOutbox to = outbox;
            if (to != null) {
                answerInOrder(to);
            }
        }
    }

    private void answerInOrder(ClientOutbox to) {
        for (Received next = unanswered.peek(); next != null; next = unanswered.peek()) {
            ReasonCode reason = next.answer;
            if (reason == null) {
                return;
            }
            unanswered.remove();
            next.answered = true;
            if (next.qos == QoS.AT_LEAST_ONCE) {
                inFlight--;
                to.send(new PubAck(next.packetId, reason)); // [MQTT-4.3.2-4]
            } else {
                if (reason.isError()) {
                    inFlight--;
                    exactlyOnce.remove(next.packetId);
                }
                to.send(new PubRec(next.packetId, reason)); // [MQTT-4.3.3-8]
            }
        }
    }

    void pubRel(int packetId, ClientOutbox to) {
        Received received = exactlyOnce.get(packetId);
        if (received == null) {
            to.send(new PubComp(packetId, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
            return;
        }
        if (!received.answered) {
            throw protocolError("[MQTT-4.3.3-4]", "PUBREL before PUBREC");
        }
        exactlyOnce.remove(packetId);
        if (received.current) {
            inFlight--;
        }
        to.send(new PubComp(packetId, ReasonCode.SUCCESS)); // [MQTT-4.3.3-11]
    }

    private Publish withTopic(Publish publish) {
        int alias = publish.topicAlias();
        if (alias == 0) {
            return publish;
        }
        if (alias > topicAliasMaximum) { // also with a maximum of 0 [MQTT-3.1.2-27]
            throw new ProtocolException(
                    ReasonCode.TOPIC_ALIAS_INVALID,
                    "[MQTT-3.1.2-26]",
                    "Topic Alias above " + topicAliasMaximum);
        }
        if (aliases.length == 0) {
            aliases = new @Nullable TopicName[topicAliasMaximum + 1];
        }
        TopicName topic = publish.message().topic();
        if (!topic.isEmpty()) {
            aliases[alias] = topic;
            return publish;
        }
        TopicName known = aliases[alias];
        if (known == null) {
            throw protocolError("3.3.2.3.4", "Topic Alias that was never given a topic");
        }
        return new Publish(
                publish.message().withTopic(known),
                publish.packetId(),
                publish.dup(),
                alias,
                publish.subscriptionIdentifiers());
    }
}
