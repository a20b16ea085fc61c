// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.codec.PacketType;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Does a session lose or reorder messages while its client comes back again and again on other loops, with publishers on
 * all of them?
 */
final class HandoverStressTest {
    private static final int LOOPS = 4;
    private static final int PUBLISHERS = 4;
    private static final int MESSAGES = Integer.getInteger("canary.stress.messages", 1500);
    private static final long SEED =
            Long.getLong("canary.stress.seed", new Random().nextLong(1_000_000));

    /** What one subscriber has seen: for each publisher, its numbers in order of first arrival. */
    private static final class Seen {
        final Map<String, List<Integer>> numbers = new HashMap<>();
        final Set<String> known = new HashSet<>();
        int resent;
        int connections;

        void take(Publish publish, boolean mayRepeat) {
            String text = new String(publish.message().payload(), UTF_8);
            if (!known.add(text)) {
                assertTrue(mayRepeat && publish.dup(), () -> "came twice: " + text);
                resent++;
                return;
            }
            int colon = text.indexOf(':');
            numbers.computeIfAbsent(text.substring(0, colon), _ -> new ArrayList<>())
                    .add(Integer.parseInt(text, colon + 1, text.length(), 10));
        }

        int size() {
            return known.size();
        }
    }

    private static void config(BrokerConfig.Builder config) {
        config.connectionMessages = false;
        config.limits.maxQueuedMessages = Integer.MAX_VALUE;
    }

    @Test
    @Timeout(180)
    @Spec({"MQTT-4.6.0-5", "MQTT-4.6.0-6"})
    void noQoS1MessageIsLostOrReorderedByTakeOvers() throws Exception {
        stress(QoS.AT_LEAST_ONCE);
    }

    @Test
    @Timeout(180)
    @Spec("MQTT-4.3.3-10")
    void noQoS2MessageIsLostDoubledOrReorderedByTakeOvers() throws Exception {
        stress(QoS.EXACTLY_ONCE);
    }

    @Test
    @Timeout(180)
    void qos0MessagesKeepTheirOrderAndThoseLostAreCounted() throws Exception {
        stress(QoS.AT_MOST_ONCE);
    }

    private static void stress(QoS qos) throws Exception {
        System.out.println("HandoverStressTest " + qos + ": -Dcanary.stress.seed=" + SEED);
        try (OpenBroker broker = OpenBroker.start(LOOPS, HandoverStressTest::config);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try (Peer first = Peer.connected(broker, Peer.connect("sub", true, 3600))) {
                first.subscribe("s/#", qos);
            }
            AtomicBoolean published = new AtomicBoolean();
            Future<Seen> subscriber = threads.submit(() -> subscribe(broker, qos, published));
            List<Future<?>> publishers = new ArrayList<>();
            for (int p = 0; p < PUBLISHERS; p++) {
                String name = "p" + p;
                publishers.add(threads.submit((Callable<?>) () -> publish(broker, name, qos)));
            }
            for (Future<?> publisher : publishers) {
                publisher.get();
            }
            published.set(true);
            check(broker, qos, seen(subscriber));
        }
    }

    private static Seen seen(Future<Seen> subscriber) throws Exception {
        try {
            return subscriber.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError failed) {
                throw failed;
            }
            throw e;
        }
    }

    private static void check(OpenBroker broker, QoS qos, Seen seen) {
        System.out.println("HandoverStressTest " + qos + ": " + seen.size() + " messages over "
                + seen.connections + " connections, " + seen.resent + " resent");
        assertTrue(seen.connections > 10, () -> "only " + seen.connections + " take-overs");
        seen.numbers.forEach((publisher, numbers) -> {
            for (int i = 1; i < numbers.size(); i++) {
                int at = i;
                assertTrue(
                        numbers.get(i - 1) < numbers.get(i),
                        () -> publisher + " out of order: " + numbers.subList(at - 1, at + 1));
            }
        });
        if (qos != QoS.AT_MOST_ONCE) {
            assertEquals(PUBLISHERS * MESSAGES, seen.size(), "lost messages");
            assertEquals(0, broker.sum(counters -> counters.publishDropped));
        } else {
            // What was written to a connection that then ended is lost without anybody knowing.
            assertEquals(
                    (long) PUBLISHERS * MESSAGES,
                    broker.sum(counters -> counters.sent[PacketType.PUBLISH]
                            + counters.publishDropped
                            + counters.publishMissed),
                    "neither sent nor counted");
        }
    }

    private static Object publish(OpenBroker broker, String name, QoS qos) throws IOException {
        Random random = new Random(SEED + name.hashCode());
        try (Peer peer = Peer.connected(broker, name)) {
            int unanswered = 0;
            for (int i = 0; i < MESSAGES; i++) {
                peer.publish("s/" + name, qos, i % 60_000 + 1, name + ":" + i);
                unanswered++;
                if (qos != QoS.AT_MOST_ONCE && unanswered > random.nextInt(10)) {
                    for (; unanswered > 0; unanswered--) {
                        finish(peer, qos);
                    }
                } else if (qos == QoS.AT_MOST_ONCE && i % 4 == 0) {
                    peer.ping();
                }
            }
            for (; qos != QoS.AT_MOST_ONCE && unanswered > 0; unanswered--) {
                finish(peer, qos);
            }
            peer.ping();
        }
        return name;
    }

    private static void finish(Peer peer, QoS qos) throws IOException {
        if (qos == QoS.AT_LEAST_ONCE) {
            peer.expect(PubAck.class);
            return;
        }
        Packet packet = peer.receive();
        while (!(packet instanceof PubComp)) {
            if (packet instanceof PubRec received) {
                peer.send(new PubRel(received.packetId(), ReasonCode.SUCCESS));
            }
            packet = peer.receive();
        }
    }

    /** Connects again and again with the same Client Identifier, and acknowledges what comes, or not in time. */
    private static Seen subscribe(OpenBroker broker, QoS qos, AtomicBoolean published)
            throws IOException {
        Random random = new Random(SEED);
        Seen seen = new Seen();
        Peer former = null;
        boolean over = false;
        while (!over) {
            // The former connection stays until it is taken over.
            Peer peer = Peer.connected(broker, Peer.connect("sub", false, 3600));
            seen.connections++;
            if (former != null) {
                former.close();
            }
            former = peer;
            boolean last = published.get();
            int budget = last ? Integer.MAX_VALUE : random.nextInt(60);
            over = take(peer, qos, seen, budget, published);
        }
        if (former != null) {
            former.close();
        }
        return seen;
    }

    private static boolean take(Peer peer, QoS qos, Seen seen, int budget, AtomicBoolean published)
            throws IOException {
        peer.send(PingReq.INSTANCE);
        int taken = 0;
        while (taken < budget) {
            boolean last = published.get();
            Packet packet = peer.receive();
            switch (packet) {
                case Publish publish -> {
                    taken++;
                    seen.take(publish, qos != QoS.AT_MOST_ONCE);
                    if (qos == QoS.AT_LEAST_ONCE) {
                        peer.send(new PubAck(publish.packetId(), ReasonCode.SUCCESS));
                    } else if (qos == QoS.EXACTLY_ONCE) {
                        peer.send(new PubRec(publish.packetId(), ReasonCode.SUCCESS));
                    }
                }
                case PubRel release ->
                    peer.send(new PubComp(release.packetId(), ReasonCode.SUCCESS));
                default -> {
                    // PINGRESP: whatever was sent before it has come.
                    if (last && (qos == QoS.AT_MOST_ONCE || seen.size() == PUBLISHERS * MESSAGES)) {
                        return true;
                    }
                    if (!last && taken == 0 && budget < 20) {
                        return false;
                    }
                    peer.send(PingReq.INSTANCE);
                }
            }
        }
        return false;
    }
}
