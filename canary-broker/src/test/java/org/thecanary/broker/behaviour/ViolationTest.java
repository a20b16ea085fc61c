// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.topic.TopicFilter;

import java.util.List;

/** What happens to a client that breaks a rule once it is connected? */
class ViolationTest {

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "MALFORMED_PACKET       | 36 r s't' 0001 00                | QoS 3",
                "MALFORMED_PACKET       | 38 r s't' 00                     | DUP with QoS 0",
                "PROTOCOL_ERROR         | 32 r s't' 0000 00                | identifier 0",
                "MALFORMED_PACKET       | 30 r s'a/#' 00                   | wildcard in Topic Name",
                "TOPIC_ALIAS_INVALID    | 30 r s't' ( 23 0000 )            | alias 0",
                "TOPIC_ALIAS_INVALID    | 30 r s't' ( 23 000B )            | alias above the maximum",
                "PROTOCOL_ERROR         | 30 r s'' ( 23 0001 )             | alias never set",
                "PROTOCOL_ERROR         | 30 r s't' ( 0B 01 )              | Subscription Identifier",
                "MALFORMED_PACKET       | 80 r 0001 00 s't' 00             | flags of SUBSCRIBE",
                "MALFORMED_PACKET       | 82 r 0001 00                     | no filters",
                "PROTOCOL_ERROR         | 82 r 0001 00 s'$share/g/t' 04    | No Local and shared",
                "MALFORMED_PACKET       | 82 r 0001 00 s't' C0             | reserved options",
                "MALFORMED_PACKET       | C1 00                            | flags of PINGREQ",
                "PROTOCOL_ERROR         | 20 03 00 00 00                   | CONNACK",
                "PROTOCOL_ERROR         | F0 00                            | AUTH",
                "PACKET_TOO_LARGE       | 30 81 89 7A                      | 2,000,001 bytes and more"
            })
    @Spec({"MQTT-4.13.1-1", "MQTT-4.13.2-1", "MQTT-3.14.2-1", "MQTT-3.14.2-2", "MQTT-3.2.2-15"})
    void version5IsToldWhy(ReasonCode reason, String bytes, String why) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient other = broker.connect("other");
            TestClient client = broker.connect("c");
            client.sendBytes(bytes.strip());

            Disconnect told = client.expectDisconnect(reason);

            assertThat(told.reasonString()).as(why).isNotEmpty();
            assertThat(told.sessionExpiryInterval()).isNegative();
            other.expectNothing();
        }
    }

    /** As mosquitto. */
    @ParameterizedTest
    @ValueSource(strings = {"30 FF FF FF FF", "20 FF FF FF FF", "C0 01 00", "D0 01 00"})
    @Spec("MQTT-4.13.1-1")
    void version5IsNotToldWhereAHeaderMakesNoSense(String bytes) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = broker.connect("c");
            client.sendBytes(bytes);
            client.expectClosed();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "36 r s't' 0001",
                "32 r s't' 0000",
                "30 r s'a/#'",
                "80 r 0001 s't' 00",
                "82 r 0001",
                "82 r 0001 s't' 03",
                "A0 r 0001 s't'",
                "60 02 0001",
                "E1 00",
                "C1 00",
                "F0 00",
                "30 81 89 7A"
            })
    @Spec({
        "v3:MQTT-4.8.0-1",
        "v3:MQTT-3.3.1-4",
        "v3:MQTT-3.8.1-1",
        "v3:MQTT-3.8.3-4",
        "v3:MQTT-3.10.1-1",
        "v3:MQTT-3.6.1-1",
        "v3:MQTT-3.14.1-1",
        "v3:MQTT-2.2.2-2"
    })
    void version311IsClosedOn(String bytes) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = broker.connect(ProtocolVersion.MQTT_3_1_1, "c");
            client.sendBytes(bytes);
            client.expectClosed();
        }
    }

    @Test
    @Spec({"MQTT-3.1.2-29", "MQTT-3.14.2-3"})
    void noReasonStringWhereItIsNotWantedOrDoesNotFit() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient terse = broker.open(ProtocolVersion.MQTT_5);
            terse.connect(greeting -> greeting.problemInformation = false);
            terse.sendBytes("F0 00");
            assertThat(terse.expectDisconnect(ReasonCode.PROTOCOL_ERROR).reasonString())
                    .isNull();

            TestClient small = broker.open(ProtocolVersion.MQTT_5);
            small.connect(greeting -> greeting.maximumPacketSize = 20);
            small.sendBytes("F0 00");
            assertThat(small.expectDisconnect(ReasonCode.PROTOCOL_ERROR).reasonString())
                    .isNull();
        }
    }

    @Test
    @Spec({"MQTT-3.2.2-10", "MQTT-4.13.1-1"})
    void whatWeSaidIsNotAvailableIsNotTaken() throws Exception {
        try (TestBroker broker = TestBroker.start((config, listener) -> {
            config.retainAvailable = false;
            listener.maxQos = QoS.AT_MOST_ONCE;
        })) {
            TestClient qos = broker.connect("qos");
            qos.send(new Subscribe(
                    1,
                    List.of(new Subscription(
                            TopicFilter.of("t"), SubscriptionOptions.of(QoS.EXACTLY_ONCE)))));
            assertThat(qos.next(SubAck.class).reasons()).containsExactly(ReasonCode.GRANTED_QOS_0);
            qos.publish("t", "x", 1, false, 1);
            qos.expectDisconnect(ReasonCode.QOS_NOT_SUPPORTED);

            TestClient retain = broker.connect("retain");
            retain.publish("t", "x", 0, true, 0);
            retain.expectDisconnect(ReasonCode.RETAIN_NOT_SUPPORTED);
        }
    }

    @Test
    @Spec({"MQTT-3.14.4-1", "MQTT-3.14.4-2", "MQTT-3.14.0-1"})
    void afterItsDisconnectNothingMoreIsSaidOrHeard() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient watcher = broker.connect("watcher");
            watcher.subscribe("#", 0);
            TestClient client = broker.connect("c");
            client.sendBytes("C1 00 30 r s't' 00 C0 00");
            client.expectDisconnect(ReasonCode.MALFORMED_PACKET);
            watcher.expectNothing();
        }
    }

    @Test
    @Spec({"v3:MQTT-4.8.0-2"})
    void oneBadClientHarmsNobodyElse() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient other = broker.connect(ProtocolVersion.MQTT_3_1_1, "other");
            for (int i = 0; i < 20; i++) {
                TestClient client = broker.connect(ProtocolVersion.MQTT_3_1_1, "c" + i);
                client.sendBytes("00 00");
                client.expectClosed();
            }
            other.expectNothing();
        }
    }
}
