// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.thecanary.mqtt.packet.ProtocolException.protocolError;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The messages this client publishes, from the request to the last acknowledgement.
 *
 * <p>A message waits in the queue until the Server's Receive Maximum [MQTT-3.3.4-7] and the socket let it go, and messages
 * leave in the order of the requests. QoS 1 and 2 are then kept until they are acknowledged. If the connection ends first
 * they are sent again in the same order, with DUP, where the Server kept the Session [MQTT-4.4.0-1], and published anew
 * where it did not.
 *
 * <p>Owner: the client's loop.
 */
final class OutgoingMessages {

    /** One message on its way. */
    private static final class Outgoing {
        private final Message message;
        private final int topicAlias;
        /** Null: the application has been told already that nobody knows. */
        private @Nullable Reply<PublishResult> reply;

        private int packetId;
        /** Whether it was sent on an earlier Network Connection of this Session. */
        private boolean dup;

        private @Nullable PubRec pubRec;

        private Outgoing(Message message, int topicAlias, Reply<PublishResult> reply) {
            this.message = message;
            this.topicAlias = topicAlias;
            this.reply = reply;
        }

        private void done(PublishResult result) {
            Reply<PublishResult> to = reply;
            reply = null;
            if (to != null) {
                to.done(result);
            }
        }

        private void failed(ClientException why) {
            Reply<PublishResult> to = reply;
            reply = null;
            if (to != null) {
                to.failed(why);
            }
        }
    }

    private final PacketIds ids;

    // for the life of the Session
    private final ArrayDeque<Outgoing> queue = new ArrayDeque<>();
    /** Sent, and awaiting PUBACK or PUBREC; in the order of sending [MQTT-4.6.0-1]. */
    private final Map<Integer, Outgoing> unacknowledged = new LinkedHashMap<>();
    /** Awaiting PUBCOMP; in the order of PUBREC [MQTT-4.6.0-4]. */
    private final Map<Integer, Outgoing> released = new LinkedHashMap<>();

    // for the life of the Network Connection
    private @Nullable ClientOutbox outbox;
    private @Nullable ServerTerms terms;
    /** Those of the unacknowledged that were not yet sent on this one. */
    private final ArrayDeque<Outgoing> resend = new ArrayDeque<>();

    private int inFlight;

    OutgoingMessages(PacketIds ids) {
        this.ids = ids;
    }

    void publish(Message message, int topicAlias, Reply<PublishResult> reply) {
        queue.add(new Outgoing(message, topicAlias, reply));
        send(false);
    }

    void connected(ClientOutbox to, ServerTerms granted, boolean sessionPresent) {
        outbox = to;
        terms = granted;
        inFlight = 0;
        if (sessionPresent) {
            for (Outgoing outgoing : unacknowledged.values()) {
                outgoing.dup = true; // [MQTT-3.3.1-1]
                resend.add(outgoing);
            }
            for (Outgoing outgoing : released.values()) { // [MQTT-4.4.0-1], [MQTT-4.6.0-4]
                outgoing.dup = true;
                inFlight++;
                to.send(new PubRel(outgoing.packetId, ReasonCode.SUCCESS));
            }
        } else {
            publishAnew();
        }
        send(false);
    }

    /**
     * The Server has lost the Session: what it did not acknowledge is published as new, ahead of what waits. After
     * PUBREC the Server had the message [MQTT-4.3.3-6], so publishing it again would make two of it.
     */
    private void publishAnew() {
        for (Outgoing outgoing : released.values()) {
            ids.free(outgoing.packetId);
            outgoing.done(result(outgoing, outgoing.packetId));
        }
        released.clear();
        for (Outgoing outgoing : new ArrayList<>(unacknowledged.values()).reversed()) {
            ids.free(outgoing.packetId);
            outgoing.packetId = PacketIds.NONE;
            outgoing.dup = false;
            if (outgoing.reply != null) { // else the application was told that it failed
                queue.addFirst(outgoing);
            }
        }
        unacknowledged.clear();
    }

    void disconnected() {
        outbox = null;
        terms = null;
        resend.clear();
        inFlight = 0;
    }

    /**
     * The client ends: nobody waits for outcomes any more. What was sent stays part of the Session, since its Packet
     * Identifiers mean something to the Server until it is resent.
     */
    void end(ClientException why) {
        List<Outgoing> waiting = new ArrayList<>(unacknowledged.values());
        waiting.addAll(released.values());
        waiting.addAll(queue);
        queue.clear();
        waiting.forEach(outgoing -> outgoing.failed(why));
    }

    /** A new Session begins; only after {@link #end}. */
    void reset() {
        unacknowledged.keySet().forEach(ids::free);
        released.keySet().forEach(ids::free);
        unacknowledged.clear();
        released.clear();
    }

    /**
     * Sends what may be sent.
     *
     * @param force even if the socket is slow
     */
    void send(boolean force) {
        ClientOutbox to = outbox;
        ServerTerms granted = terms;
        if (to == null || granted == null) {
            return;
        }
        while (force || to.writable()) {
            ArrayDeque<Outgoing> from = resend.isEmpty() ? queue : resend;
            Outgoing next = from.peek();
            if (next == null
                    || (next.message.qos() != QoS.AT_MOST_ONCE && !mayBeInFlight(next, granted))) {
                return;
            }
            from.remove();
            send(next, to, granted);
        }
    }

    /** Whether the Server takes one more [MQTT-3.3.4-7], and whether there is a Packet Identifier for it. */
    private boolean mayBeInFlight(Outgoing outgoing, ServerTerms granted) {
        if (inFlight >= granted.receiveMaximum()) {
            return false;
        }
        if (outgoing.packetId == PacketIds.NONE) {
            outgoing.packetId = ids.take();
        }
        return outgoing.packetId != PacketIds.NONE;
    }

    private void send(Outgoing outgoing, ClientOutbox to, ServerTerms granted) {
        String refusal = granted.refusal(outgoing.message);
        if (refusal == null && !transmit(outgoing, to, granted)) {
            refusal = "it does not fit into a packet that the Server accepts";
        }
        if (refusal != null) {
            unacknowledged.remove(outgoing.packetId);
            ids.free(outgoing.packetId);
            outgoing.failed(new ClientException(
                    "cannot publish to " + outgoing.message.topic() + ": " + refusal));
        }
    }

    private boolean transmit(Outgoing outgoing, ClientOutbox to, ServerTerms granted) {
        int alias = outgoing.topicAlias <= granted.topicAliasMaximum()
                ? outgoing.topicAlias
                : 0; // [MQTT-3.2.2-17], [MQTT-3.3.2-9]
        var publish =
                new Publish(outgoing.message, outgoing.packetId, outgoing.dup, alias, List.of());
        if (outgoing.message.qos() == QoS.AT_MOST_ONCE) {
            Reply<PublishResult> reply = outgoing.reply;
            return reply == null || to.sendAtMostOnce(publish, reply);
        }
        if (!to.send(publish)) {
            return false;
        }
        inFlight++;
        unacknowledged.put(outgoing.packetId, outgoing);
        return true;
    }

    void pubAck(PubAck ack) {
        Outgoing outgoing = unacknowledged.get(ack.packetId());
        if (outgoing == null) {
            return; // of an exchange we no longer know; there is nothing to answer
        }
        if (outgoing.message.qos() != QoS.AT_LEAST_ONCE) {
            throw protocolError("[MQTT-4.3.3-8]", "PUBACK for a message of QoS 2");
        }
        unacknowledged.remove(ack.packetId());
        finished(ack.packetId());
        outgoing.done(new PublishResult(
                ack.packetId(), ack.reason(), ack.reasonString(), ack.userProperties()));
        send(false);
    }

    void pubRec(PubRec ack, ClientOutbox to) {
        int packetId = ack.packetId();
        Outgoing outgoing = unacknowledged.get(packetId);
        if (outgoing == null) {
            boolean again = released.containsKey(packetId);
            if (again || !ack.reason().isError()) {
                to.send(new PubRel(
                        packetId,
                        again ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
            }
            return;
        }
        if (outgoing.message.qos() != QoS.EXACTLY_ONCE) {
            throw protocolError("[MQTT-4.3.2-4]", "PUBREC for a message of QoS 1");
        }
        unacknowledged.remove(packetId);
        outgoing.pubRec = ack;
        if (ack.reason().isError()) { // the exchange ends here, without PUBREL [MQTT-4.3.3-4]
            finished(packetId);
            outgoing.done(result(outgoing, packetId));
        } else {
            released.put(packetId, outgoing);
            to.send(new PubRel(packetId, ReasonCode.SUCCESS)); // [MQTT-4.3.3-4]
        }
        send(false);
    }

    void pubComp(PubComp ack) {
        Outgoing outgoing = released.remove(ack.packetId());
        if (outgoing == null) {
            return;
        }
        finished(ack.packetId());
        // Not found, after a reconnect, says that an earlier PUBREL came through.
        outgoing.done(
                ack.reason().isError() && !outgoing.dup
                        ? new PublishResult(
                                ack.packetId(),
                                ack.reason(),
                                ack.reasonString(),
                                ack.userProperties())
                        : result(outgoing, ack.packetId()));
        send(false);
    }

    /** What the PUBREC said; it may have been lost with its connection, and then nothing but good. */
    private static PublishResult result(Outgoing outgoing, int packetId) {
        PubRec ack = outgoing.pubRec;
        return ack == null
                ? new PublishResult(packetId, ReasonCode.SUCCESS)
                : new PublishResult(
                        packetId, ack.reason(), ack.reasonString(), ack.userProperties());
    }

    private void finished(int packetId) {
        ids.free(packetId);
        inFlight--;
    }
}
