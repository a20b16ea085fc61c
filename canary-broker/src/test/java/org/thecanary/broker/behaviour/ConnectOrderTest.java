// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.codec.PacketTable;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.ReasonCode;

/** Is CONNECT the first packet, and the only one of its kind? */
class ConnectOrderTest {

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.1.0-1", "MQTT-3.14.0-1", "v3:MQTT-3.1.0-1"})
    void anythingElseFirstIsClosedOnWithoutDisconnect(ProtocolVersion version) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = broker.open(version);
            client.send(PingReq.INSTANCE);
            client.expectClosed();
        }
    }

    /** As by mosquitto, whose own suite looks for the end and no other byte. */
    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.1.0-2", "MQTT-3.2.0-2", "v3:MQTT-3.1.0-2"})
    void aSecondConnectIsClosedOnWithoutDisconnect(ProtocolVersion version) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = broker.connect(version, "c");
            client.sendBytes(PacketTable.connect(version));
            client.expectClosed();
        }
    }

    @Test
    @Spec({"MQTT-3.1.4-1", "MQTT-4.13.1-1", "MQTT-4.13.2-1", "MQTT-3.14.0-1"})
    void aMalformedConnectIsRefusedInVersion5() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = broker.open(ProtocolVersion.MQTT_5);
            client.sendBytes("10 r s'MQTT' 05 03 003C 00 s'p'"); // the reserved flag
            assertThat(client.next(ConnAck.class).reason()).isEqualTo(ReasonCode.MALFORMED_PACKET);
            client.expectClosed();
        }
    }

    @Test
    @Spec({"v3:MQTT-3.1.4-1", "v3:MQTT-3.2.2-6", "v3:MQTT-3.1.2-3", "v3:MQTT-4.8.0-1"})
    void aMalformedConnectIsClosedOnInVersion3() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = broker.open(ProtocolVersion.MQTT_3_1_1);
            client.sendBytes("10 r s'MQTT' 04 03 003C s'p'");
            client.expectClosed();
        }
    }
}
