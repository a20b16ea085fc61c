// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.thecanary.client.Samples.connAck;
import static org.thecanary.client.Samples.message;
import static org.thecanary.mqtt.packet.QoS.AT_LEAST_ONCE;
import static org.thecanary.mqtt.packet.QoS.AT_MOST_ONCE;
import static org.thecanary.mqtt.packet.QoS.EXACTLY_ONCE;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.Auth;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.topic.TopicName;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

class IncomingMessagesTest {
    private final ClientSession session = Samples.session(ProtocolVersion.MQTT_5);
    private RecordingOutbox outbox = new RecordingOutbox();

    @BeforeEach
    void connect() {
        session.connected(connAck(false), false, outbox);
    }

    private void reconnect(boolean sessionPresent) {
        session.disconnected();
        outbox = new RecordingOutbox();
        session.connected(connAck(sessionPresent), false, outbox);
    }

    private void comes(String payload, QoS qos, int packetId) {
        session.received(new Publish(message(payload, qos), packetId, false));
    }

    private void comesAgain(String payload, QoS qos, int packetId) {
        session.received(new Publish(message(payload, qos), packetId, true));
    }

    private Received handle(int index) {
        return Objects.requireNonNull(outbox.received.get(index));
    }

    private void acknowledge(int index) {
        session.acknowledge(handle(index), ReasonCode.SUCCESS);
    }

    private List<String> delivered() {
        return outbox.delivered.stream()
                .map(publish -> Samples.text(publish.message()))
                .toList();
    }

    private static PubAck pubAck(int packetId) {
        return new PubAck(packetId, ReasonCode.SUCCESS);
    }

    private static PubRec pubRec(int packetId) {
        return new PubRec(packetId, ReasonCode.SUCCESS);
    }

    private static PubComp pubComp(int packetId) {
        return new PubComp(packetId, ReasonCode.SUCCESS);
    }

    @Test
    void qos0NeedsNoAnswer() {
        comes("a", AT_MOST_ONCE, 0);

        assertThat(delivered()).containsExactly("a");
        assertThat(outbox.received.getFirst()).isNull();
        assertThat(outbox.sent).isEmpty();
    }

    @Test
    @Spec({"MQTT-4.3.2-4", "MQTT-2.2.1-5", "MQTT-4.5.0-2"})
    void qos1IsAnsweredWhenTheApplicationSaysSo() {
        comes("a", AT_LEAST_ONCE, 7);
        assertThat(outbox.sent).isEmpty();

        session.acknowledge(handle(0), ReasonCode.PAYLOAD_FORMAT_INVALID);
        acknowledge(0);

        assertThat(outbox.sent).containsExactly(new PubAck(7, ReasonCode.PAYLOAD_FORMAT_INVALID));
    }

    @Test
    @Spec({"MQTT-4.6.0-2", "MQTT-4.6.0-3"})
    void answersLeaveInTheOrderOfTheMessages() {
        comes("a", AT_LEAST_ONCE, 1);
        comes("b", EXACTLY_ONCE, 2);
        comes("c", AT_LEAST_ONCE, 3);

        acknowledge(2);
        acknowledge(1);
        assertThat(outbox.sent).isEmpty();
        acknowledge(0);

        assertThat(outbox.sent).containsExactly(pubAck(1), pubRec(2), pubAck(3));
    }

    @Test
    @Spec("MQTT-4.3.2-5")
    void identifierOfAnAnsweredQos1MessageIsFreeAgain() {
        comes("a", AT_LEAST_ONCE, 1);
        acknowledge(0);
        comes("b", AT_LEAST_ONCE, 1);

        assertThat(delivered()).containsExactly("a", "b");
    }

    @Test
    @Spec({"MQTT-4.3.3-8", "MQTT-4.3.3-10", "MQTT-4.3.3-11", "MQTT-4.3.3-12"})
    void qos2IsDeliveredOnceUntilItIsReleased() {
        comes("a", EXACTLY_ONCE, 1);
        comesAgain("a", EXACTLY_ONCE, 1);
        assertThat(outbox.sent).isEmpty();
        acknowledge(0);
        comesAgain("a", EXACTLY_ONCE, 1);
        assertThat(outbox.take()).containsExactly(pubRec(1), pubRec(1));
        assertThat(delivered()).containsExactly("a");

        session.received(new PubRel(1, ReasonCode.SUCCESS));
        assertThat(outbox.take()).containsExactly(pubComp(1));

        comes("b", EXACTLY_ONCE, 1);
        assertThat(delivered()).containsExactly("a", "b");
    }

    @Test
    @Spec("MQTT-4.3.3-10")
    void qos2ThatComesAgainOnTheNextConnectionIsNotDeliveredAgain() {
        comes("a", EXACTLY_ONCE, 1);
        acknowledge(0);
        reconnect(true);

        comesAgain("a", EXACTLY_ONCE, 1);

        assertThat(delivered()).isEmpty();
        assertThat(outbox.sent).containsExactly(pubRec(1));
    }

    @Test
    void qos2AnswerGivenBetweenConnectionsIsSentWhenTheMessageComesAgain() {
        comes("a", EXACTLY_ONCE, 1);
        Received early = handle(0);
        session.disconnected();
        session.acknowledge(early, ReasonCode.SUCCESS);
        reconnect(true);
        assertThat(outbox.sent).isEmpty();

        comesAgain("a", EXACTLY_ONCE, 1);

        assertThat(delivered()).isEmpty();
        assertThat(outbox.sent).containsExactly(pubRec(1));
    }

    @Test
    void qos2AnswerGivenAfterTheMessageCameAgainIsSentInTurn() {
        comes("a", EXACTLY_ONCE, 1);
        Received early = handle(0);
        reconnect(true);
        comesAgain("a", EXACTLY_ONCE, 1);
        comes("b", AT_LEAST_ONCE, 2);
        acknowledge(0);
        assertThat(outbox.sent).isEmpty();

        session.acknowledge(early, ReasonCode.SUCCESS);

        assertThat(outbox.sent).containsExactly(pubRec(1), pubAck(2));
    }

    @Test
    void qos1AnswerGivenTooLateIsDropped() {
        comes("a", AT_LEAST_ONCE, 1);
        Received early = handle(0);
        reconnect(true);

        session.acknowledge(early, ReasonCode.SUCCESS);
        assertThat(outbox.sent).isEmpty();
        comesAgain("a", AT_LEAST_ONCE, 1);

        assertThat(delivered()).containsExactly("a");
    }

    @Test
    @Spec("MQTT-3.2.2-5")
    void withTheSessionIdentifiersAreForgotten() {
        comes("a", EXACTLY_ONCE, 1);
        acknowledge(0);
        reconnect(false);

        comes("b", EXACTLY_ONCE, 1);

        assertThat(delivered()).containsExactly("b");
    }

    @Test
    @Spec("MQTT-4.3.3-9")
    void refusedQos2MessageEndsWithItsPubRec() {
        comes("a", EXACTLY_ONCE, 1);
        session.acknowledge(handle(0), ReasonCode.NOT_AUTHORIZED);
        comes("b", EXACTLY_ONCE, 1);

        assertThat(delivered()).containsExactly("a", "b");
    }

    @Test
    void releaseOfAnUnknownMessageSaysSo() {
        session.received(new PubRel(9, ReasonCode.SUCCESS));

        assertThat(outbox.sent)
                .containsExactly(new PubComp(9, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
    }

    @Test
    void releaseBeforeTheAnswerIsAProtocolError() {
        comes("a", EXACTLY_ONCE, 1);

        assertThatThrownBy(() -> session.received(new PubRel(1, ReasonCode.SUCCESS)))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    @Spec("MQTT-3.3.4-9")
    void moreThanOurReceiveMaximumEndsTheConnection() {
        comes("a", AT_LEAST_ONCE, 1);
        comes("b", EXACTLY_ONCE, 2);
        comes("c", EXACTLY_ONCE, 3);
        acknowledge(0);
        acknowledge(1);
        comes("d", AT_LEAST_ONCE, 4);

        assertThatThrownBy(() -> comes("e", AT_LEAST_ONCE, 5))
                .asInstanceOf(InstanceOfAssertFactories.type(ProtocolException.class))
                .extracting(ProtocolException::reason)
                .isEqualTo(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
    }

    @Test
    void whatIsReleasedMakesRoomUnderReceiveMaximum() {
        for (int round = 0; round < 3; round++) {
            for (int id = 1; id <= 3; id++) {
                comes("a", EXACTLY_ONCE, id);
                acknowledge(outbox.received.size() - 1);
            }
            reconnect(true);
            for (int id = 1; id <= 3; id++) {
                session.received(new PubRel(id, ReasonCode.SUCCESS));
            }
        }
        comes("a", EXACTLY_ONCE, 1);
        comes("b", EXACTLY_ONCE, 2);
        comes("c", EXACTLY_ONCE, 3);

        assertThatThrownBy(() -> comes("d", EXACTLY_ONCE, 4)).isInstanceOf(ProtocolException.class);
    }

    private static Publish aliased(String topic, int alias) {
        TopicName name = topic.isEmpty() ? TopicName.NONE : TopicName.of(topic);
        var message = new Message(name, AT_MOST_ONCE, false, new byte[0], MessageProperties.NONE);
        return new Publish(message, 0, false, alias, List.of());
    }

    @Test
    @Spec("MQTT-3.3.2-10")
    void aliasesUpToOurMaximumStandForTheirTopics() {
        session.received(aliased("a", 1));
        session.received(aliased("b", 2));
        session.received(aliased("", 1));
        session.received(aliased("c", 1));
        session.received(aliased("", 1));
        session.received(aliased("", 2));

        assertThat(outbox.delivered)
                .extracting(publish -> publish.message().topic().toString())
                .containsExactly("a", "b", "a", "c", "c", "b");
    }

    @Test
    @Spec({"MQTT-3.1.2-26", "MQTT-3.3.2-7"})
    void aliasesWithoutATopicOrAboveOurMaximumEndTheConnection() {
        assertThatThrownBy(() -> session.received(aliased("a", 3)))
                .asInstanceOf(InstanceOfAssertFactories.type(ProtocolException.class))
                .extracting(ProtocolException::reason)
                .isEqualTo(ReasonCode.TOPIC_ALIAS_INVALID);
        session.received(aliased("a", 1));
        reconnect(true);
        assertThatThrownBy(() -> session.received(aliased("", 1)))
                .isInstanceOf(ProtocolException.class);
    }

    static Stream<Packet> packetsAServerMayNotSend() {
        return Stream.of(
                connAck(false),
                new Auth(ReasonCode.CONTINUE_AUTHENTICATION, "m", null, null, List.of()),
                PingReq.INSTANCE,
                new Subscribe(1, List.of(Samples.line("a"))));
    }

    @ParameterizedTest
    @MethodSource("packetsAServerMayNotSend")
    void packetsAServerMayNotSendEndTheConnection(Packet packet) {
        assertThatThrownBy(() -> session.received(packet)).isInstanceOf(ProtocolException.class);
    }
}
