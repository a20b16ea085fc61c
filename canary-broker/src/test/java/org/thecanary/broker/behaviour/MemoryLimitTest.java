// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.loop.BrokerLoop.Memory;
import org.thecanary.broker.loop.LoopCounters;
import org.thecanary.mqtt.codec.Bytes;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;

/** What becomes of clients and their messages when memory_limit is reached? */
class MemoryLimitTest {
    private static final String KILOBYTE = "x".repeat(1000);

    @Test
    void theyAreDroppedAndWhatWaitsIsDeliveredAndTheBrokerGoesOn() throws Exception {
        try (TestBroker broker = TestBroker.start((config, _) -> {
            config.limits.memoryLimit = 50_000;
            config.limits.maxQueuedMessages = 100_000;
        })) {
            TestClient away = broker.open(ProtocolVersion.MQTT_5);
            away.connect(greeting -> {
                greeting.clientId = "away";
                greeting.sessionExpirySeconds = Connect.NEVER_EXPIRES;
            });
            away.subscribe("t", 1);
            away.close();
            TestClient publisher = broker.connect("p");

            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        PubAck answer = publisher.publishAcknowledged("t", KILOBYTE, false);
                        assertThat(answer.reason()).isEqualTo(ReasonCode.SUCCESS);
                        return broker.dropped() > 0;
                    });

            TestClient back = broker.open(ProtocolVersion.MQTT_5);
            back.connect(greeting -> {
                greeting.clientId = "away";
                greeting.cleanStart = false;
            });
            Publish first = back.next(Publish.class);
            assertThat(first.message().qos()).isEqualTo(QoS.AT_LEAST_ONCE);
            assertThat(publisher.publishAcknowledged("t2", "y", false).reason())
                    .isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        }
    }

    @Test
    void whatWouldTakeAPlaceForGoodIsRefusedUntilThereIsRoom() throws Exception {
        try (TestBroker broker =
                TestBroker.start((config, _) -> config.limits.memoryLimit = 50_000)) {
            TestClient publisher = broker.connect("p");
            TestClient older = broker.connect(ProtocolVersion.MQTT_3_1_1, "older");
            AtomicInteger topics = new AtomicInteger();
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> publisher
                                    .publishAcknowledged(
                                            "t/" + topics.incrementAndGet(), KILOBYTE, true)
                                    .reason()
                            == ReasonCode.QUOTA_EXCEEDED);

            assertThat(publisher.publishAcknowledged("t/1", KILOBYTE, true).reason())
                    .isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
            assertThat(publisher
                            .publishAcknowledged("t/1", KILOBYTE + "!", true)
                            .reason())
                    .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            long dropped = broker.dropped();
            assertThat(older.publishAcknowledged("older", KILOBYTE, true).reason())
                    .isEqualTo(ReasonCode.SUCCESS);
            assertThat(broker.broker().table().retained().get(TopicName.of("older"), 0))
                    .isNull();
            assertThat(broker.dropped()).isEqualTo(dropped + 1);
            publisher.send(new Subscribe(
                    7,
                    List.of(new Subscription(
                            TopicFilter.of("t"), SubscriptionOptions.of(QoS.AT_MOST_ONCE))),
                    0,
                    List.of()));
            assertThat(publisher.next(SubAck.class).reasons())
                    .containsExactly(ReasonCode.QUOTA_EXCEEDED);
            assertThat(broker.open(ProtocolVersion.MQTT_5)
                            .tryConnect(greeting -> greeting.clientId = "new")
                            .reason())
                    .isEqualTo(ReasonCode.SERVER_BUSY);

            for (int i = 1; i <= topics.get(); i++) {
                publisher.publishAcknowledged("t/" + i, "", true);
            }
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> broker.open(ProtocolVersion.MQTT_5)
                                    .tryConnect(greeting -> greeting.clientId = "new")
                                    .reason()
                            == ReasonCode.SUCCESS);
        }
    }

    private static long sum(TestBroker broker, ToLongFunction<LoopCounters> figure) {
        return broker.broker().loops().all().stream()
                .mapToLong(loop -> figure.applyAsLong(loop.counters()))
                .sum();
    }

    /** Waits until the loops know of the limit. */
    private static long share(TestBroker broker, long limit) {
        long share = broker.broker().loops().share(limit);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> broker.broker().loops().all().stream()
                        .allMatch(loop -> loop.memoryShare() == share));
        return share;
    }

    @Test
    void clientsThatDoNotReadHoldTheirShareOfItAndOthersGoOn() throws Exception {
        int limit = 16_000_000;
        int clients = 12;
        long beyond = 64 * 1024
                + 16 * 1024; // what each may have when the share is used up, and a message
        try (TestBroker broker =
                TestBroker.start((config, _) -> config.limits.memoryLimit = limit)) {
            long share = share(broker, limit);
            for (int i = 0; i < clients; i++) {
                broker.connect("slow" + i).subscribe("t", 0);
            }
            TestClient publisher = broker.connect("p");
            String payload = "x".repeat(16_000);

            // Each socket takes a few megabytes before its client is slow.
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        for (int i = 0; i < 50; i++) {
                            publisher.publish("t", payload);
                        }
                        publisher.publishAcknowledged("nobody", "", false);
                        assertThat(sum(broker, counters -> counters.unsentBytes))
                                .isLessThanOrEqualTo(2 * share + clients * beyond);
                        return broker.dropped() > 100L * clients;
                    });

            TestClient reader = broker.connect("reader");
            reader.subscribe("u", 1);
            publisher.publish("u", "you", 1, false, 7);
            assertThat(reader.nextPayload()).isEqualTo("you");
        }
    }

    private static byte[] publishOfAMegabyteBegun(int bytes) {
        return Arrays.copyOf(Bytes.of("30 FFFF3F 0001 74"), bytes);
    }

    @Test
    void packetsThatDoNotComeWholeHoldTheirShareOfItAndOthersGoOn() throws Exception {
        int limit = 4_000_000;
        try (TestBroker broker =
                TestBroker.start((config, _) -> config.limits.memoryLimit = limit)) {
            long share = share(broker, limit);
            for (int i = 0; i < 20; i++) {
                broker.connect("half" + i).sendBytes(publishOfAMegabyteBegun(200_000));
            }

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> sum(broker, counters -> counters.clientsConnected) < 20
                            && sum(broker, counters -> counters.unfinishedBytes) <= 2 * share);
            for (int i = 0; i < 2; i++) { // one on each loop
                TestClient honest = broker.connect("honest" + i);
                byte[] whole = new byte[100_003];
                System.arraycopy(publishOfAMegabyteBegun(7), 0, whole, 0, 7);
                System.arraycopy(Bytes.of("30 9F8D06"), 0, whole, 0, 4); // 99,999 bytes
                honest.sendBytes(Arrays.copyOf(whole, 70_000));
                honest.sendBytes(Arrays.copyOfRange(whole, 70_000, 100_003));
                honest.expectNothing();
            }
        }
    }

    @Test
    void aPacketThatIsMoreThanTheShareEndsItsSender() throws Exception {
        int limit = 4_000_000;
        try (TestBroker broker =
                TestBroker.start((config, _) -> config.limits.memoryLimit = limit)) {
            share(broker, limit);
            TestClient sender = broker.connect("half");
            sender.sendBytes(publishOfAMegabyteBegun(600_000));

            sender.expectDisconnect(ReasonCode.QUOTA_EXCEEDED);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> sum(broker, counters -> counters.unfinishedBytes) == 0);
        }
    }

    @Test
    void soDoesAWebSocketFrame() throws Exception {
        int limit = 4_000_000;
        try (TestBroker broker = TestBroker.start((config, listener) -> {
                    config.limits.memoryLimit = limit;
                    listener.protocol = ListenerConfig.Protocol.WEBSOCKETS;
                });
                WebSocketPeer sender = WebSocketPeer.open(broker.port(), "mqtt")) {
            share(broker, limit);
            sender.send(Arrays.copyOf(Bytes.of("82 FF 00000000000F4240 00000000"), 600_000));

            sender.expectClose();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> sum(broker, counters -> counters.unfinishedBytes) == 0);
        }
    }

    @Test
    void ofProxyHeadersThatDoNotComeWholeSomeLeave() throws Exception {
        int limit = 100_000;
        try (TestBroker broker = TestBroker.start((config, listener) -> {
            config.limits.memoryLimit = limit;
            listener.proxyProtocol = 2;
        })) {
            long share = share(broker, limit);
            byte[] half = Arrays.copyOf(Bytes.of("0D0A0D0A000D0A515549540A 21 11 FFFF"), 50_000);
            for (int i = 0; i < 8; i++) {
                broker.open(ProtocolVersion.MQTT_5).sendBytes(half);
            }

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> sum(broker, counters -> counters.unfinishedBytes) == 2 * 50_000
                            && broker.broker().connections().size() == 2);
            assertThat(share).isBetween(50_000L, 100_000L); // one on each loop
        }
    }

    private static byte[] publishWithAlias(String topic, int alias) {
        byte[] utf8 = topic.getBytes(UTF_8);
        int remaining = utf8.length + 6;
        return ByteBuffer.allocate(4 + remaining)
                .put(Bytes.of("30"))
                .put((byte) ((remaining & 0x7F) | 0x80))
                .put((byte) (((remaining >> 7) & 0x7F) | 0x80))
                .put((byte) (remaining >> 14))
                .putShort((short) utf8.length)
                .put(utf8)
                .put(Bytes.of("03 23 00"))
                .put((byte) alias)
                .array();
    }

    @Test
    void longTopicsWithAnAliasHoldTheirShareOfItAndOthersGoOn() throws Exception {
        int limit = 4_000_000;
        int clients = 20;
        try (TestBroker broker =
                TestBroker.start((config, _) -> config.limits.memoryLimit = limit)) {
            long share = share(broker, limit);
            for (int i = 0; i < clients; i++) {
                TestClient greedy = broker.connect("greedy" + i);
                for (int alias = 1; alias <= 10; alias++) {
                    greedy.sendBytes(publishWithAlias("x".repeat(65_000), alias));
                }
            }

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> sum(broker, counters -> counters.clientsConnected) < 5);
            assertThat(sum(broker, counters -> counters.aliasBytes))
                    .isLessThanOrEqualTo(2 * share / 4);
            TestClient honest = broker.connect("honest");
            honest.subscribe("a/b", 0);
            honest.sendBytes(Bytes.of("30 0A 0003 612F62 03 23 0001 78"));
            honest.nextPayload();
        }
        // What a client has taken is given back when it goes.
        try (TestBroker broker = TestBroker.start()) {
            TestClient greedy = broker.connect("greedy");
            greedy.sendBytes(publishWithAlias("x".repeat(65_000), 1));
            await().until(() -> sum(broker, counters -> counters.aliasBytes) > 65_000);
            greedy.close();
            await().until(() -> sum(broker, counters -> counters.aliasBytes) == 0);
        }
    }

    @Test
    void betweenTwoLooksFiltersTakeHalfAShare() throws Exception {
        int limit = 4_000_000;
        try (TestBroker broker =
                TestBroker.start((config, _) -> config.limits.memoryLimit = limit)) {
            long share = share(broker, limit);
            for (BrokerLoop loop : broker.broker().loops().all()) {
                CompletableFuture<List<Boolean>> taken = new CompletableFuture<>();
                loop.post(() -> {
                    loop.looks(() -> Memory.TIGHT);
                    loop.foundRoom(-1);
                    boolean half = loop.takeToStay((int) (share / 2));
                    boolean more = loop.takeToStay(1000);
                    loop.foundRoom(-2);
                    boolean afterALook = loop.takeToStay((int) (share / 2));
                    loop.looks(() -> Memory.ENOUGH);
                    taken.complete(List.of(half, more, afterALook, loop.takeToStay(1000)));
                });
                assertThat(taken.get()).containsExactly(true, false, true, true);
            }
        }
    }

    @Test
    void betweenTwoLooksMessagesTakeHalfAShare() throws Exception {
        int limit = 4_000_000;
        try (TestBroker broker =
                TestBroker.start((config, _) -> config.limits.memoryLimit = limit)) {
            int half = (int) (share(broker, limit) / 2);
            BrokerLoop loop = broker.broker().loops().all().getFirst();
            CompletableFuture<List<Boolean>> taken = new CompletableFuture<>();
            loop.post(() -> {
                loop.looks(() -> Memory.FULL);
                boolean first = loop.takesMore(half);
                boolean more = loop.takesMore(1);
                // What may be garbage slows nobody down before it fills the heap.
                loop.looks(() -> Memory.TIGHT);
                boolean afterALook = loop.takesMore(1);
                loop.looks(() -> Memory.FULL);
                taken.complete(List.of(first, more, afterALook, loop.takesMore(half)));
            });
            assertThat(taken.get()).containsExactly(true, false, true, true);
        }
    }

    @Test
    void aLoopThatEndsByItselfIsNoticed() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            CompletableFuture<Void> end = broker.broker().loops().firstEnd();
            var _ = broker.connect("c");
            assertThat(end).isNotCompleted();

            broker.broker().loops().all().getLast().executor().shutdownGracefully();

            assertThat(end).succeedsWithin(Duration.ofSeconds(20));
        }
    }
}
