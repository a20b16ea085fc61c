// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.ReasonCode;

/** What becomes of a client when another connects with its Client Identifier? */
class TakeOverTest {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Spec({"MQTT-3.1.4-3", "MQTT-4.13.2-1"})
    void itIsToldAndDisconnected(boolean clean) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient first = broker.connect("c");
            for (int i = 0; i < 4; i++) { // over both loops
                TestClient next = broker.open(ProtocolVersion.MQTT_5);
                next.connect(greeting -> {
                    greeting.cleanStart = clean;
                    greeting.sessionExpirySeconds = 100;
                });
                first.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
                next.expectNothing();
                first = next;
            }
        }
    }

    @Test
    @Spec("v3:MQTT-3.1.4-2")
    void aVersion3ClientIsDisconnected() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient first = broker.connect(ProtocolVersion.MQTT_3_1_1, "c");
            TestClient second = broker.connect(ProtocolVersion.MQTT_3_1_1, "c");
            first.expectClosed();
            second.expectNothing();
        }
    }

    @Test
    @Spec({"MQTT-3.1.4-3", "MQTT-4.5.0-1"})
    void theSessionGoesOnWithTheNewConnection() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient other = broker.connect("other");
            TestClient first = broker.open(ProtocolVersion.MQTT_5);
            first.connect(greeting -> greeting.sessionExpirySeconds = 100);
            first.subscribe("t", 1);
            other.publishAcknowledged("t", "one", false);
            assertThat(first.nextPayload()).isEqualTo("one");

            TestClient second = broker.open(ProtocolVersion.MQTT_5);
            second.connect(greeting -> greeting.cleanStart = false);
            other.publishAcknowledged("t", "two", false);

            assertThat(second.nextPayload()).isEqualTo("one");
            assertThat(second.nextPayload()).isEqualTo("two");
        }
    }
}
