// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.thecanary.broker.session.SessionFixture.QOS_0;
import static org.thecanary.broker.session.SessionFixture.QOS_1;
import static org.thecanary.broker.session.SessionFixture.expiring;
import static org.thecanary.broker.session.SessionFixture.message;

import org.junit.jupiter.api.Test;
import org.thecanary.broker.session.Effect.Reported;
import org.thecanary.broker.session.Effect.Routed;
import org.thecanary.broker.session.Outbox.Report;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.Will;
import org.thecanary.mqtt.topic.TopicName;

import java.util.List;

/** The Will, and how long a session lasts. */
class SessionWillTest {
    private static final Message GONE = message("w", "gone", QOS_1);

    private final SessionFixture f = new SessionFixture();

    private void connect(long delaySeconds, long expirySeconds) {
        f.will = new Will(GONE, delaySeconds);
        f.sessionExpirySeconds = expirySeconds;
        f.connect();
        f.outbox.take();
    }

    private List<Message> wills() {
        return f.outbox.take(Routed.class).stream()
                .map(routed -> routed.publication().message())
                .toList();
    }

    private void passSeconds(long seconds) {
        f.outbox.nowMillis += seconds * 1000;
        f.session.onDeadline(f.outbox);
    }

    private void disconnect(ReasonCode reason, long expiry) {
        f.session.disconnect(new Disconnect(reason, expiry, null, List.of(), null));
        f.loseConnection();
    }

    @Test
    @Spec({"MQTT-3.1.2-7", "MQTT-3.1.2-8", "v3:MQTT-3.1.2-8"})
    void aLostConnectionPublishesTheWill() {
        connect(0, 100);

        f.loseConnection();

        assertThat(wills()).containsExactly(GONE);
    }

    @Test
    @Spec({"MQTT-3.1.2-10", "v3:MQTT-3.1.2-10"})
    void aPublishedWillIsGone() {
        connect(0, 100);
        f.loseConnection();
        f.will = null;
        f.connect();
        f.outbox.take();

        f.loseConnection();
        f.session.end(f.outbox);

        assertThat(wills()).isEmpty();
    }

    @Test
    @Spec({"MQTT-3.1.2-8", "MQTT-3.1.2-10", "MQTT-3.14.4-3", "v3:MQTT-3.1.2-10", "v3:MQTT-3.14.4-3"
    })
    void aNormalDisconnectDiscardsIt() {
        connect(0, 0);

        disconnect(ReasonCode.NORMAL_DISCONNECTION, MessageProperties.ABSENT);
        f.session.end(f.outbox);

        assertThat(wills()).isEmpty();
    }

    @Test
    @Spec("MQTT-3.1.2-8")
    void aDisconnectWithAnotherReasonPublishesIt() {
        connect(0, 100);

        disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, MessageProperties.ABSENT);

        assertThat(wills()).containsExactly(GONE);
    }

    @Test
    @Spec("MQTT-3.1.2-8")
    void aDelayedWillIsPublishedWhenItsTimeComes() {
        connect(5, 100);
        f.loseConnection();
        assertThat(wills()).isEmpty();
        assertThat(f.session.nextDeadlineMillis()).isEqualTo(f.outbox.nowMillis + 5_000);

        passSeconds(4);
        assertThat(wills()).isEmpty();
        passSeconds(1);
        assertThat(wills()).containsExactly(GONE);
        assertThat(f.session.hasEnded(f.outbox.nowMillis)).isFalse();
    }

    @Test
    @Spec("MQTT-3.1.2-8")
    void aDelayedWillIsPublishedWhenTheSessionEndsFirst() {
        connect(50, 5);
        f.loseConnection();

        passSeconds(5);

        assertThat(wills()).containsExactly(GONE);
        assertThat(f.session.hasEnded(f.outbox.nowMillis)).isTrue();
    }

    @Test
    @Spec("MQTT-3.1.2-8")
    void aDelayedWillOfASessionThatIsEndedEarlyIsPublishedAsOfNow() {
        f.will = new Will(expiring(GONE, 20), 50);
        f.sessionExpirySeconds = 100;
        f.connect();
        f.loseConnection();
        f.outbox.take();

        f.session.end(f.outbox);

        assertThat(f.outbox.take(Routed.class))
                .extracting(routed -> routed.publication().expiresAtMillis())
                .containsExactly(f.outbox.nowMillis + 20_000);
    }

    @Test
    @Spec("MQTT-3.1.3-9")
    void aClientThatIsBackInTimePreventsItsWill() {
        connect(5, 100);
        f.loseConnection();
        f.outbox.nowMillis += 4_999;
        f.will = null;
        f.connect();
        passSeconds(60);
        f.loseConnection();
        passSeconds(60);

        assertThat(wills()).isEmpty();
    }

    @Test
    void aSessionThatGoesOnAtATakeOverDoesNotPublishTheWill() {
        connect(0, 100);
        f.session.onTakenOver(f.outbox);
        assertThat(wills()).isEmpty();

        connect(0, 0);
        f.session.onTakenOver(f.outbox);
        assertThat(wills()).containsExactly(GONE); // the session was over with its connection
    }

    @Test
    void aWillTheRulesForbidIsNotPublished() {
        f.permissions = new Permissions() {
            @Override
            public boolean mayPublish(TopicName topic) {
                return false;
            }

            @Override
            public boolean mayReceive(TopicName topic) {
                return true;
            }
        };
        connect(0, 0);

        f.loseConnection();

        assertThat(f.outbox.take(Reported.class))
                .containsExactly(new Reported(Report.PUBLISH_DENIED, "w"));
        assertThat(wills()).isEmpty();
    }

    // --- Session Expiry Interval

    @Test
    @Spec({"MQTT-3.1.2-23", "MQTT-4.1.0-1", "MQTT-4.1.0-2", "v3:MQTT-4.1.0-1", "v3:MQTT-4.1.0-2"})
    void aSessionLastsForItsExpiryIntervalAfterTheConnection() {
        connect(0, 10);
        f.outbox.nowMillis += 60_000;
        assertThat(f.session.hasEnded(f.outbox.nowMillis)).isFalse();

        f.loseConnection();
        assertThat(f.session.nextDeadlineMillis()).isEqualTo(f.outbox.nowMillis + 10_000);
        assertThat(f.session.hasEnded(f.outbox.nowMillis + 9_999)).isFalse();
        assertThat(f.session.hasEnded(f.outbox.nowMillis + 10_000)).isTrue();
    }

    @Test
    void theLargestIntervalIsForEver() {
        connect(0, 0xFFFF_FFFFL);
        f.loseConnection();

        assertThat(f.session.nextDeadlineMillis()).isEqualTo(Publication.NEVER);
        assertThat(f.session.hasEnded(f.outbox.nowMillis + 0xFFFF_FFFFL * 1000)).isFalse();
    }

    @Test
    void theNextToLargestIntervalIsNot() {
        connect(0, 0xFFFF_FFFEL);
        f.loseConnection();

        assertThat(f.session.hasEnded(f.outbox.nowMillis + 0xFFFF_FFFEL * 1000)).isTrue();
    }

    @Test
    void disconnectMayChangeTheInterval() {
        connect(0, 10);
        disconnect(ReasonCode.NORMAL_DISCONNECTION, 20);
        assertThat(f.session.hasEnded(f.outbox.nowMillis + 19_999)).isFalse();
        assertThat(f.session.hasEnded(f.outbox.nowMillis + 20_000)).isTrue();

        connect(0, 10);
        disconnect(ReasonCode.NORMAL_DISCONNECTION, 0);
        assertThat(f.session.hasEnded(f.outbox.nowMillis)).isTrue();
    }

    @Test
    void disconnectCannotOutgrowTheConfiguredExpiry() {
        f.limits.maxExpirySeconds = 15;
        connect(0, 10);

        disconnect(ReasonCode.NORMAL_DISCONNECTION, 20);

        assertThat(f.session.hasEnded(f.outbox.nowMillis + 15_000)).isTrue();
    }

    @Test
    void disconnectMayNotMakeAnIntervalOfNothing() {
        connect(0, 0);

        assertThatThrownBy(() -> f.session.disconnect(
                        new Disconnect(ReasonCode.NORMAL_DISCONNECTION, 1, null, List.of(), null)))
                .isInstanceOfSatisfying(
                        ProtocolException.class,
                        e -> assertThat(e.reason()).isEqualTo(ReasonCode.PROTOCOL_ERROR));
        f.session.disconnect(
                new Disconnect(ReasonCode.NORMAL_DISCONNECTION, 0, null, List.of(), null));
    }

    @Test
    void anEndedSessionHasNoSubscriptionsLeft() {
        connect(0, 0);
        SessionSubscription subscription = f.subscribe("t", QOS_0);
        f.loseConnection();
        f.outbox.take();

        f.session.end(f.outbox);

        assertThat(f.outbox.take()).containsExactly(new Effect.Unsubscribed(subscription));
        assertThat(f.session.subscriptions()).isEmpty();
    }
}
