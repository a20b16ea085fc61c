// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.thecanary.broker.session.SessionFixture.QOS_1;
import static org.thecanary.broker.session.SessionFixture.QOS_2;
import static org.thecanary.broker.session.SessionFixture.publication;

import org.junit.jupiter.api.Test;
import org.thecanary.broker.session.SendWindow.State;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.topic.TopicFilter;

import java.util.ArrayList;
import java.util.List;

class SendWindowTest {
    private static final SessionSubscription SUBSCRIPTION =
            new SessionSubscription(TopicFilter.of("t"), SubscriptionOptions.of(QOS_2), 0);

    private final SendWindow window = new SendWindow();

    private int add(QoS qos) {
        return window.add(publication("t", "five!", qos), SUBSCRIPTION, qos, false);
    }

    private List<Integer> ids() {
        List<Integer> ids = new ArrayList<>();
        window.forEach((id, _, _) -> ids.add(id));
        return ids;
    }

    @Test
    @Spec({"MQTT-2.2.1-4", "MQTT-4.3.2-1", "MQTT-4.3.3-1", "v3:MQTT-2.3.1-4"})
    void identifiersBeginAtOneAndRiseByOne() {
        assertThat(add(QOS_1)).isEqualTo(1);
        assertThat(add(QOS_2)).isEqualTo(2);

        window.remove(1);
        window.remove(2);

        assertThat(add(QOS_1)).isEqualTo(3);
    }

    @Test
    @Spec("MQTT-2.2.1-4")
    void identifiersWrapTo1AndSkipThoseInUse() {
        for (int id = 1; id <= 65_535; id++) {
            assertThat(add(QOS_1)).isEqualTo(id);
            if (id != 2) {
                window.remove(id);
            }
        }

        assertThat(List.of(add(QOS_1), add(QOS_1), add(QOS_1))).containsExactly(1, 3, 4);
        assertThat(ids()).containsExactly(1, 2, 3, 4);
    }

    @Test
    void aSmallRingWrapsOverTheIdentifierThatDoesNotExist() {
        for (int id = 1; id < 65_533; id++) {
            add(QOS_1);
            window.remove(id);
        }

        List<Integer> added = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            added.add(add(QOS_2)); // grows twice on the way
        }

        assertThat(added.subList(0, 5)).containsExactly(65_533, 65_534, 65_535, 1, 2);
        assertThat(ids()).isEqualTo(added);
        assertThat(added).allSatisfy(id -> assertThat(window.state(id)).isEqualTo(State.PUBREC));
        assertThat(window.state(18)).isNull();
        added.forEach(window::remove);
        assertThat(window.isEmpty()).isTrue();
        assertThat(window.bytes()).isZero();
    }

    @Test
    void holdsAllIdentifiersAndNotOneMore() {
        for (int id = 1; id <= 65_535; id++) {
            add(QOS_1);
        }

        assertThat(window.size()).isEqualTo(65_535);
        assertThatThrownBy(() -> add(QOS_1)).isInstanceOf(IllegalStateException.class);
        assertThat(window.state(1)).isEqualTo(State.PUBACK);
        assertThat(window.state(65_535)).isEqualTo(State.PUBACK);
        window.remove(40_000);
        assertThat(add(QOS_2)).isEqualTo(40_000);
    }

    @Test
    void acknowledgementsMayComeInAnyOrder() {
        for (int i = 1; i <= 5; i++) {
            add(QOS_1);
        }

        window.remove(3);
        window.remove(1);
        window.remove(5);

        assertThat(ids()).containsExactly(2, 4);
        assertThat(window.size()).isEqualTo(2);
        assertThat(window.state(3)).isNull();
        assertThat(window.state(4)).isEqualTo(State.PUBACK);
        assertThat(window.state(6)).isNull();
    }

    @Test
    void anOldMessageKeepsItsPlaceWhileThousandsPass() {
        add(QOS_1);
        for (int i = 2; i <= 10_000; i++) {
            window.remove(add(QOS_1));
        }

        assertThat(window.state(1)).isEqualTo(State.PUBACK);
        assertThat(ids()).containsExactly(1);
    }

    @Test
    void bytesAreThoseOfMessagesTheClientHasNotReceived() {
        int first = add(QOS_2);
        add(QOS_1);
        assertThat(window.bytes()).isEqualTo(10);

        window.received(first);

        assertThat(window.bytes()).isEqualTo(5);
        assertThat(window.state(first)).isEqualTo(State.PUBCOMP);
        assertThat(window.publication(first)).isNull();
        window.remove(first);
        assertThat(window.bytes()).isEqualTo(5);
        assertThat(window.size()).isEqualTo(1);
    }

    @Test
    void aNewConnectionHasSentNothing() {
        for (int i = 1; i <= 3; i++) {
            add(QOS_1);
        }
        assertThat(window.firstUnsent()).isZero();

        window.connectionEnded();
        assertThat(window.sent()).isZero();
        assertThat(window.firstUnsent()).isEqualTo(1);
        window.markSent(1);
        window.remove(2);

        assertThat(window.firstUnsent()).isEqualTo(3);
        assertThat(window.sent()).isEqualTo(1);
        window.markSent(3);
        assertThat(window.firstUnsent()).isZero();
    }

    @Test
    void theRetainFlagStaysWithItsMessage() {
        int plain = add(QOS_1);
        int retained = window.add(publication("t", "", QOS_1), SUBSCRIPTION, QOS_1, true);
        for (int i = 0; i < 20; i++) {
            add(QOS_1);
        }

        assertThat(window.retain(plain)).isFalse();
        assertThat(window.retain(retained)).isTrue();
    }
}
