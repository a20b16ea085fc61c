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

import java.time.Duration;

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
}
