// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.ReasonCode;

/** Which Client Identifiers are taken, and who gets one assigned? */
class ClientIdentifierTest {

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.1.3-5", "v3:MQTT-3.1.3-5"})
    void lettersAndDigitsAreTakenAndLongerOnesToo(ProtocolVersion version) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            broker.connect(version, "0").expectNothing();
            broker.connect(version, "0123456789abcdefghijklm").expectNothing();
            broker.connect(version, "nopqrstuvwxyzABCDEFGHIJ").expectNothing();
            broker.connect(version, "KLMNOPQRSTUVWXYZ").expectNothing();
            broker.connect(version, "a/much-longer_identifier:with.other+characters#ü")
                    .expectNothing();
        }
    }

    @Test
    @Spec({"MQTT-3.1.3-6", "MQTT-3.1.3-7", "MQTT-3.2.2-16"})
    void anEmptyOneIsReplacedByOneOfItsOwnThatIsTold() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient first = broker.open(ProtocolVersion.MQTT_5);
            TestClient second = broker.open(ProtocolVersion.MQTT_5);
            String one = assigned(first.connect(greeting -> {
                greeting.clientId = "";
                greeting.sessionExpirySeconds = 100;
            }));
            String two = assigned(second.connect(greeting -> greeting.clientId = ""));
            assertThat(one).startsWith("auto-").isNotEqualTo(two);
            first.expectNothing();

            // It is the identifier of a session like any other.
            TestClient again = broker.open(ProtocolVersion.MQTT_5);
            assertThat(again.connect(greeting -> {
                                greeting.clientId = one;
                                greeting.cleanStart = false;
                            })
                            .sessionPresent())
                    .isTrue();
            first.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
        }
    }

    private static String assigned(ConnAck answer) {
        String identifier = answer.properties().assignedClientIdentifier();
        if (identifier == null) {
            throw new AssertionError("no Assigned Client Identifier");
        }
        return identifier;
    }

    @Test
    @Spec({"MQTT-3.1.3-7", "MQTT-3.2.2-16"})
    void aUserNameInPlaceOfAnEmptyOneIsToldToo() throws Exception {
        try (TestBroker broker =
                TestBroker.start((_, listener) -> listener.useUsernameAsClientId = true)) {
            ConnAck answer = broker.open(ProtocolVersion.MQTT_5).connect(greeting -> {
                greeting.clientId = "";
                greeting.username = "ann";
            });
            assertThat(assigned(answer)).isEqualTo("ann");
        }
    }

    @Test
    @Spec("v3:MQTT-3.1.3-6")
    void version311GetsOneSilently() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            broker.connect(ProtocolVersion.MQTT_3_1_1, "").expectNothing();
            broker.connect(ProtocolVersion.MQTT_3_1_1, "").expectNothing();
        }
    }

    @Test
    @Spec({"v3:MQTT-3.1.3-8", "v3:MQTT-3.1.3-9", "v3:MQTT-3.2.2-4", "v3:MQTT-3.2.2-5"})
    void version311WithoutCleanSessionGetsNone() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = broker.open(ProtocolVersion.MQTT_3_1_1);
            ConnAck answer = client.tryConnect(greeting -> {
                greeting.clientId = "";
                greeting.cleanStart = false;
            });
            assertThat(answer.reason()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
            assertThat(answer.sessionPresent()).isFalse();
            client.expectClosed();
        }
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.1.3-8", "v3:MQTT-3.1.3-9", "v3:MQTT-3.2.2-5"})
    void nobodyGetsOneWhereThatIsForbidden(ProtocolVersion version) throws Exception {
        try (TestBroker broker =
                TestBroker.start((_, listener) -> listener.allowZeroLengthClientId = false)) {
            TestClient client = broker.open(version);
            assertThat(client.tryConnect(greeting -> greeting.clientId = "")
                            .reason()
                            .isError())
                    .isTrue();
            client.expectClosed();
        }
    }

    @Test
    @Spec("MQTT-3.1.3-8")
    void onesWithoutThePrefixAskedForAreRefused() throws Exception {
        try (TestBroker broker = TestBroker.start((config, _) -> config.clientIdPrefix = "ok-")) {
            broker.connect("ok-1").expectNothing();
            TestClient client = broker.open(ProtocolVersion.MQTT_5);
            assertThat(client.tryConnect(greeting -> {}).reason())
                    .isEqualTo(ReasonCode.NOT_AUTHORIZED);
            client.expectClosed();
        }
    }
}
