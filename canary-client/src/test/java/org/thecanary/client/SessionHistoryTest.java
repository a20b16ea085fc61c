// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.thecanary.client.Samples.connAck;
import static org.thecanary.client.Samples.message;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ProtocolVersion;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Are QoS 1 and 2 kept through any history? A client session and a plain model of a Server send each other messages over
 * a network that loses everything under way whenever it breaks, at random moments; the application answers when it likes.
 */
class SessionHistoryTest {
    private static final int STEPS = 3_000;
    private static final int SERVER_RECEIVE_MAXIMUM = 5;
    private static final int CLIENT_RECEIVE_MAXIMUM = 3;

    private Random random = new Random();
    private final ClientSession session = Samples.session(ProtocolVersion.MQTT_5);
    private final Server server = new Server();

    private @Nullable RecordingOutbox outbox;
    private final ArrayDeque<Packet> toServer = new ArrayDeque<>();
    private final ArrayDeque<Packet> toClient = new ArrayDeque<>();

    private final List<String> delivered = new ArrayList<>();
    private final List<Received> unanswered = new ArrayList<>();
    private final Map<String, Outcome<PublishResult>> outcomes = new LinkedHashMap<>();
    private int messages;

    /** The other side, as plainly as it can be said. */
    private final class Server {
        private final Set<Integer> unreleased = new LinkedHashSet<>();
        private final List<String> taken = new ArrayList<>();
        private final Map<Integer, Publish> sent = new LinkedHashMap<>();
        private final Set<Integer> released = new LinkedHashSet<>();
        private final ArrayDeque<Publish> waiting = new ArrayDeque<>();
        private int nextId;
        private int inFlightFromClient;

        private void connected() {
            inFlightFromClient = 0;
            released.forEach(id -> toClient.add(new PubRel(id, ReasonCode.SUCCESS)));
            sent.forEach((id, publish) -> toClient.add(new Publish(publish.message(), id, true)));
        }

        private void publish(String payload, QoS qos) {
            waiting.add(new Publish(message(payload, qos), 0, false));
        }

        private void send() {
            if (!waiting.isEmpty() && sent.size() + released.size() < CLIENT_RECEIVE_MAXIMUM) {
                do {
                    nextId = nextId % 10 + 1;
                } while (sent.containsKey(nextId) || released.contains(nextId));
                var publish = new Publish(waiting.remove().message(), nextId, false);
                sent.put(nextId, publish);
                toClient.add(publish);
            }
        }

        private void received(Packet packet) {
            switch (packet) {
                case Publish publish -> received(publish);
                case PubAck(var id, var _, var _, var _) -> sent.remove(id);
                case PubRec(var id, var _, var _, var _) -> {
                    sent.remove(id);
                    released.add(id);
                    toClient.add(new PubRel(id, ReasonCode.SUCCESS));
                }
                case PubComp(var id, var _, var _, var _) -> released.remove(id);
                case PubRel(var id, var _, var _, var _) -> {
                    inFlightFromClient = Math.max(0, inFlightFromClient - 1);
                    toClient.add(new PubComp(
                            id,
                            unreleased.remove(id)
                                    ? ReasonCode.SUCCESS
                                    : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
                }
                default -> throw new AssertionError("unexpected " + packet);
            }
        }

        private void received(Publish publish) {
            String payload = Samples.text(publish.message());
            assertThat(++inFlightFromClient).isLessThanOrEqualTo(SERVER_RECEIVE_MAXIMUM);
            if (publish.message().qos() == QoS.AT_LEAST_ONCE) {
                inFlightFromClient--;
                taken.add(payload);
                toClient.add(new PubAck(publish.packetId(), ReasonCode.SUCCESS));
            } else {
                if (unreleased.add(publish.packetId())) {
                    taken.add(payload);
                }
                toClient.add(new PubRec(publish.packetId(), ReasonCode.SUCCESS));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    @Spec({
        "MQTT-4.3.2-3",
        "MQTT-4.3.3-3",
        "MQTT-4.3.3-5",
        "MQTT-4.3.3-10",
        "MQTT-4.4.0-1",
        "MQTT-3.3.4-7"
    })
    void nothingIsLostAndQos2ComesOnceInOrder(long seed) {
        random = new Random(seed);
        connect();
        for (int step = 0; step < STEPS; step++) {
            step();
        }
        for (int step = 0; step < 5_000; step++) {
            quietStep();
        }

        checkArrived("to the Server, seed " + seed, "up", server.taken);
        checkArrived("to the client, seed " + seed, "down", delivered);
        assertThat(outcomes.values())
                .allSatisfy(outcome -> assertThat(outcome.result).isNotNull());
    }

    @Test
    void historiesAreWorthTheirName() {
        nothingIsLostAndQos2ComesOnceInOrder(99);

        assertThat(messages).isGreaterThan(500);
    }

    private void step() {
        switch (random.nextInt(12)) {
            case 0 -> {
                String payload = payload("up");
                var outcome = new Outcome<PublishResult>();
                outcomes.put(payload, outcome);
                session.publish(message(payload, qos(payload)), 0, outcome);
            }
            case 1 -> {
                String payload = payload("down");
                server.publish(payload, qos(payload));
            }
            case 2 -> {
                if (random.nextInt(5) == 0) {
                    disconnect();
                }
            }
            default -> quietStep();
        }
    }

    /** Moves one thing on; everything comes to rest by these alone. */
    private void quietStep() {
        if (outbox == null) {
            connect();
            return;
        }
        switch (random.nextInt(4)) {
            case 0 -> {
                collect();
                Packet packet = toServer.poll();
                if (packet != null) {
                    server.received(packet);
                }
            }
            case 1 -> {
                Packet packet = toClient.poll();
                if (packet != null) {
                    session.received(packet);
                    collect();
                }
            }
            case 2 -> server.send();
            default -> {
                if (!unanswered.isEmpty()) {
                    session.acknowledge(
                            unanswered.remove(random.nextInt(unanswered.size())),
                            ReasonCode.SUCCESS);
                }
            }
        }
    }

    private String payload(String direction) {
        messages++;
        return direction + " " + messages + (random.nextBoolean() ? " once" : " at least");
    }

    private static QoS qos(String payload) {
        return payload.endsWith("once") ? QoS.EXACTLY_ONCE : QoS.AT_LEAST_ONCE;
    }

    private void connect() {
        var next = new RecordingOutbox();
        outbox = next;
        server.connected();
        session.connected(connAck(messages > 0, SERVER_RECEIVE_MAXIMUM), false, next);
    }

    private void disconnect() {
        if (outbox != null) {
            collect();
            session.disconnected();
            outbox = null;
            toServer.clear();
            toClient.clear();
        }
    }

    private void collect() {
        RecordingOutbox from = outbox;
        if (from == null) {
            return;
        }
        toServer.addAll(from.take());
        for (int i = 0; i < from.delivered.size(); i++) {
            delivered.add(Samples.text(from.delivered.get(i).message()));
            Received handle = from.received.get(i);
            if (handle != null) {
                unanswered.add(handle);
            }
        }
        from.delivered.clear();
        from.received.clear();
    }

    private void checkArrived(String what, String direction, List<String> arrived) {
        List<String> once =
                arrived.stream().filter(text -> text.endsWith("once")).toList();
        assertThat(once).as("QoS 2 " + what).doesNotHaveDuplicates();
        Set<Integer> numbers = new LinkedHashSet<>();
        arrived.forEach(text -> numbers.add(Integer.valueOf(text.replaceAll("[^0-9]", ""))));
        assertThat(List.copyOf(numbers)).as("first arrivals " + what).isSorted();
        if (direction.equals("up")) {
            assertThat(arrived).as("all " + what).containsAll(outcomes.keySet());
        } else {
            assertThat(server.waiting).isEmpty();
            assertThat(server.sent).isEmpty();
            assertThat(server.released).isEmpty();
        }
    }
}
