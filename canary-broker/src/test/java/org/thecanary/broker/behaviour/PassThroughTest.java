// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.thecanary.broker.behaviour.TestClient.message;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.UserProperty;

import java.util.List;

/** Does what a publisher says of its message reach the subscriber as it was said? */
class PassThroughTest {
    private static final UserProperty[] USERS = {
        new UserProperty("b", "1"), new UserProperty("a", ""), new UserProperty("b", "1")
    };

    private static Message full(int qos) {
        return message("request", "x", qos, false)
                .withProperties(new MessageProperties(
                        1,
                        MessageProperties.ABSENT,
                        "text/plain",
                        "answers/here",
                        "\u0000id".getBytes(UTF_8),
                        List.of(USERS)));
    }

    @Test
    @Spec({
        "MQTT-3.3.2-4",
        "MQTT-3.3.2-15",
        "MQTT-3.3.2-16",
        "MQTT-3.3.2-17",
        "MQTT-3.3.2-18",
        "MQTT-3.3.2-20"
    })
    void everyPropertyAndTheOrderOfUserProperties() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient subscriber = broker.connect("s");
            subscriber.subscribe("request", 0);
            TestClient aliased = broker.open(ProtocolVersion.MQTT_5);
            aliased.connect(greeting -> {
                greeting.clientId = "aliased";
                greeting.topicAliasMaximum = 1;
            });
            aliased.subscribe("request", 0);

            broker.connect("p").send(new Publish(full(0), 0, false));

            assertThat(subscriber.next(Publish.class).message()).isEqualTo(full(0));
            assertThat(aliased.next(Publish.class).message()).isEqualTo(full(0));
        }
    }

    @Test
    void version3GetsTheMessageWithoutThem() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient subscriber = broker.connect(ProtocolVersion.MQTT_3_1_1, "s");
            subscriber.subscribe("request", 1);
            TestClient publisher = broker.connect("p");
            publisher.send(new Publish(full(1), 1, false));
            publisher.next(PubAck.class);

            assertThat(subscriber.next(Publish.class).message())
                    .isEqualTo(message("request", "x", 1, false));
        }
    }

    @Test
    @Spec("MQTT-3.3.2-6")
    void theExpiryIntervalIsWhatIsLeftOfIt() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient subscriber = broker.connect("s");
            subscriber.subscribe("t", 0);
            broker.connect("p")
                    .send(new Publish(
                            message("t", "x", 0, false)
                                    .withProperties(
                                            MessageProperties.NONE.withMessageExpiryInterval(1000)),
                            0,
                            false));

            assertThat(subscriber
                            .next(Publish.class)
                            .message()
                            .properties()
                            .messageExpiryInterval())
                    .isBetween(900L, 1000L);
        }
    }
}
