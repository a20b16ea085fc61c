// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.thecanary.broker.session.SessionFixture.QOS_1;
import static org.thecanary.broker.session.SessionFixture.QOS_2;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.thecanary.broker.session.Effect.Published;
import org.thecanary.broker.session.Effect.Routed;
import org.thecanary.broker.session.Effect.Sent;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Does a session keep its promises over any history of messages, acknowledgements, lost packets and lost connections?
 *
 * <p>A history is a list of numbers, each of which is one step. One that fails is halved as long as it still fails, and
 * shown with its seed; {@code -Dcanary.seed=N} runs that one again.
 */
class SessionHistoryTest {
    private static final int HISTORIES = 300;
    private static final int STEPS = 400;

    @Test
    @Spec({
        "MQTT-2.2.1-4",
        "MQTT-3.3.4-9",
        "MQTT-4.3.2-3",
        "MQTT-4.3.3-3",
        "MQTT-4.3.3-10",
        "MQTT-4.4.0-1",
        "MQTT-4.5.0-1",
        "MQTT-4.6.0-1",
        "MQTT-4.6.0-5",
        "MQTT-4.9.0-2",
        "v3:MQTT-4.3.2-1",
        "v3:MQTT-4.3.3-1",
        "v3:MQTT-4.4.0-1",
        "v3:MQTT-4.5.0-1"
    })
    void everyHistoryEndsWell() {
        Long given = Long.getLong("canary.seed");
        long first = given == null ? System.nanoTime() : given;
        for (long seed = first; seed < first + (given == null ? HISTORIES : 1); seed++) {
            int[] steps = new Random(seed).ints(STEPS, 0, 1_000_000).toArray();
            AssertionError failure = run(steps);
            if (failure != null) {
                int[] shrunk = shrink(steps);
                AssertionError last = run(shrunk);
                throw new AssertionError(
                        "seed " + seed + ", shrunk to " + shrunk.length + " steps:\n"
                                + String.join("\n", History.describe(shrunk)),
                        last == null ? failure : last);
            }
        }
    }

    private static @Nullable AssertionError run(int[] steps) {
        try {
            History history = new History();
            for (int step : steps) {
                history.step(step);
            }
            history.finish();
            return null;
        } catch (AssertionError e) {
            return e;
        } catch (RuntimeException e) {
            return new AssertionError("not expected", e);
        }
    }

    /** Leaves out halves, quarters, … as long as what remains still fails. */
    private static int[] shrink(int[] failing) {
        int[] smallest = failing;
        for (int part = failing.length / 2; part > 0; part /= 2) {
            for (int from = 0; from + part <= smallest.length; ) {
                int[] shorter = new int[smallest.length - part];
                System.arraycopy(smallest, 0, shorter, 0, from);
                System.arraycopy(
                        smallest, from + part, shorter, from, smallest.length - from - part);
                if (run(shorter) != null) {
                    smallest = shorter;
                } else {
                    from += part;
                }
            }
        }
        return smallest;
    }

    /** A session, and a client and a publisher's view of it in the simplest form there is. */
    private static final class History {
        private final SessionFixture f = new SessionFixture();
        private final SessionSubscription subscription;
        private boolean connected;
        private int published;

        // to the client: what it has received of what was published, and what it owes an answer
        private final List<String> expected = new ArrayList<>();
        private final List<String> receivedQos1 = new ArrayList<>();
        private final List<String> receivedQos2 = new ArrayList<>();
        private final Map<Integer, String> qos2Held = new HashMap<>();
        private final Set<Integer> unacknowledged = new HashSet<>();
        private final ArrayDeque<PacketToServer> answers = new ArrayDeque<>();

        // from the client: QoS 2 exchanges it has begun
        private final Map<Integer, Boolean> ownReleased = new HashMap<>();
        private final Map<Integer, String> ownPayload = new HashMap<>();
        private final List<String> routed = new ArrayList<>();
        private int ownPublished;

        private interface PacketToServer {
            void send();
        }

        History() {
            f.limits.maxInflightMessages = 5;
            f.limits.maxQueuedMessages = 1_000_000;
            f.connect();
            connected = true;
            subscription = f.subscribe("t", QOS_2);
            take();
        }

        static List<String> describe(int[] steps) {
            return Arrays.stream(steps)
                    .mapToObj(step -> switch (step % 12) {
                        case 0, 1, 2 -> "a message of QoS " + (1 + step / 12 % 2);
                        case 3, 4, 5 -> "the client answers";
                        case 6 -> "the connection takes " + step / 12 % 4 + " more";
                        case 7 -> "the connection takes anything";
                        case 8 -> "the connection is lost";
                        case 9 -> "the client connects with Receive Maximum " + (1 + step / 12 % 7);
                        case 10 -> "the client publishes QoS 2, or again";
                        default -> "the client releases";
                    })
                    .toList();
        }

        void step(int step) {
            int choice = step / 12;
            switch (step % 12) {
                case 0, 1, 2 -> publish(choice % 2 == 0 ? QOS_1 : QOS_2);
                case 3, 4, 5 -> answer();
                case 6 -> f.outbox.room = choice % 4;
                case 7 -> writable();
                case 8 -> lose();
                case 9 ->
                    connect(1 + choice % 7, choice % 2 == 0 ? choice / 2 % 4 : Integer.MAX_VALUE);
                case 10 -> ownPublish(choice);
                default -> ownRelease(choice);
            }
            take();
        }

        private void publish(QoS qos) {
            String payload = "m" + ++published + "q" + qos.code();
            expected.add(payload);
            f.deliver(subscription, payload, qos);
        }

        private void answer() {
            PacketToServer next = answers.poll();
            if (connected && next != null) {
                next.send();
            }
        }

        private void writable() {
            f.outbox.room = Integer.MAX_VALUE;
            f.session.onWritable(f.outbox);
        }

        private void lose() {
            if (connected) {
                f.loseConnection();
                connected = false;
                answers.clear(); // lost on the way
                unacknowledged.clear();
            }
        }

        private void connect(int receiveMaximum, int room) {
            lose();
            f.receiveMaximum = receiveMaximum;
            f.outbox.room = room;
            f.connect();
            connected = true;
            for (Map.Entry<Integer, Boolean> own : List.copyOf(ownReleased.entrySet())) {
                if (own.getValue()) {
                    f.pubRel(own.getKey());
                } else {
                    ownSend(own.getKey(), true);
                }
            }
        }

        private void ownPublish(int choice) {
            int id = 1 + choice % 4;
            if (connected && !ownReleased.containsKey(id)) {
                ownReleased.put(id, false);
                ownPayload.put(id, "own" + ++ownPublished);
                ownSend(id, false);
            }
        }

        private void ownSend(int id, boolean dup) {
            String payload = ownPayload.getOrDefault(id, "");
            f.publish(new Publish(SessionFixture.message("u", payload, QOS_2), id, dup));
        }

        private void ownRelease(int choice) {
            int id = 1 + choice % 4;
            if (connected && ownReleased.containsKey(id)) {
                ownReleased.put(id, true);
                f.pubRel(id);
                if (choice % 3 > 0) { // else the PUBCOMP is lost
                    ownReleased.remove(id);
                }
            }
        }

        /** Looks at all that the session asked for since the last time. */
        private void take() {
            for (Effect effect : f.outbox.take()) {
                switch (effect) {
                    case Published sent -> received(sent);
                    case Sent(PubRel release) -> released(release.packetId());
                    case Routed(var publication) ->
                        routed.add(new String(
                                publication.message().payload(), StandardCharsets.UTF_8));
                    default -> {}
                }
            }
        }

        private void received(Published sent) {
            int id = sent.packetId();
            assertThat(connected).isTrue();
            assertThat(unacknowledged.add(id)).as("identifier %s is in use", id).isTrue();
            assertThat(unacknowledged.size())
                    .as("Receive Maximum")
                    .isLessThanOrEqualTo(Math.min(5, f.receiveMaximum));
            if (sent.qos() == QOS_1) {
                receivedQos1.add(sent.payload());
                answers.add(() -> {
                    unacknowledged.remove(id);
                    f.session.pubAck(new PubAck(id, ReasonCode.SUCCESS), f.outbox);
                });
            } else {
                String held = qos2Held.putIfAbsent(id, sent.payload());
                assertThat(held == null || (sent.dup() && held.equals(sent.payload())))
                        .as("identifier %s holds %s and is sent %s", id, held, sent.payload())
                        .isTrue();
                answers.add(() -> f.session.pubRec(new PubRec(id, ReasonCode.SUCCESS), f.outbox));
            }
        }

        private void released(int id) {
            String payload = qos2Held.remove(id);
            if (payload != null) {
                receivedQos2.add(payload);
            }
            answers.add(() -> {
                unacknowledged.remove(id);
                f.session.pubComp(new PubComp(id, ReasonCode.SUCCESS), f.outbox);
            });
        }

        /** All is answered and nothing lost any more. */
        void finish() {
            connect(65_535, Integer.MAX_VALUE);
            take();
            while (!answers.isEmpty()) {
                answer();
                take();
            }
            for (int id = 1; id <= 4; id++) {
                if (ownReleased.containsKey(id)) {
                    f.pubRel(id);
                }
            }
            take();

            List<String> qos1 = expected.stream().filter(p -> p.endsWith("q1")).toList();
            List<String> qos2 = expected.stream().filter(p -> p.endsWith("q2")).toList();
            assertThat(receivedQos2).as("exactly once, in order").isEqualTo(qos2);
            assertThat(withoutRepetitions(receivedQos1))
                    .as("at least once, first in order")
                    .isEqualTo(qos1);
            assertThat(unacknowledged).isEmpty();
            assertThat(routed).doesNotHaveDuplicates().hasSize(ownPublished);
        }

        private static List<String> withoutRepetitions(List<String> payloads) {
            return List.copyOf(new LinkedHashSet<>(payloads));
        }
    }
}
