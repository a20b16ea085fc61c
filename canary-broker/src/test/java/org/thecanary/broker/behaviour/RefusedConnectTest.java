// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.thecanary.broker.behaviour.TestClient.message;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.codec.Bytes;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.Will;

import java.util.List;

/** How is a CONNECT refused? */
class RefusedConnectTest {
    private static final AccessRules USERS_ONLY = new AccessRules(null, null, false, List.of());

    @ParameterizedTest
    @EnumSource
    @Spec({
        "MQTT-3.1.4-2",
        "MQTT-3.2.2-6",
        "MQTT-3.2.2-7",
        "MQTT-3.2.2-8",
        "v3:MQTT-3.2.2-4",
        "v3:MQTT-3.2.2-5"
    })
    void whoMayNotComeInIsToldAndClosedOn(ProtocolVersion version) throws Exception {
        try (TestBroker broker = TestBroker.start((_, _) -> {}, USERS_ONLY)) {
            TestClient client = broker.open(version);
            ConnAck answer = client.tryConnect(greeting -> greeting.cleanStart = false);
            assertThat(answer.reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(answer.sessionPresent()).isFalse();
            client.expectClosed();
        }
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.1.4-6", "v3:MQTT-3.1.4-5"})
    void whatFollowsARefusedConnectIsNotProcessed(ProtocolVersion version) throws Exception {
        try (TestBroker broker =
                TestBroker.start((_, listener) -> listener.useUsernameAsClientId = true)) {
            TestClient watcher = broker.open(ProtocolVersion.MQTT_5);
            watcher.connect(greeting -> greeting.username = "watcher");
            watcher.subscribe("#", 0);

            TestClient refused = broker.open(version);
            refused.sendConnect(greeting -> {}); // no user name
            refused.publish("t", "from nobody");
            assertThat(refused.next(ConnAck.class).reason().isError()).isTrue();
            refused.expectClosed();

            watcher.publish("t", "from me");
            assertThat(watcher.nextPayload()).isEqualTo("from me");
        }
    }

    @Test
    @Spec("MQTT-3.2.2-7")
    void aReasonStringComesWhereItIsWanted() throws Exception {
        try (TestBroker broker = TestBroker.start((_, _) -> {}, USERS_ONLY)) {
            TestClient curious = broker.open(ProtocolVersion.MQTT_5);
            assertThat(curious.tryConnect(greeting -> {}).properties().reasonString())
                    .isEqualTo("a user name is required");

            TestClient terse = broker.open(ProtocolVersion.MQTT_5);
            terse.sendConnect(greeting -> greeting.problemInformation = false);
            assertThat(Bytes.hex(terse.nextBytes())).isEqualTo("2003008700");
        }
    }

    @Test
    @Spec("MQTT-3.2.2-19")
    void aReasonStringThatDoesNotFitIsLeftOut() throws Exception {
        try (TestBroker broker = TestBroker.start((_, _) -> {}, USERS_ONLY)) {
            TestClient small = broker.open(ProtocolVersion.MQTT_5);
            small.sendConnect(greeting -> greeting.maximumPacketSize = 20);
            assertThat(Bytes.hex(small.nextBytes())).isEqualTo("2003008700");
            small.expectClosed();
        }
    }

    @Test
    @Spec({"MQTT-3.1.2-24", "MQTT-3.2.0-1"})
    void whoCannotTakeOurConnAckIsClosedOn() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient tiny = broker.open(ProtocolVersion.MQTT_5);
            tiny.sendConnect(greeting -> greeting.maximumPacketSize = 5);
            tiny.expectClosed();
            broker.connect("c").expectNothing();
        }
    }

    @Test
    @Spec("MQTT-3.2.2-12")
    void aWillAboveOurMaximumQosIsRefused() throws Exception {
        try (TestBroker broker =
                TestBroker.start((_, listener) -> listener.maxQos = QoS.AT_LEAST_ONCE)) {
            TestClient client = broker.open(ProtocolVersion.MQTT_5);
            assertThat(client.tryConnect(greeting ->
                                    greeting.will = new Will(message("w", "", 2, false), 0))
                            .reason())
                    .isEqualTo(ReasonCode.QOS_NOT_SUPPORTED);
            client.expectClosed();
        }
    }

    @Test
    @Spec("MQTT-3.2.2-13")
    void aRetainedWillIsRefusedWhereNothingIsRetained() throws Exception {
        try (TestBroker broker = TestBroker.start((config, _) -> config.retainAvailable = false)) {
            TestClient client = broker.open(ProtocolVersion.MQTT_5);
            assertThat(client.tryConnect(greeting ->
                                    greeting.will = new Will(message("w", "", 0, true), 0))
                            .reason())
                    .isEqualTo(ReasonCode.RETAIN_NOT_SUPPORTED);
            client.expectClosed();
        }
    }

    @Test
    @Spec({"MQTT-4.12.0-1", "MQTT-4.13.2-1"})
    void anAuthenticationMethodIsRefused() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = broker.open(ProtocolVersion.MQTT_5);
            assertThat(client.tryConnect(
                                    greeting -> greeting.authenticationMethod = "SCRAM-SHA-256")
                            .reason())
                    .isEqualTo(ReasonCode.BAD_AUTHENTICATION_METHOD);
            client.expectClosed();
        }
    }

    @Test
    @Spec({"MQTT-3.1.4-2", "v3:MQTT-3.2.2-6"})
    void sessionsBeyondTheLimitAreRefused() throws Exception {
        try (TestBroker broker =
                TestBroker.start((config, _) -> config.limits.globalMaxClients = 1)) {
            TestClient only = broker.connect("only");
            TestClient second = broker.open(ProtocolVersion.MQTT_5);
            assertThat(second.tryConnect(greeting -> {}).reason())
                    .isEqualTo(ReasonCode.SERVER_BUSY);
            second.expectClosed();
            for (ProtocolVersion old :
                    List.of(ProtocolVersion.MQTT_3_1, ProtocolVersion.MQTT_3_1_1)) {
                TestClient third = broker.open(old);
                third.sendConnect(greeting -> {});
                third.expectClosed();
            }
            only.expectNothing();
        }
    }

    @Test
    void whoFindsNoFileDescriptorLeftIsTurnedAwayAndTheOthersStay() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            broker.broker().connections().most(1);
            TestClient only = broker.connect("only");

            broker.open(ProtocolVersion.MQTT_5).expectClosed();

            only.expectNothing();
            only.close();
            await().ignoreExceptions()
                    .untilAsserted(() -> assertThat(broker.open(ProtocolVersion.MQTT_5)
                                    .tryConnect(greeting -> {})
                                    .reason())
                            .isEqualTo(ReasonCode.SUCCESS));
        }
    }
}
