// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.thecanary.broker.behaviour.TestClient.message;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Publish;

/** What is kept of a retained message, and who is sent it? */
class RetainedTest {

    private static TestClient late(TestBroker broker, ProtocolVersion version, String filter)
            throws Exception {
        TestClient late = broker.connect(version, "late");
        late.subscribe(filter, 1);
        return late;
    }

    @ParameterizedTest
    @EnumSource
    @Spec({
        "MQTT-3.3.1-5",
        "MQTT-3.3.1-8",
        "MQTT-3.3.1-12",
        "v3:MQTT-3.3.1-5",
        "v3:MQTT-3.3.1-6",
        "v3:MQTT-3.3.1-8",
        "v3:MQTT-3.3.1-9",
        "v3:MQTT-3.3.1-12"
    })
    void theLastRetainedMessageOfATopicIsKept(ProtocolVersion version) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient early = broker.connect(version, "early");
            early.subscribe("t", 1);
            TestClient publisher = broker.connect(version, "p");
            publisher.publishAcknowledged("t", "first", true);
            publisher.publishAcknowledged("t", "second", true);
            publisher.publishAcknowledged("t", "not retained", false);

            for (String payload : new String[] {"first", "second", "not retained"}) {
                assertThat(early.next(Publish.class).message())
                        .isEqualTo(message("t", payload, 1, false));
            }
            TestClient late = late(broker, version, "+");
            assertThat(late.next(Publish.class).message())
                    .isEqualTo(message("t", "second", 1, true));
            late.expectNothing();
        }
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.3.1-6", "MQTT-3.3.1-7", "v3:MQTT-3.3.1-10", "v3:MQTT-3.3.1-11"})
    void anEmptyPayloadRemovesItAndIsDeliveredLikeAnyOther(ProtocolVersion version)
            throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient publisher = broker.connect(version, "p");
            publisher.publishAcknowledged("t", "x", true);
            TestClient early = broker.connect(version, "early");
            early.subscribe("t", 1);
            assertThat(early.next(Publish.class).message().retain()).isTrue();

            publisher.publishAcknowledged("t", "", true);

            assertThat(early.next(Publish.class).message()).isEqualTo(message("t", "", 1, false));
            late(broker, version, "t").expectNothing();
        }
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"v3:MQTT-3.1.2-7", "v3:MQTT-3.3.1-7"})
    void itOutlivesTheSessionOfItsPublisher(ProtocolVersion version) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient publisher = broker.connect(version, "p");
            publisher.publish("t", "older", 0, true, 0);
            publisher.publish("t", "newer", 0, true, 0);
            publisher.send(Disconnect.NORMAL);
            publisher.expectClosed();

            assertThat(late(broker, version, "t").nextPayload()).isEqualTo("newer");
        }
    }
}
