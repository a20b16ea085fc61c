// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.thecanary.client.Samples.connAck;
import static org.thecanary.client.Samples.message;
import static org.thecanary.mqtt.packet.QoS.AT_LEAST_ONCE;
import static org.thecanary.mqtt.packet.QoS.AT_MOST_ONCE;
import static org.thecanary.mqtt.packet.QoS.EXACTLY_ONCE;

import org.junit.jupiter.api.Test;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Packet;
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
import org.thecanary.mqtt.packet.UserProperty;
import org.thecanary.mqtt.topic.TopicName;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

class OutgoingMessagesTest {
    private final ClientSession session = Samples.session(ProtocolVersion.MQTT_5);
    private RecordingOutbox outbox = new RecordingOutbox();

    private Outcome<PublishResult> publish(String payload, QoS qos) {
        var outcome = new Outcome<PublishResult>();
        session.publish(message(payload, qos), 0, outcome);
        return outcome;
    }

    private void connect(ConnAck connAck) {
        session.connected(connAck, false, outbox);
    }

    private void reconnect(ConnAck connAck) {
        session.disconnected();
        outbox = new RecordingOutbox();
        connect(connAck);
    }

    private static Publish publish(String payload, QoS qos, int packetId, boolean dup) {
        return new Publish(message(payload, qos), packetId, dup);
    }

    private List<String> sentPayloads() {
        List<String> payloads = new ArrayList<>();
        for (Packet packet : outbox.take()) {
            if (packet instanceof Publish publish) {
                payloads.add(Samples.text(publish.message()));
            }
        }
        return payloads;
    }

    @Test
    void whatIsPublishedBeforeTheConnectionWaitsForIt() {
        Outcome<PublishResult> outcome = publish("a", AT_MOST_ONCE);
        assertThat(outcome.isOpen()).isTrue();

        connect(connAck(false));

        assertThat(outbox.sent).containsExactly(publish("a", AT_MOST_ONCE, 0, false));
        assertThat(outcome.result).isEqualTo(new PublishResult(0, ReasonCode.SUCCESS));
    }

    @Test
    @Spec({"MQTT-4.3.2-1", "MQTT-4.3.2-2", "MQTT-4.3.2-3", "MQTT-4.3.1-1"})
    void qos1IsDoneWithItsPubAck() {
        connect(connAck(false));
        Outcome<PublishResult> outcome = publish("a", AT_LEAST_ONCE);

        assertThat(outbox.take()).containsExactly(publish("a", AT_LEAST_ONCE, 1, false));
        assertThat(outcome.isOpen()).isTrue();
        var users = List.of(new UserProperty("k", "v"));
        session.received(new PubAck(1, ReasonCode.NO_MATCHING_SUBSCRIBERS, "nobody", users));

        assertThat(outcome.result)
                .isEqualTo(
                        new PublishResult(1, ReasonCode.NO_MATCHING_SUBSCRIBERS, "nobody", users));
    }

    @Test
    @Spec({"MQTT-4.3.3-1", "MQTT-4.3.3-2", "MQTT-4.3.3-3", "MQTT-4.3.3-4", "MQTT-4.3.3-5"})
    void qos2IsDoneWithItsPubComp() {
        connect(connAck(false));
        Outcome<PublishResult> outcome = publish("a", EXACTLY_ONCE);

        assertThat(outbox.take()).containsExactly(publish("a", EXACTLY_ONCE, 1, false));
        session.received(new PubRec(1, ReasonCode.NO_MATCHING_SUBSCRIBERS));
        assertThat(outbox.take()).containsExactly(new PubRel(1, ReasonCode.SUCCESS));
        assertThat(outcome.isOpen()).isTrue();
        session.received(new PubComp(1, ReasonCode.SUCCESS));

        assertThat(outcome.result)
                .isEqualTo(new PublishResult(1, ReasonCode.NO_MATCHING_SUBSCRIBERS));
        assertThat(outbox.take()).isEmpty();
    }

    @Test
    @Spec({"MQTT-4.3.3-4", "MQTT-4.4.0-2"})
    void refusalInPubRecEndsTheExchange() {
        connect(connAck(false));
        Outcome<PublishResult> outcome = publish("a", EXACTLY_ONCE);
        session.received(new PubRec(1, ReasonCode.QUOTA_EXCEEDED));

        assertThat(outcome.result).isEqualTo(new PublishResult(1, ReasonCode.QUOTA_EXCEEDED));
        outbox.take();
        reconnect(connAck(true));
        assertThat(outbox.sent).isEmpty();
    }

    @Test
    void pubRecForNoMessageOfOursIsReleasedAsUnknown() {
        connect(connAck(false));

        session.received(new PubRec(9, ReasonCode.SUCCESS));

        assertThat(outbox.sent)
                .containsExactly(new PubRel(9, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
    }

    @Test
    void strayAcknowledgementsChangeNothing() {
        connect(connAck(false));
        Outcome<PublishResult> outcome = publish("a", EXACTLY_ONCE);
        outbox.take();

        session.received(new PubAck(7, ReasonCode.SUCCESS));
        session.received(new PubComp(1, ReasonCode.SUCCESS));

        assertThat(outcome.isOpen()).isTrue();
        assertThat(outbox.sent).isEmpty();
    }

    @Test
    void acknowledgementOfTheWrongQosIsAProtocolError() {
        connect(connAck(false));
        publish("a", AT_LEAST_ONCE);
        publish("b", EXACTLY_ONCE);

        assertThatThrownBy(() -> session.received(new PubRec(1, ReasonCode.SUCCESS)))
                .isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> session.received(new PubAck(2, ReasonCode.SUCCESS)))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    @Spec({"MQTT-3.3.4-7", "MQTT-3.3.4-8"})
    void receiveMaximumHoldsBackMessagesAndNothingElse() {
        connect(connAck(false, 2));
        publish("a", AT_LEAST_ONCE);
        publish("b", EXACTLY_ONCE);
        publish("c", AT_LEAST_ONCE);
        publish("d", AT_MOST_ONCE);
        assertThat(sentPayloads()).containsExactly("a", "b");

        session.subscribe(List.of(Samples.line("x")), 0, List.of(), new Outcome<>());
        session.received(new Publish(message("in", AT_LEAST_ONCE), 1, false));
        session.acknowledge(Objects.requireNonNull(outbox.received.getFirst()), ReasonCode.SUCCESS);
        assertThat(outbox.take())
                .containsExactly(
                        new Subscribe(3, List.of(Samples.line("x"))),
                        new PubAck(1, ReasonCode.SUCCESS));

        session.received(new PubRec(2, ReasonCode.SUCCESS));
        assertThat(outbox.take()).containsExactly(new PubRel(2, ReasonCode.SUCCESS));
        session.received(new PubComp(2, ReasonCode.SUCCESS));
        assertThat(sentPayloads()).containsExactly("c", "d");
    }

    @Test
    void withoutTheSocketNothingLeaves() {
        connect(connAck(false));
        outbox.writable = false;
        publish("a", AT_MOST_ONCE);
        publish("b", AT_LEAST_ONCE);
        assertThat(outbox.sent).isEmpty();

        outbox.writable = true;
        session.writable();

        assertThat(sentPayloads()).containsExactly("a", "b");
    }

    @Test
    void whoLeavesSendsWhatMayBeSentEvenIfTheSocketIsSlow() {
        connect(connAck(false, 1));
        outbox.writable = false;
        publish("a", AT_MOST_ONCE);
        publish("b", AT_LEAST_ONCE);
        publish("c", AT_LEAST_ONCE);

        session.leaving();

        assertThat(sentPayloads()).containsExactly("a", "b");
    }

    @Test
    @Spec({"MQTT-2.2.1-3", "MQTT-2.2.1-2"})
    void identifiersInUseAreNotGivenAgain() {
        connect(connAck(false, 65_535));
        for (int i = 1; i <= 65_535; i++) {
            publish("a", AT_LEAST_ONCE);
        }
        publish("waits", AT_LEAST_ONCE);
        assertThat(outbox.take()).hasSize(65_535);

        session.received(new PubAck(500, ReasonCode.SUCCESS));

        assertThat(outbox.sent).containsExactly(publish("waits", AT_LEAST_ONCE, 500, false));
    }

    @Test
    @Spec({
        "MQTT-4.4.0-1",
        "MQTT-3.3.1-1",
        "MQTT-4.6.0-1",
        "MQTT-4.6.0-4",
        "MQTT-4.3.3-6",
        "MQTT-4.1.0-1"
    })
    void resumedSessionGetsAllAgainInOrder() {
        connect(connAck(false));
        publish("a", EXACTLY_ONCE);
        publish("b", AT_LEAST_ONCE);
        publish("c", EXACTLY_ONCE);
        publish("d", EXACTLY_ONCE);
        session.received(new PubRec(4, ReasonCode.SUCCESS));
        session.received(new PubRec(1, ReasonCode.SUCCESS));

        reconnect(connAck(true));

        assertThat(outbox.take())
                .containsExactly(
                        new PubRel(4, ReasonCode.SUCCESS),
                        new PubRel(1, ReasonCode.SUCCESS),
                        publish("b", AT_LEAST_ONCE, 2, true),
                        publish("c", EXACTLY_ONCE, 3, true));
    }

    @Test
    @Spec("MQTT-3.3.4-7")
    void resendingKeepsToTheNewReceiveMaximum() {
        connect(connAck(false, 3));
        publish("a", AT_LEAST_ONCE);
        publish("b", AT_LEAST_ONCE);
        publish("c", AT_LEAST_ONCE);
        publish("d", AT_LEAST_ONCE);

        reconnect(connAck(true, 1));

        assertThat(outbox.take()).containsExactly(publish("a", AT_LEAST_ONCE, 1, true));
        session.received(new PubAck(1, ReasonCode.SUCCESS));
        assertThat(outbox.take()).containsExactly(publish("b", AT_LEAST_ONCE, 2, true));
        session.received(new PubAck(2, ReasonCode.SUCCESS));
        session.received(new PubAck(3, ReasonCode.SUCCESS));
        assertThat(outbox.take())
                .containsExactly(
                        publish("c", AT_LEAST_ONCE, 3, true),
                        publish("d", AT_LEAST_ONCE, 4, false));
    }

    @Test
    @Spec("MQTT-3.2.2-5")
    void lostSessionGetsTheMessagesAsNewOnes() {
        connect(connAck(false, 3));
        publish("a", AT_LEAST_ONCE);
        Outcome<PublishResult> released = publish("b", EXACTLY_ONCE);
        publish("c", EXACTLY_ONCE);
        publish("d", AT_LEAST_ONCE);
        session.received(new PubRec(2, ReasonCode.SUCCESS));

        reconnect(connAck(false));

        assertThat(outbox.take())
                .containsExactly(
                        publish("a", AT_LEAST_ONCE, 4, false),
                        publish("c", EXACTLY_ONCE, 5, false),
                        publish("d", AT_LEAST_ONCE, 6, false));
        assertThat(released.result).isEqualTo(new PublishResult(2, ReasonCode.SUCCESS));
    }

    @Test
    void unknownToTheServerAfterAResentPubRelMeansItWasDone() {
        connect(connAck(false));
        Outcome<PublishResult> outcome = publish("a", EXACTLY_ONCE);
        session.received(new PubRec(1, ReasonCode.SUCCESS));

        reconnect(connAck(true));
        session.received(new PubComp(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));

        assertThat(outcome.result).isEqualTo(new PublishResult(1, ReasonCode.SUCCESS));
    }

    @Test
    void endTellsAllWhoWaitAndKeepsTheSession() {
        connect(connAck(false));
        Outcome<PublishResult> sent = publish("a", AT_LEAST_ONCE);
        outbox.writable = false;
        Outcome<PublishResult> waiting = publish("b", AT_LEAST_ONCE);

        session.end(new ClientException("over"));
        assertThat(sent.failure).hasMessage("over");
        assertThat(waiting.failure).hasMessage("over");

        reconnect(connAck(true));
        assertThat(outbox.take()).containsExactly(publish("a", AT_LEAST_ONCE, 1, true));
        session.received(new PubAck(1, ReasonCode.SUCCESS));
        session.end(new ClientException("over"));
        session.reset();
        reconnect(connAck(false));
        assertThat(outbox.sent).isEmpty();
    }

    @Test
    void whatFailedIsNotPublishedAnew() {
        connect(connAck(false));
        publish("a", AT_LEAST_ONCE);
        session.end(new ClientException("over"));

        reconnect(connAck(false));

        assertThat(outbox.sent).isEmpty();
    }

    @Test
    @Spec({"MQTT-3.2.2-11", "MQTT-3.2.2-14", "MQTT-3.2.2-15"})
    void whatTheServerDoesNotSupportIsNotSent() {
        int absent = MessageProperties.ABSENT;
        var limits = ConnAck.Properties.limits(absent, null, absent, absent, 1, false, 50, 9);
        outbox.maximumPacketSize = 50;
        connect(new ConnAck(false, ReasonCode.SUCCESS, limits));
        var retained = new Message(
                TopicName.of("t"), AT_MOST_ONCE, true, new byte[0], MessageProperties.NONE);

        Outcome<PublishResult> highQos = publish("a", EXACTLY_ONCE);
        var retain = new Outcome<PublishResult>();
        session.publish(retained, 0, retain);
        Outcome<PublishResult> large = publish("x".repeat(50), AT_LEAST_ONCE);
        Outcome<PublishResult> largeAtMostOnce = publish("x".repeat(50), AT_MOST_ONCE);
        Outcome<PublishResult> good = publish("b", AT_LEAST_ONCE);

        assertThat(highQos.failure).hasMessageContaining("QoS above 1");
        assertThat(retain.failure).hasMessageContaining("Retained");
        assertThat(large.failure).hasMessageContaining("does not fit");
        assertThat(largeAtMostOnce.failure).hasMessageContaining("does not fit");
        assertThat(good.isOpen()).isTrue();
        assertThat(sentPayloads()).containsExactly("b");
    }

    @Test
    @Spec({"MQTT-3.2.2-17", "MQTT-3.2.2-18", "MQTT-3.3.2-9"})
    void aliasIsUsedOnlyWithinTheServersMaximum() {
        int absent = MessageProperties.ABSENT;
        var limits = ConnAck.Properties.limits(2, null, absent, absent, absent, true, absent, 9);
        connect(new ConnAck(false, ReasonCode.SUCCESS, limits));
        session.publish(message("a", AT_MOST_ONCE), 2, new Outcome<>());
        session.publish(message("b", AT_LEAST_ONCE), 3, new Outcome<>());
        session.publish(message("c", AT_LEAST_ONCE), 1, new Outcome<>());

        assertThat(outbox.take())
                .extracting(packet -> ((Publish) packet).topicAlias())
                .containsExactly(2, 0, 1);
        reconnect(connAck(true));
        assertThat(outbox.take())
                .extracting(packet -> ((Publish) packet).topicAlias())
                .containsExactly(0, 0);
    }

    @Test
    void olderServersGetTwentyAtATime() {
        var v3 = Samples.session(ProtocolVersion.MQTT_3_1_1);
        v3.connected(connAck(false), true, outbox);

        for (int i = 0; i < 30; i++) {
            v3.publish(message("a", EXACTLY_ONCE), 0, new Outcome<>());
        }

        assertThat(outbox.sent).hasSize(20);
    }

    @Test
    void version31ResendsWithoutKnowingWhetherThereIsASession() {
        var v31 = Samples.session(ProtocolVersion.MQTT_3_1);
        v31.connected(connAck(false), false, outbox);
        v31.publish(message("a", AT_LEAST_ONCE), 0, new Outcome<>());
        v31.disconnected();
        outbox.take();

        v31.connected(connAck(false), false, outbox);

        assertThat(outbox.sent).containsExactly(publish("a", AT_LEAST_ONCE, 1, true));
    }
}
