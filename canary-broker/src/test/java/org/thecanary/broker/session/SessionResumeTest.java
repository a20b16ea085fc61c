// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.thecanary.broker.session.SessionFixture.QOS_0;
import static org.thecanary.broker.session.SessionFixture.QOS_1;
import static org.thecanary.broker.session.SessionFixture.QOS_2;
import static org.thecanary.broker.session.SessionFixture.expiring;
import static org.thecanary.broker.session.SessionFixture.message;
import static org.thecanary.broker.session.SessionFixture.numbered;
import static org.thecanary.broker.session.SessionFixture.publishedBy;

import org.junit.jupiter.api.Test;
import org.thecanary.broker.session.Effect.Published;
import org.thecanary.broker.session.Effect.Reported;
import org.thecanary.broker.session.Effect.Rerouted;
import org.thecanary.broker.session.Effect.Sent;
import org.thecanary.broker.session.Outbox.Report;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.ReasonCode;

import java.util.List;

/** The client goes and comes back. */
class SessionResumeTest {
    private final SessionFixture f = SessionFixture.connected();

    @Test
    @Spec({
        "MQTT-3.3.1-1",
        "MQTT-4.4.0-1",
        "MQTT-4.3.3-6",
        "MQTT-4.6.0-1",
        "MQTT-3.1.2-5",
        "v3:MQTT-3.3.1-1",
        "v3:MQTT-4.4.0-1",
        "v3:MQTT-4.6.0-1",
        "v3:MQTT-2.3.1-3"
    })
    void whatWasNotAcknowledgedIsResentInOrderWithItsIdentifier() {
        SessionSubscription subscription = f.subscribe("t", QOS_2);
        f.deliver(subscription, "1", QOS_1);
        f.deliver(subscription, "2", QOS_2);
        f.deliver(subscription, "3", QOS_2);
        f.deliver(subscription, "4", QOS_1);
        f.pubRec(2);
        f.outbox.take();

        f.reconnect();

        List<Effect> effects = f.outbox.take();
        assertThat(effects.stream().filter(Published.class::isInstance).map(Published.class::cast))
                .extracting(Published::packetId, Published::payload, Published::qos, Published::dup)
                .containsExactly(
                        tuple(1, "1", QOS_1, true),
                        tuple(3, "3", QOS_2, true),
                        tuple(4, "4", QOS_1, true));
        assertThat(effects).contains(new Sent(new PubRel(2, ReasonCode.SUCCESS)));
    }

    @Test
    @Spec("MQTT-4.4.0-1")
    void nothingIsResentWhileTheConnectionLasts() {
        SessionSubscription subscription = f.subscribe("t", QOS_1);
        f.deliver(subscription, "1", QOS_1);
        f.outbox.take();

        f.outbox.nowMillis += 3_600_000;
        f.session.onWritable(f.outbox);
        f.deliver(subscription, "2", QOS_1);

        assertThat(f.outbox.takePublished()).containsExactly("2:2");
    }

    @Test
    @Spec({"MQTT-3.3.4-9", "MQTT-4.4.0-1"})
    void aSmallerReceiveMaximumHoldsResendsBack() {
        SessionSubscription subscription = f.subscribe("t", QOS_1);
        f.deliverMany(subscription, 5, QOS_1);
        f.loseConnection();
        f.outbox.take();
        f.receiveMaximum = 2;

        f.connect();
        assertThat(f.outbox.takePublished()).isEqualTo(numbered(1, 2));
        f.deliver(subscription, "6", QOS_1);
        f.pubAck(1);
        assertThat(f.outbox.takePublished()).isEqualTo(numbered(3, 3));
        for (int id = 2; id <= 5; id++) {
            f.pubAck(id);
        }
        assertThat(f.outbox.takePublished()).isEqualTo(numbered(4, 6));
    }

    @Test
    @Spec({"MQTT-4.5.0-1", "v3:MQTT-3.1.2-5", "v3:MQTT-4.5.0-1", "v3:MQTT-3.1.2-4"})
    void messagesWaitForAClientThatIsAway() {
        SessionSubscription subscription = f.subscribe("t", QOS_2);
        f.loseConnection();
        f.outbox.take();

        f.deliver(subscription, "1", QOS_1);
        f.deliver(subscription, "2", QOS_2);
        f.deliver(subscription, "of QoS 0", QOS_0);
        assertThat(f.outbox.take()).containsExactly(new Reported(Report.MISSED, ""));

        f.connect();
        assertThat(f.outbox.takePublished()).isEqualTo(numbered(1, 2));
    }

    @Test
    @Spec("MQTT-4.6.0-5")
    void queuedQos0KeepsItsOrderAmongQos0() {
        f.limits.queueQos0 = true;
        f.receiveMaximum = 1;
        f.reconnect();
        SessionSubscription subscription = f.subscribe("t", QOS_1);
        f.loseConnection();
        f.outbox.take();
        f.deliver(subscription, "a", QOS_1);
        f.deliver(subscription, "b", QOS_1);
        f.deliver(subscription, "first", QOS_0);
        f.connect(); // "first" waits behind "b", which waits for the acknowledgement of "a"
        f.deliver(subscription, "second", QOS_0);
        f.pubAck(1);
        f.pubAck(2);

        assertThat(f.outbox.takePublished()).containsExactly("1:a", "2:b", "0:first", "0:second");
    }

    @Test
    void whatIsInFlightCountsTowardsTheQueueOfAClientThatIsAway() {
        f.limits.maxQueuedMessages = 3;
        f.reconnect();
        SessionSubscription subscription = f.subscribe("t", QOS_1);
        f.deliver(subscription, "1", QOS_1);
        f.loseConnection();
        f.outbox.take();

        f.deliver(subscription, "2", QOS_1);
        f.deliver(subscription, "3", QOS_1);
        f.deliver(subscription, "4", QOS_1);

        assertThat(f.outbox.take()).containsExactly(new Reported(Report.DROPPED, "t"));
    }

    @Test
    @Spec("MQTT-3.3.2-5")
    void aMessageThatExpiredWhileItWaitedIsNotSent() {
        SessionSubscription subscription = f.subscribe("t", QOS_1);
        f.loseConnection();
        f.outbox.take();
        f.deliver(subscription, publishedBy("other", expiring(message("t", "short", QOS_1), 5)));
        f.deliver(subscription, publishedBy("other", expiring(message("t", "long", QOS_1), 6)));
        f.outbox.nowMillis += 5_000;

        f.connect();

        assertThat(f.outbox.take())
                .filteredOn(effect -> !(effect instanceof Effect.Available))
                .hasSize(2)
                .startsWith(new Reported(Report.EXPIRED, "t"))
                .last()
                .isInstanceOfSatisfying(
                        Published.class, sent -> assertThat(sent.payload()).isEqualTo("long"));
    }

    @Test
    @Spec("MQTT-4.3.3-7")
    void aMessageOnceSentDoesNotExpire() {
        SessionSubscription subscription = f.subscribe("t", QOS_2);
        f.deliver(subscription, publishedBy("other", expiring(message("t", "x", QOS_2), 1)));
        f.outbox.take();
        f.outbox.nowMillis += 60_000;

        f.reconnect();

        assertThat(f.outbox.takePublished()).containsExactly("1:x");
    }

    @Test
    @Spec("MQTT-3.3.2-6")
    void whatIsLeftOfTheExpiryIsTheIntervalLessTheTimeItWaited() {
        Publication publication = publishedBy("other", expiring(message("t", "x", QOS_1), 10));

        assertThat(publication.remainingSeconds(1_000_000)).isEqualTo(10);
        assertThat(publication.remainingSeconds(1_003_000)).isEqualTo(7);
        assertThat(publication.remainingSeconds(1_003_001)).isEqualTo(7);
        assertThat(publication.remainingSeconds(1_009_999)).isEqualTo(1);
        assertThat(publication.isExpired(1_009_999)).isFalse();
        assertThat(publication.isExpired(1_010_000)).isTrue();
    }

    // --- Shared Subscriptions

    @Test
    @Spec("MQTT-4.8.2-4")
    void aSharedQos2MessageOnItsWayIsCompletedByTheSameClient() {
        SessionSubscription shared = f.subscribe("$share/g/t", QOS_2);
        f.deliver(shared, "x", QOS_2);
        f.outbox.take();

        f.reconnect();

        assertThat(f.outbox.takePublished()).containsExactly("1:x");
    }

    @Test
    @Spec("MQTT-4.8.2-5")
    void whenASessionEndsItsSharedMessagesGoToOthersButQos2OnItsWay() {
        f.limits.maxInflightMessages = 2;
        f.reconnect();
        SessionSubscription shared = f.subscribe("$share/g/t", QOS_2);
        SessionSubscription own = f.subscribe("t", QOS_2);
        f.deliver(shared, "on its way", QOS_2);
        f.deliver(shared, "unacknowledged", QOS_1);
        f.deliver(own, "own", QOS_1);
        f.deliver(shared, "waits", QOS_2);
        f.loseConnection();
        f.outbox.take();

        f.session.end(f.outbox);

        assertThat(f.outbox.take(Rerouted.class))
                .extracting(rerouted -> new String(
                        rerouted.publication().message().payload(),
                        java.nio.charset.StandardCharsets.UTF_8))
                .containsExactly("unacknowledged", "waits");
    }

    @Test
    void unsubscribingGivesAwayWhatWaitsThroughThatFilterOnly() {
        f.limits.maxInflightMessages = 1;
        f.reconnect();
        SessionSubscription one = f.subscribe("$share/g/t", QOS_1);
        SessionSubscription two = f.subscribe("$share/h/t", QOS_1);
        f.deliver(one, "sent", QOS_1);
        f.deliver(one, "one", QOS_1);
        f.deliver(two, "two", QOS_1);
        f.outbox.take();

        f.unsubscribe("$share/g/t");

        assertThat(f.outbox.take(Rerouted.class)).hasSize(1);
        f.pubAck(1);
        assertThat(f.outbox.takePublished()).containsExactly("2:two");
    }
}
