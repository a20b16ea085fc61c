// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.thecanary.mqtt.packet.ProtocolException.protocolError;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.UnsubAck;
import org.thecanary.mqtt.packet.Unsubscribe;
import org.thecanary.mqtt.packet.UserProperty;
import org.thecanary.mqtt.topic.TopicFilter;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What this client has subscribed to, and its requests to change that.
 *
 * <p>A request that a connection took to its grave is made again on the next one, as a new packet. What was granted is
 * asked for again where the Server lost the Session.
 *
 * <p>Owner: the client's loop.
 */
final class Subscriptions {

    private sealed interface Request {
        Packet packet(int packetId);

        void failed(ClientException why);
    }

    /**
     * A SUBSCRIBE.
     *
     * @param reply null: it renews what was granted before
     */
    private record ToSubscribe(
            List<Subscription> subscriptions,
            int identifier,
            List<UserProperty> userProperties,
            @Nullable Reply<SubAck> reply)
            implements Request {
        @Override
        public Packet packet(int packetId) {
            return new Subscribe(packetId, subscriptions, identifier, userProperties);
        }

        @Override
        public void failed(ClientException why) {
            if (reply != null) {
                reply.failed(why);
            }
        }

        private ToSubscribe part(int from, int to) {
            return new ToSubscribe(
                    subscriptions.subList(from, to), identifier, userProperties, reply);
        }
    }

    private record ToUnsubscribe(
            List<TopicFilter> filters, List<UserProperty> userProperties, Reply<UnsubAck> reply)
            implements Request {
        @Override
        public Packet packet(int packetId) {
            return new Unsubscribe(packetId, filters, userProperties);
        }

        @Override
        public void failed(ClientException why) {
            reply.failed(why);
        }
    }

    /** A line of a SUBSCRIBE that was granted. */
    private record Granted(Subscription subscription, int identifier) {}

    private final PacketIds ids;

    // for the life of the Session
    private final Map<TopicFilter, Granted> granted = new LinkedHashMap<>();
    private final ArrayDeque<Request> waiting = new ArrayDeque<>();

    // for the life of the Network Connection
    private final Map<Integer, Request> sent = new LinkedHashMap<>();
    private @Nullable ClientOutbox outbox;
    private @Nullable ServerTerms terms;

    Subscriptions(PacketIds ids) {
        this.ids = ids;
    }

    void subscribe(
            List<Subscription> subscriptions,
            int identifier,
            List<UserProperty> userProperties,
            Reply<SubAck> reply) {
        waiting.add(new ToSubscribe(subscriptions, identifier, userProperties, reply));
        send();
    }

    void unsubscribe(
            List<TopicFilter> filters, List<UserProperty> userProperties, Reply<UnsubAck> reply) {
        waiting.add(new ToUnsubscribe(filters, userProperties, reply));
        send();
    }

    void connected(ClientOutbox to, ServerTerms offered, boolean sessionPresent) {
        outbox = to;
        terms = offered;
        if (!sessionPresent) {
            renew();
        }
        send();
    }

    /** Asks again for all that was granted, ahead of what waits; one packet for each Subscription Identifier. */
    private void renew() {
        Map<Integer, List<Subscription>> byIdentifier = new LinkedHashMap<>();
        for (Granted each : granted.values()) {
            byIdentifier
                    .computeIfAbsent(each.identifier, _ -> new ArrayList<>())
                    .add(each.subscription);
        }
        byIdentifier.forEach((identifier, lines) ->
                waiting.addFirst(new ToSubscribe(lines, identifier, List.of(), null)));
    }

    void disconnected() {
        outbox = null;
        terms = null;
        for (Map.Entry<Integer, Request> each : new ArrayList<>(sent.entrySet()).reversed()) {
            ids.free(each.getKey());
            waiting.addFirst(each.getValue());
        }
        sent.clear();
        // What was granted is renewed from what was granted, not from an earlier renewal.
        waiting.removeIf(
                request -> request instanceof ToSubscribe subscribe && subscribe.reply == null);
    }

    /** The client ends; only after {@link #disconnected}. */
    void end(ClientException why) {
        List<Request> failed = new ArrayList<>(waiting);
        waiting.clear();
        failed.forEach(request -> request.failed(why));
    }

    /** A new Session begins. */
    void reset() {
        granted.clear();
    }

    private void send() {
        ClientOutbox to = outbox;
        ServerTerms offered = terms;
        if (to == null || offered == null) {
            return;
        }
        for (Request next = waiting.peek(); next != null; next = waiting.peek()) {
            int packetId = ids.take();
            if (packetId == PacketIds.NONE) {
                return;
            }
            waiting.remove();
            String refusal = next instanceof ToSubscribe subscribe
                    ? offered.refusal(subscribe.subscriptions, subscribe.identifier)
                    : null;
            if (refusal == null && to.send(next.packet(packetId))) {
                sent.put(packetId, next);
                continue;
            }
            ids.free(packetId);
            if (refusal == null && next instanceof ToSubscribe renewal && halve(renewal)) {
                continue;
            }
            next.failed(new ClientException(
                    refusal != null
                            ? "cannot subscribe: " + refusal
                            : "the request does not fit into a packet that the Server accepts"));
        }
    }

    /** A renewal has one packet for what may have been many; if it is too large, two may do. */
    private boolean halve(ToSubscribe renewal) {
        int size = renewal.subscriptions.size();
        if (renewal.reply != null || size < 2) {
            return false;
        }
        waiting.addFirst(renewal.part(size / 2, size));
        waiting.addFirst(renewal.part(0, size / 2));
        return true;
    }

    void subAck(SubAck ack, ClientOutbox to) {
        if (!(sent.get(ack.packetId()) instanceof ToSubscribe request)) {
            return;
        }
        if (ack.reasons().size() != request.subscriptions.size()) {
            throw protocolError("[MQTT-3.9.3-1]", "SUBACK with a wrong number of Reason Codes");
        }
        sent.remove(ack.packetId());
        ids.free(ack.packetId());
        for (int i = 0; i < request.subscriptions.size(); i++) {
            Subscription subscription = request.subscriptions.get(i);
            ReasonCode reason = ack.reasons().get(i);
            if (!reason.isError()) {
                granted.put(subscription.filter(), new Granted(subscription, request.identifier));
            } else if (request.reply == null) {
                granted.remove(subscription.filter());
                to.subscriptionLost(subscription.filter(), reason);
            }
        }
        if (request.reply != null) {
            request.reply.done(ack);
        }
        send();
    }

    void unsubAck(UnsubAck ack) {
        if (!(sent.get(ack.packetId()) instanceof ToUnsubscribe request)) {
            return;
        }
        boolean each = !ack.reasons().isEmpty(); // 3.x says nothing, and means yes
        if (each && ack.reasons().size() != request.filters.size()) {
            throw protocolError("[MQTT-3.11.3-1]", "UNSUBACK with a wrong number of Reason Codes");
        }
        sent.remove(ack.packetId());
        ids.free(ack.packetId());
        for (int i = 0; i < request.filters.size(); i++) {
            if (!each || !ack.reasons().get(i).isError()) {
                granted.remove(request.filters.get(i));
            }
        }
        request.reply.done(ack);
        send();
    }
}
