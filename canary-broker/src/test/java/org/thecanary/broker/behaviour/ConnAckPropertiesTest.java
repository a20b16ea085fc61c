// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.codec.Bytes;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.QoS;

import java.time.Duration;

/** What does a CONNACK say of the broker's limits, and in what order? */
class ConnAckPropertiesTest {

    @Test
    @Spec({"MQTT-3.2.2-22", "MQTT-3.1.2-28", "MQTT-4.12.0-6", "MQTT-2.2.2-1"})
    void theUsualOnesAreTopicAliasMaximumMaximumPacketSizeReceiveMaximum() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = broker.open(ProtocolVersion.MQTT_5);
            client.sendConnect(greeting -> {
                greeting.keepAliveSeconds = 60;
                greeting.responseInformation = true;
            });

            assertThat(Bytes.hex(client.nextBytes()))
                    .isEqualTo(Bytes.hex(Bytes.of("20 0E 00 00 0B 22 000A 27 001E8480 21 0014")));
        }
    }

    @Test
    @Spec({"MQTT-3.2.2-9", "MQTT-3.1.3-7", "MQTT-3.2.2-16"})
    void allOfThemHaveMosquittosOrder() throws Exception {
        try (TestBroker broker = TestBroker.start((config, listener) -> {
            config.limits.maxKeepAliveSeconds = 30;
            config.persistentClientExpiration = Duration.ofSeconds(7);
            config.retainAvailable = false;
            listener.maxQos = QoS.AT_LEAST_ONCE;
            listener.autoIdPrefix = "x-";
        })) {
            TestClient client = broker.open(ProtocolVersion.MQTT_5);
            client.sendConnect(greeting -> {
                greeting.clientId = "";
                greeting.keepAliveSeconds = 60;
                greeting.sessionExpirySeconds = 100;
            });

            byte[] bytes = client.nextBytes();
            String assigned = new String(bytes, 14, 38, UTF_8);
            assertThat(assigned).matches("x-[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}");
            assertThat(Bytes.hex(bytes))
                    .isEqualTo(Bytes.hex(Bytes.of("20 r 00 00 ( 13 001E 22 000A 12 s'" + assigned
                            + "' 11 00000007 25 00 27 001E8480 21 0014 24 01 )")));
        }
    }

    @Test
    @Spec({"MQTT-3.2.2-9", "MQTT-3.2.2-22"})
    void whatIsAsTheClientKnowsItIsNotSaid() throws Exception {
        try (TestBroker broker =
                TestBroker.start((config, listener) -> config.limits.maxKeepAliveSeconds = 30)) {
            ConnAck.Properties quiet = broker.open(ProtocolVersion.MQTT_5)
                    .connect(greeting -> greeting.keepAliveSeconds = 30)
                    .properties();
            assertThat(quiet.serverKeepAlive()).isEqualTo(MessageProperties.ABSENT);
            assertThat(quiet.maximumQoS()).isEqualTo(MessageProperties.ABSENT);
            assertThat(quiet.retainAvailable()).isTrue();
            assertThat(quiet.assignedClientIdentifier()).isNull();
            assertThat(quiet.responseInformation()).isNull();
            assertThat(quiet.authenticationMethod()).isNull();

            assertThat(broker.open(ProtocolVersion.MQTT_5)
                            .connect(greeting -> greeting.keepAliveSeconds = 31)
                            .properties()
                            .serverKeepAlive())
                    .isEqualTo(30);
        }
    }
}
