// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;
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

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What becomes of messages for a client that is away, when memory_limit is reached? */
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
}
