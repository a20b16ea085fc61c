// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;

import java.util.List;

/** When does a client find its session again? */
class SessionPresentTest {

    private static TestClient connect(
            TestBroker broker, ProtocolVersion version, boolean clean, boolean present)
            throws Exception {
        TestClient client = broker.open(version);
        boolean found = client.connect(greeting -> {
                    greeting.cleanStart = clean;
                    greeting.sessionExpirySeconds = Connect.NEVER_EXPIRES;
                })
                .sessionPresent();
        assertThat(found).isEqualTo(present);
        return client;
    }

    private static void disconnect(TestClient client) throws Exception {
        client.send(Disconnect.NORMAL);
        client.expectClosed();
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    @Spec({
        "MQTT-3.1.2-5",
        "MQTT-3.1.2-6",
        "MQTT-3.1.2-23",
        "MQTT-3.1.3-2",
        "MQTT-3.1.4-4",
        "MQTT-3.2.2-3",
        "v3:MQTT-3.1.2-4",
        "v3:MQTT-3.1.3-2",
        "v3:MQTT-3.1.4-3",
        "v3:MQTT-3.2.2-2",
        "v3:MQTT-3.2.2-3"
    })
    void aClientThatKeepsItsSessionFindsItAgain(ProtocolVersion version) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient first = connect(broker, version, false, false);
            first.subscribe("t", 1);
            disconnect(first);

            broker.connect("other").publishAcknowledged("t", "waited", false);

            TestClient second = connect(broker, version, false, true);
            assertThat(second.nextPayload()).isEqualTo("waited");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    @Spec({
        "MQTT-3.1.2-4",
        "MQTT-3.1.4-4",
        "MQTT-3.2.2-2",
        "v3:MQTT-3.1.2-6",
        "v3:MQTT-3.1.4-3",
        "v3:MQTT-3.2.2-1"
    })
    void aCleanStartEndsTheFormerSession(ProtocolVersion version) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient first = connect(broker, version, false, false);
            first.subscribe("t", 1);
            disconnect(first);
            TestClient other = broker.connect("other");
            other.publishAcknowledged("t", "waited", false);

            TestClient second = connect(broker, version, true, false);
            other.publishAcknowledged("t", "to nobody", false);

            second.expectNothing();
        }
    }

    @Test
    @Spec({"v3:MQTT-3.1.2-6", "MQTT-4.1.0-2"})
    void aSessionWithoutExpiryEndsWithItsConnection() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            disconnect(connect(broker, ProtocolVersion.MQTT_3_1_1, true, false));
            disconnect(connect(broker, ProtocolVersion.MQTT_3_1_1, false, false));

            TestClient five = broker.connect("five");
            disconnect(five);
            assertThat(broker.open(ProtocolVersion.MQTT_5)
                            .connect(greeting -> {
                                greeting.clientId = "five";
                                greeting.cleanStart = false;
                            })
                            .sessionPresent())
                    .isFalse();
        }
    }

    @Test
    @Spec("MQTT-4.1.0-2")
    void disconnectMayEndTheSession() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = connect(broker, ProtocolVersion.MQTT_5, false, false);
            client.send(new Disconnect(ReasonCode.NORMAL_DISCONNECTION, 0, null, List.of(), null));
            client.expectClosed();

            connect(broker, ProtocolVersion.MQTT_5, false, false);
        }
    }

    @Test
    void disconnectMayNotBeginOne() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = broker.connect("c");
            client.send(new Disconnect(ReasonCode.NORMAL_DISCONNECTION, 5, null, List.of(), null));
            client.expectDisconnect(ReasonCode.PROTOCOL_ERROR);
        }
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.3.1-1", "MQTT-4.4.0-1", "v3:MQTT-3.3.1-1", "v3:MQTT-4.4.0-1", "v3:MQTT-2.3.1-3"})
    void whatWasNotAcknowledgedComesAgain(ProtocolVersion version) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient first = connect(broker, version, false, false);
            first.subscribe("t", 2);
            TestClient other = broker.connect("other");
            other.publishAcknowledged("t", "one", false);
            other.publish("t", "two", 2, false, 5);
            other.next(PubRec.class);
            other.send(new PubRel(5, ReasonCode.SUCCESS));
            other.next(PubComp.class);
            assertThat(first.next(Publish.class).dup()).isFalse();
            assertThat(first.next(Publish.class).packetId()).isEqualTo(2);
            first.send(new PubRec(2, ReasonCode.SUCCESS));
            first.next(PubRel.class);
            first.close();

            // 3.1 has no Session Present.
            TestClient second =
                    connect(broker, version, false, version != ProtocolVersion.MQTT_3_1);
            Publish again = second.next(Publish.class);
            assertThat(again.dup()).isTrue();
            assertThat(again.packetId()).isEqualTo(1);
            second.send(new PubAck(1, ReasonCode.SUCCESS));
            assertThat(second.next(PubRel.class).packetId()).isEqualTo(2);
            second.send(new PubComp(2, ReasonCode.SUCCESS));
            second.expectNothing();
        }
    }
}
