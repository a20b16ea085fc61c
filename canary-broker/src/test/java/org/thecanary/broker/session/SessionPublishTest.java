// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.thecanary.broker.session.SessionFixture.QOS_0;
import static org.thecanary.broker.session.SessionFixture.QOS_1;
import static org.thecanary.broker.session.SessionFixture.QOS_2;
import static org.thecanary.broker.session.SessionFixture.expiring;
import static org.thecanary.broker.session.SessionFixture.message;
import static org.thecanary.broker.session.SessionFixture.retained;

import org.junit.jupiter.api.Test;
import org.thecanary.broker.session.Effect.Reported;
import org.thecanary.broker.session.Effect.Routed;
import org.thecanary.broker.session.Effect.Sent;
import org.thecanary.broker.session.Outbox.Report;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.topic.TopicName;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** The client publishes. */
class SessionPublishTest {
    private final SessionFixture f = SessionFixture.connected();

    private static Routed routed(Message message) {
        return new Routed(Publication.arriving(message, new Publisher("c", "user"), 1_000_000));
    }

    private static Sent pubRec(int id) {
        return new Sent(new PubRec(id, ReasonCode.SUCCESS));
    }

    private static Sent pubComp(int id) {
        return new Sent(new PubComp(id, ReasonCode.SUCCESS));
    }

    // --- QoS 0 and 1

    @Test
    @Spec({"MQTT-3.3.4-1", "v3:MQTT-3.3.4-1"})
    void qos0IsRoutedAndNotAnswered() {
        f.publish("t", "x", QOS_0, 0);

        assertThat(f.outbox.take()).containsExactly(routed(message("t", "x", QOS_0)));
    }

    @Test
    @Spec({
        "MQTT-2.2.1-5",
        "MQTT-3.3.4-1",
        "MQTT-4.3.2-4",
        "v3:MQTT-2.3.1-6",
        "v3:MQTT-3.3.4-1",
        "v3:MQTT-4.3.2-2"
    })
    void qos1IsRoutedAndAcknowledgedWithItsIdentifier() {
        f.publish("t", "x", QOS_1, 77);

        assertThat(f.outbox.take())
                .containsExactly(
                        routed(message("t", "x", QOS_1)),
                        new Sent(new PubAck(77, ReasonCode.SUCCESS)));
    }

    @Test
    @Spec({"MQTT-4.3.2-5", "v3:MQTT-4.3.2-2"})
    void qos1WithTheSameIdentifierAfterItsPubAckIsAnotherMessage() {
        f.publish("t", "x", QOS_1, 77);
        f.publish(new Publish(message("t", "x", QOS_1), 77, true));

        assertThat(f.outbox.take(Routed.class)).hasSize(2);
    }

    @Test
    void aVersion5ClientIsToldThatNobodySubscribes() {
        f.outbox.matched = 0;
        f.publish("t", "x", QOS_1, 1);

        assertThat(f.outbox.takePackets())
                .containsExactly(new PubAck(1, ReasonCode.NO_MATCHING_SUBSCRIBERS));
    }

    // --- QoS 2

    @Test
    @Spec({
        "MQTT-2.2.1-5",
        "MQTT-3.3.4-1",
        "MQTT-4.3.3-8",
        "MQTT-4.3.3-11",
        "v3:MQTT-2.3.1-6",
        "v3:MQTT-4.3.3-2"
    })
    void qos2IsRoutedOnceItIsReleased() {
        f.publish("t", "x", QOS_2, 5);
        assertThat(f.outbox.take()).containsExactly(pubRec(5));

        f.pubRel(5);

        assertThat(f.outbox.take()).containsExactly(routed(message("t", "x", QOS_2)), pubComp(5));
    }

    @Test
    @Spec({"MQTT-4.3.3-10", "v3:MQTT-4.3.3-2"})
    void aQos2DuplicateIsAcknowledgedAgainAndRoutedOnce() {
        f.publish("t", "x", QOS_2, 5);
        f.publish(new Publish(message("t", "x", QOS_2), 5, true));
        assertThat(f.outbox.take()).containsExactly(pubRec(5), pubRec(5));

        f.pubRel(5);
        f.pubRel(5);

        assertThat(f.outbox.take())
                .containsExactly(routed(message("t", "x", QOS_2)), pubComp(5), pubComp(5));
    }

    @Test
    @Spec({"MQTT-4.3.3-10", "MQTT-3.1.2-23"})
    void aQos2DuplicateIsRecognisedOnTheNextConnection() {
        f.publish("t", "x", QOS_2, 5);
        f.reconnect();
        f.outbox.take();

        f.publish(new Publish(message("t", "x", QOS_2), 5, true));
        f.pubRel(5);

        assertThat(f.outbox.take(Routed.class)).hasSize(1);
    }

    @Test
    @Spec({"MQTT-4.3.3-12", "v3:MQTT-4.3.3-2"})
    void afterPubCompTheIdentifierIsFree() {
        for (int i = 0; i < 2; i++) {
            f.publish("t", "x", QOS_2, 5);
            f.pubRel(5);
        }

        assertThat(f.outbox.take(Routed.class)).hasSize(2);
    }

    @Test
    @Spec("MQTT-4.3.3-13")
    void aQos2MessageThatExpiresBeforeItsReleaseIsStillCompleted() {
        f.publish(new Publish(expiring(message("t", "x", QOS_2), 2), 5, false));
        f.outbox.take();
        f.outbox.nowMillis += 2_000;

        f.pubRel(5);

        assertThat(f.outbox.take()).containsExactly(new Reported(Report.EXPIRED, "t"), pubComp(5));
    }

    @Test
    @Spec("MQTT-4.3.3-9")
    void anIdentifierRefusedIsFree() {
        f.publish("t", "x", QOS_2, 5);
        f.reload(deniedAll());
        f.publish(new Publish(message("t", "x", QOS_2), 5, true)); // refused this time
        f.reload(Permissions.ALL);
        f.outbox.take();

        f.publish("t", "x", QOS_2, 5);
        f.publish(new Publish(message("t", "x", QOS_2), 5, true));
        f.pubRel(5);

        assertThat(f.outbox.take(Routed.class)).hasSize(1);
    }

    @Test
    @Spec({"MQTT-4.6.0-3", "MQTT-4.6.0-5", "v3:MQTT-4.6.0-3", "v3:MQTT-4.6.0-6"})
    void answersComeInTheOrderOfThePackets() {
        f.publish("t", "1", QOS_2, 9);
        f.publish("t", "2", QOS_2, 3);
        f.publish("t", "3", QOS_1, 4);
        f.publish("t", "4", QOS_1, 2);
        f.pubRel(9);
        f.pubRel(3);

        assertThat(f.outbox.takePackets())
                .containsExactly(
                        new PubRec(9, ReasonCode.SUCCESS),
                        new PubRec(3, ReasonCode.SUCCESS),
                        new PubAck(4, ReasonCode.SUCCESS),
                        new PubAck(2, ReasonCode.SUCCESS),
                        new PubComp(9, ReasonCode.SUCCESS),
                        new PubComp(3, ReasonCode.SUCCESS));
    }

    @Test
    void exceedingOurReceiveMaximumIsReportedAndServed() {
        f.limits.maxInflightMessages = 2;
        f.reconnect();
        f.outbox.take();

        for (int id = 1; id <= 4; id++) {
            f.publish("t", "x", QOS_2, id);
        }

        assertThat(f.outbox.take())
                .containsExactly(
                        pubRec(1),
                        pubRec(2),
                        new Reported(Report.RECEIVE_MAXIMUM_EXCEEDED, "t"),
                        pubRec(3),
                        pubRec(4));
    }

    // --- aliases

    @Test
    void anAliasOnlyPublishIsAuthorizedOnTheResolvedTopic() {
        AtomicReference<String> asked = new AtomicReference<>("");
        f.reload(new Permissions() {
            @Override
            public boolean mayPublish(TopicName topic) {
                asked.set(topic.toString());
                return true;
            }

            @Override
            public boolean mayReceive(TopicName topic) {
                return true;
            }
        });
        f.publish(new Publish(message("a/b", "1", QOS_0), 0, false, 3, List.of()));
        asked.set("");
        f.outbox.take();

        f.publish(new Publish(
                message("x", "2", QOS_0).withTopic(TopicName.NONE), 0, false, 3, List.of()));

        assertThat(asked).hasValue("a/b");
        assertThat(f.outbox.take()).containsExactly(routed(message("a/b", "2", QOS_0)));
    }

    @Test
    @Spec("MQTT-3.3.2-7")
    void aliasesEndWithTheirConnection() {
        f.publish(new Publish(message("a/b", "1", QOS_0), 0, false, 3, List.of()));
        f.reconnect();

        assertThatThrownBy(() -> f.publish(new Publish(
                        message("x", "2", QOS_0).withTopic(TopicName.NONE),
                        0,
                        false,
                        3,
                        List.of())))
                .isInstanceOf(ProtocolException.class);
    }

    // --- refusals

    private static Permissions deniedAll() {
        return new Permissions() {
            @Override
            public boolean mayPublish(TopicName topic) {
                return false;
            }

            @Override
            public boolean mayReceive(TopicName topic) {
                return false;
            }
        };
    }

    @Test
    void aDeniedPublishIsToldToAVersion5Client() {
        f.reload(deniedAll());

        f.publish("t", "x", QOS_0, 0);
        f.publish("t", "x", QOS_1, 1);
        f.publish("t", "x", QOS_2, 2);

        String why = "not allowed to publish to this topic";
        Reported denied = new Reported(Report.PUBLISH_DENIED, "t");
        assertThat(f.outbox.take())
                .containsExactly(
                        denied,
                        denied,
                        new Sent(new PubAck(1, ReasonCode.NOT_AUTHORIZED, why, List.of())),
                        denied,
                        new Sent(new PubRec(2, ReasonCode.NOT_AUTHORIZED, why, List.of())));
    }

    @Test
    @Spec("MQTT-3.1.2-29")
    void noReasonStringWhereProblemInformationIsNotWanted() {
        f.problemInformation = false;
        f.permissions = deniedAll();
        f.reconnect();
        f.outbox.take();

        f.publish("t", "x", QOS_1, 1);

        assertThat(f.outbox.takePackets())
                .containsExactly(new PubAck(1, ReasonCode.NOT_AUTHORIZED));
    }

    @Test
    @Spec("v3:MQTT-3.3.5-2")
    void aDeniedPublishIsAcknowledgedToAVersion3Client() {
        f.version = ProtocolVersion.MQTT_3_1_1;
        f.permissions = deniedAll();
        f.reconnect();
        f.outbox.take();

        f.publish("t", "x", QOS_1, 1);
        f.publish("t", "x", QOS_2, 2);
        f.pubRel(2);

        assertThat(f.outbox.take(Routed.class)).isEmpty();
        f.publish("t", "x", QOS_1, 1);
        f.publish("t", "x", QOS_2, 2);
        f.pubRel(2);
        assertThat(f.outbox.takePackets())
                .as("of which version 3 has no room for the Reason Codes")
                .containsExactly(
                        new PubAck(1, ReasonCode.NOT_AUTHORIZED),
                        new PubRec(2, ReasonCode.NOT_AUTHORIZED),
                        new PubComp(2, ReasonCode.SUCCESS));
    }

    @Test
    void theServersOwnTopicsAreDenied() {
        f.publish("$SYS/broker/uptime", "x", QOS_0, 0);
        f.publish("$CONTROL/x", "x", QOS_0, 0);
        f.publish("$SYS/broker/connection/b/state", "1", QOS_0, 0);

        assertThat(f.outbox.take())
                .containsExactly(
                        new Reported(Report.PUBLISH_DENIED, "$SYS/broker/uptime"),
                        new Reported(Report.PUBLISH_DENIED, "$CONTROL/x"),
                        routed(message("$SYS/broker/connection/b/state", "1", QOS_0)));
    }

    @Test
    void aPayloadAboveTheLimitIsRefused() {
        f.limits.messageSizeLimit = 3;
        f.reconnect();
        f.outbox.take();

        f.publish("t", "1234", QOS_1, 1);
        f.publish("t", "123", QOS_1, 2);

        assertThat(f.outbox.take())
                .containsExactly(
                        new Reported(Report.TOO_LARGE, "t"),
                        new Sent(new PubAck(
                                1,
                                ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
                                "payload exceeds message_size_limit",
                                List.of())),
                        routed(message("t", "123", QOS_1)),
                        new Sent(new PubAck(2, ReasonCode.SUCCESS)));
    }

    @Test
    void whatWeSaidIsNotAvailableEndsTheConnection() {
        f.limits.maxQoS = QOS_1;
        f.limits.retainAvailable = false;
        f.reconnect();

        assertThatThrownBy(() -> f.publish("t", "x", QOS_2, 1))
                .isInstanceOfSatisfying(
                        ProtocolException.class,
                        e -> assertThat(e.reason()).isEqualTo(ReasonCode.QOS_NOT_SUPPORTED));
        assertThatThrownBy(() -> f.publish(new Publish(retained("t", "x", QOS_0), 0, false)))
                .isInstanceOfSatisfying(
                        ProtocolException.class,
                        e -> assertThat(e.reason()).isEqualTo(ReasonCode.RETAIN_NOT_SUPPORTED));
    }
}
