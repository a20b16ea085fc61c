// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.durability;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.PingResp;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Kills a broker at random moments under load, and looks for every message afterwards.
 *
 * <p>Owner: confined to its creator.
 */
final class DurabilityRun {
    private static final long PATIENCE_NANOS = 120_000_000_000L;
    private static final int SHORTEST_MILLIS = 150;

    private final CrashingBroker broker;
    private final CrashingBroker.Between between;
    private final int kills;
    private final int longestMillis;
    private final Random random;
    private final Consumer<String> progress;
    private final DurablePublisher[] publishers;
    private final DurableSubscriber[] subscribers;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;
    private int expiring;

    /** What came out. All but the first three are to be 0. */
    record Result(
            int kills,
            int published,
            long received,
            int lost,
            int doubled,
            int disordered,
            int lostSessions,
            int wrongRetained,
            int revived) {

        boolean isGood() {
            return lost + doubled + disordered + lostSessions + wrongRetained + revived == 0;
        }
    }

    DurabilityRun(
            CrashingBroker broker,
            CrashingBroker.Between between,
            int publishers,
            int subscribers,
            int kills,
            int longestMillis,
            Random random,
            Consumer<String> progress) {
        this.broker = broker;
        this.between = between;
        this.kills = kills;
        this.longestMillis = longestMillis;
        this.random = random;
        this.progress = progress;
        this.publishers = new DurablePublisher[publishers];
        this.subscribers = new DurableSubscriber[subscribers];
        for (int i = 0; i < publishers; i++) {
            this.publishers[i] = new DurablePublisher(i);
        }
        for (int i = 0; i < subscribers; i++) {
            this.subscribers[i] = new DurableSubscriber(i, publishers);
        }
    }

    Result run() throws IOException, InterruptedException {
        expectNothingOf("mortal"); // its session begins, and is away from now on
        for (DurableSubscriber subscriber : subscribers) {
            again(() -> subscriber.listen(broker.port(), publishers));
        }
        await(
                () -> {
                    for (DurableSubscriber subscriber : subscribers) {
                        if (!subscriber.isSubscribed()) {
                            return false;
                        }
                    }
                    return true;
                },
                "subscriptions");
        for (DurablePublisher publisher : publishers) {
            again(() -> {
                publisher.publish(broker.port());
                throw new Done();
            });
        }
        for (int i = 1; i <= kills; i++) {
            publishExpiring();
            Thread.sleep(SHORTEST_MILLIS + random.nextInt(longestMillis));
            // Some are away when it happens, and their queues grow.
            subscribers[random.nextInt(subscribers.length)].hangUp();
            broker.crash(between);
            progress.accept("crash " + i + " of " + kills);
        }
        for (DurablePublisher publisher : publishers) {
            publisher.stop();
        }
        await(this::isQuiet, "the last message");
        over = true;
        Thread.sleep(1100); // until the last that expires has
        Result result = result();
        for (DurableSubscriber subscriber : subscribers) {
            subscriber.hangUp();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return result;
    }

    /** A client that is done. */
    private static final class Done extends IOException {
        private static final long serialVersionUID = 1;
    }

    private interface Client {
        void run() throws IOException;
    }

    /** Has a client connect again whenever its connection breaks. */
    private void again(Client client) {
        threads.add(Thread.ofVirtual().start(() -> {
            while (!over) {
                try {
                    client.run();
                } catch (Done e) {
                    return;
                } catch (IOException e) {
                    try {
                        Thread.sleep(20);
                    } catch (InterruptedException interrupted) {
                        return;
                    }
                }
            }
        }));
    }

    private boolean isQuiet() {
        for (DurablePublisher publisher : publishers) {
            if (!publisher.isDone()) {
                return false;
            }
        }
        // What is lost never comes: then it is quiet when nothing has come for a while.
        long before = heard();
        try {
            for (int i = 0; i < 30; i++) {
                if (missing() == 0) {
                    return true;
                }
                Thread.sleep(100);
            }
        } catch (InterruptedException e) {
            return true;
        }
        return heard() == before;
    }

    private long heard() {
        long heard = 0;
        for (DurableSubscriber subscriber : subscribers) {
            heard += subscriber.heard();
        }
        return heard;
    }

    private int missing() {
        int missing = 0;
        for (DurableSubscriber subscriber : subscribers) {
            for (int i = 0; i < publishers.length; i++) {
                missing += subscriber.missing(i, publishers[i].last());
            }
        }
        return missing;
    }

    private Result result() throws IOException {
        int published = 0;
        int doubled = 0;
        int disordered = 0;
        int lostSessions = 0;
        for (DurablePublisher publisher : publishers) {
            published += publisher.last();
        }
        for (DurableSubscriber subscriber : subscribers) {
            doubled += subscriber.doubled();
            disordered += subscriber.disordered();
            lostSessions += subscriber.lostSessions();
        }
        return new Result(
                kills,
                published,
                heard(),
                missing(),
                doubled,
                disordered,
                lostSessions,
                wrongRetained(),
                expectNothingOf("mortal"));
    }

    /** How many topics have another Retained Message than the last that was acknowledged. */
    private int wrongRetained() throws IOException {
        int wrong = 0;
        for (int i = 0; i < publishers.length; i++) {
            int expected = publishers[i].lastRetained();
            try (Wire wire = new Wire(broker.port(), "reader-" + i)) {
                subscribe(wire, "durability/" + i, QoS.AT_MOST_ONCE);
                int found = 0;
                for (Packet packet = afterSubscribing(wire);
                        !(packet instanceof PingResp);
                        packet = wire.next()) {
                    if (packet instanceof Publish retained) {
                        found = Integer.parseInt(
                                new String(retained.message().payload(), UTF_8).split(" ", 3)[1]);
                    }
                }
                if (found != expected) {
                    wrong++;
                }
            }
        }
        return wrong;
    }

    private static void subscribe(Wire wire, String filter, QoS qos) throws IOException {
        wire.send(new Subscribe(
                1,
                List.of(new Subscription(TopicFilter.of(filter), SubscriptionOptions.of(qos))),
                0,
                List.of()));
    }

    private static Packet afterSubscribing(Wire wire) throws IOException {
        wire.send(PingReq.INSTANCE);
        return wire.next();
    }

    // --- what expires

    private void publishExpiring() throws IOException {
        try (Wire wire = new Wire(broker.port(), "expiring")) {
            Message message = new Message(
                    TopicName.of("mortal"),
                    QoS.AT_LEAST_ONCE,
                    false,
                    ("mortal " + ++expiring).getBytes(UTF_8),
                    MessageProperties.NONE.withMessageExpiryInterval(1));
            wire.send(new Publish(message, 1, false));
            while (!(wire.next() instanceof PubAck)) {}
        }
    }

    /** Connects a session and counts what it is sent. */
    private int expectNothingOf(String topic) throws IOException {
        try (Wire wire = new Wire(broker.port(), "heir")) {
            if (!wire.sessionPresent) {
                subscribe(wire, topic, QoS.AT_LEAST_ONCE);
            }
            int found = 0;
            for (Packet packet = afterSubscribing(wire);
                    !(packet instanceof PingResp);
                    packet = wire.next()) {
                found += packet instanceof SubAck ? 0 : 1;
            }
            return found;
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition, String what)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("no end of waiting for " + what);
            }
            Thread.sleep(20);
        }
    }
}
