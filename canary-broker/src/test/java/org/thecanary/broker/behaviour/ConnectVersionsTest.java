// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.codec.Bytes;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.ReasonCode;

import java.util.Set;

/** Does the broker speak 3.1, 3.1.1 and 5, and answer others in their own form? */
class ConnectVersionsTest {

    @ParameterizedTest
    @EnumSource
    @Spec({
        "MQTT-3.1.4-5",
        "MQTT-3.2.0-1",
        "MQTT-4.2.0-1",
        "v3:MQTT-3.1.4-4",
        "v3:MQTT-3.2.0-1",
        "v3:MQTT-7.0.0-1"
    })
    void aConnectIsAnsweredFirst(ProtocolVersion version) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = broker.open(version);

            ConnAck answer = client.tryConnect(greeting -> {});

            assertThat(answer.reason()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(answer.sessionPresent()).isFalse();
            client.expectNothing();
        }
    }

    @Test
    @Spec({"MQTT-3.1.2-2", "v3:MQTT-3.1.2-2", "v3:MQTT-3.2.2-5", "MQTT-3.2.2-1"})
    void aVersionThatDoesNotExistIsRefusedWithTheCodeOfItsKind() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient three = broker.open(ProtocolVersion.MQTT_3_1_1);
            three.sendBytes("10 r s'MQIsdp' 04 02 003C s'p'");
            assertThat(Bytes.hex(three.nextBytes())).isEqualTo(Bytes.hex(Bytes.of("20 02 00 01")));
            three.expectClosed();

            TestClient six = broker.open(ProtocolVersion.MQTT_5);
            six.sendBytes("10 r s'MQTT' 06 02 003C 00 s'p'");
            assertThat(Bytes.hex(six.nextBytes())).isEqualTo(Bytes.hex(Bytes.of("20 03 00 84 00")));
            six.expectClosed();
        }
    }

    @Test
    @Spec({"MQTT-3.1.3-1", "v3:MQTT-3.1.3-1"})
    void thePayloadIsReadInItsOrder() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient watcher = broker.connect("watcher");
            watcher.subscribe("will", 0);
            for (String opening : new String[] {
                "10 r s'MQTT' 04 EE 003C s'c' s'will' s'gone' s'ann' s'secret'",
                "10 r s'MQTT' 05 EE 003C 00 s'c' 00 s'will' s'gone' s'ann' s'secret'"
            }) {
                TestClient client = broker.open(
                        opening.contains(" 05 ")
                                ? ProtocolVersion.MQTT_5
                                : ProtocolVersion.MQTT_3_1_1);
                client.sendBytes(opening);
                assertThat(client.next(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
                client.close();
                assertThat(watcher.nextPayload()).isEqualTo("gone");
            }
        }
    }

    @Test
    @Spec({"MQTT-3.1.2-1", "v3:MQTT-3.1.2-1"})
    void anotherProtocolIsClosedOn() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = broker.open(ProtocolVersion.MQTT_3_1_1);
            client.sendBytes("10 r s'HTTP' 04 02 003C s'p'");
            client.expectClosed();
        }
    }

    @Test
    @Spec({"MQTT-3.1.2-2", "v3:MQTT-3.1.2-2"})
    void aListenerMayTakeSomeVersionsOnly() throws Exception {
        try (TestBroker broker = TestBroker.start(
                (_, listener) -> listener.protocolVersions = Set.of(ProtocolVersion.MQTT_3_1_1))) {
            TestClient five = broker.open(ProtocolVersion.MQTT_5);
            assertThat(five.tryConnect(greeting -> {}).reason())
                    .isEqualTo(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION);
            five.expectClosed();

            broker.connect(ProtocolVersion.MQTT_3_1_1, "c").expectNothing();
        }
    }
}
