// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.thecanary.broker.session.SessionFixture.QOS_0;
import static org.thecanary.broker.session.SessionFixture.QOS_1;
import static org.thecanary.broker.session.SessionFixture.QOS_2;
import static org.thecanary.broker.session.SessionFixture.message;
import static org.thecanary.broker.session.SessionFixture.numbered;
import static org.thecanary.broker.session.SessionFixture.publication;
import static org.thecanary.broker.session.SessionFixture.publishedBy;
import static org.thecanary.broker.session.SessionFixture.retained;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.thecanary.broker.session.Effect.Published;
import org.thecanary.broker.session.Effect.Reported;
import org.thecanary.broker.session.Outbox.Report;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.packet.SubscriptionOptions.RetainHandling;
import org.thecanary.mqtt.topic.TopicName;

import java.util.List;

/** The client is sent messages, and acknowledges them. */
class SessionDeliverTest {
    private final SessionFixture f = SessionFixture.connected();

    // --- how a message is sent

    @ParameterizedTest
    @CsvSource({"0,0,0", "0,2,0", "1,0,0", "1,1,1", "1,2,1", "2,0,0", "2,1,1", "2,2,2"})
    @Spec({"MQTT-3.8.4-8", "MQTT-4.8.2-3", "v3:MQTT-3.8.4-6"})
    void qosIsTheLowerOfMessageAndSubscription(int published, int granted, int expected) {
        SessionSubscription subscription = f.subscribe("t", QoS.of(granted));
        f.outbox.take();

        f.deliver(subscription, "x", QoS.of(published));

        assertThat(f.outbox.take(Published.class))
                .singleElement()
                .extracting(Published::qos)
                .isEqualTo(QoS.of(expected));
    }

    @Test
    void upgradeOutgoingQosSendsWithTheQosOfTheSubscription() {
        f.limits.upgradeOutgoingQos = true;
        f.reconnect();
        SessionSubscription subscription = f.subscribe("t", QOS_2);
        f.outbox.take();

        f.deliver(subscription, "x", QOS_0);

        assertThat(f.outbox.take(Published.class))
                .singleElement()
                .extracting(Published::qos)
                .isEqualTo(QOS_2);
    }

    @Test
    @Spec({"MQTT-3.3.1-12", "v3:MQTT-3.3.1-9"})
    void theRetainFlagIsClearedForAnEstablishedSubscription() {
        SessionSubscription subscription = f.subscribe("t", QOS_0);
        f.outbox.take();

        f.deliver(subscription, publishedBy("other", retained("t", "x", QOS_0)));

        assertThat(f.outbox.take(Published.class))
                .singleElement()
                .extracting(Published::retain)
                .isEqualTo(false);
    }

    @Test
    @Spec("MQTT-3.3.1-13")
    void retainAsPublishedKeepsTheFlagAsItWas() {
        SessionSubscription subscription = f.subscribe(
                "t", new SubscriptionOptions(QOS_1, false, true, RetainHandling.SEND), 0);
        f.outbox.take();

        f.deliver(subscription, publishedBy("other", retained("t", "x", QOS_1)));
        f.deliver(subscription, publishedBy("other", message("t", "x", QOS_1)));

        assertThat(f.outbox.take(Published.class))
                .extracting(Published::retain)
                .containsExactly(true, false);
    }

    @Test
    @Spec("MQTT-3.8.3-3")
    void noLocalKeepsBackOnlyTheClientsOwn() {
        SessionSubscription noLocal = f.subscribe(
                "t", new SubscriptionOptions(QOS_1, true, false, RetainHandling.SEND), 0);
        SessionSubscription local = f.subscribe("+", QOS_1);
        f.outbox.take();

        f.deliver(noLocal, publishedBy("c", message("t", "mine", QOS_1)));
        f.deliver(noLocal, publishedBy("other", message("t", "yours", QOS_1)));
        f.deliver(local, publishedBy("c", message("t", "mine", QOS_1)));

        assertThat(f.outbox.takePublished()).containsExactly("1:yours", "2:mine");
    }

    @Test
    @Spec({"MQTT-3.3.4-3", "MQTT-3.3.4-5"})
    void eachCopyGoesWithTheSubscriptionItMatched() {
        SessionSubscription one = f.subscribe("t", SubscriptionOptions.of(QOS_0), 17);
        SessionSubscription two = f.subscribe("#", SubscriptionOptions.of(QOS_0), 268_435_455);
        f.outbox.take();

        f.deliver(one, "x", QOS_0);
        f.deliver(two, "x", QOS_0);

        assertThat(f.outbox.take(Published.class))
                .extracting(published -> published.subscription().identifier())
                .containsExactly(17, 268_435_455);
    }

    @Test
    @Spec({
        "MQTT-3.3.1-3",
        "MQTT-4.3.1-1",
        "MQTT-4.3.2-2",
        "MQTT-4.3.3-2",
        "v3:MQTT-3.3.1-3",
        "v3:MQTT-4.3.1-1",
        "v3:MQTT-4.3.2-1",
        "v3:MQTT-4.3.3-1"
    })
    void theFirstSendingIsNeverADuplicate() {
        SessionSubscription subscription = f.subscribe("t", QOS_2);
        f.outbox.take();

        f.deliver(subscription, "x", QOS_0);
        f.deliver(subscription, "x", QOS_1);
        f.deliver(subscription, "x", QOS_2);

        assertThat(f.outbox.take(Published.class))
                .extracting(Published::qos, Published::packetId, Published::dup)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(QOS_0, 0, false),
                        org.assertj.core.groups.Tuple.tuple(QOS_1, 1, false),
                        org.assertj.core.groups.Tuple.tuple(QOS_2, 2, false));
    }

    // --- the window

    @Test
    @Spec({"MQTT-3.3.4-9", "MQTT-4.9.0-1", "MQTT-4.9.0-2", "MQTT-4.3.2-3"})
    void noMoreThanReceiveMaximumIsUnacknowledged() {
        f.receiveMaximum = 3;
        f.reconnect();
        SessionSubscription subscription = f.subscribe("t", QOS_1);
        f.outbox.take();

        f.deliverMany(subscription, 5, QOS_1);
        assertThat(f.outbox.takePublished()).isEqualTo(numbered(1, 3));

        f.pubAck(2);
        assertThat(f.outbox.takePublished()).containsExactly("4:4");
        f.pubAck(1);
        assertThat(f.outbox.takePublished()).containsExactly("5:5");
    }

    @Test
    @Spec({"MQTT-3.3.4-9", "MQTT-4.3.3-3", "MQTT-4.3.3-5"})
    void aQos2MessageCountsUntilItsPubComp() {
        f.receiveMaximum = 1;
        f.reconnect();
        SessionSubscription subscription = f.subscribe("t", QOS_2);
        f.outbox.take();
        f.deliverMany(subscription, 2, QOS_2);
        assertThat(f.outbox.takePublished()).containsExactly("1:1");

        f.pubRec(1);
        assertThat(f.outbox.take())
                .containsExactly(new Effect.Sent(new PubRel(1, ReasonCode.SUCCESS)));

        f.pubComp(1);
        assertThat(f.outbox.takePublished()).containsExactly("2:2");
    }

    @Test
    @Spec({"MQTT-3.3.4-10", "MQTT-4.9.0-3"})
    void aFullWindowHoldsNothingElseBack() {
        f.receiveMaximum = 1;
        f.reconnect();
        SessionSubscription subscription = f.subscribe("t", QOS_1);
        f.deliverMany(subscription, 2, QOS_1);
        f.outbox.take();

        f.deliver(subscription, "zero", QOS_0);
        f.publish("u", "x", QOS_1, 9);
        f.publish("u", "x", QOS_2, 10);
        f.unsubscribe("nothing");

        assertThat(f.outbox.take())
                .hasSize(5)
                .contains(new Effect.Sent(new PubAck(9, ReasonCode.SUCCESS)))
                .contains(new Effect.Sent(new PubRec(10, ReasonCode.SUCCESS)));
    }

    @Test
    void maxInflightMessagesBoundsTheWindowToo() {
        f.limits.maxInflightMessages = 2;
        f.reconnect();
        SessionSubscription subscription = f.subscribe("t", QOS_1);
        f.outbox.take();

        f.deliverMany(subscription, 5, QOS_1);

        assertThat(f.outbox.takePublished()).isEqualTo(numbered(1, 2));
    }

    @Test
    void maxInflightBytesBoundsTheWindowButLetsOneMessageThrough() {
        f.limits.maxInflightBytes = 10;
        f.reconnect();
        SessionSubscription subscription = f.subscribe("t", QOS_1);
        f.outbox.take();

        f.deliver(subscription, "more than ten bytes", QOS_1);
        f.deliver(subscription, "12345", QOS_1);
        f.deliver(subscription, "67890", QOS_1);
        f.deliver(subscription, "x", QOS_1);
        assertThat(f.outbox.takePublished()).containsExactly("1:more than ten bytes");

        f.pubAck(1);
        assertThat(f.outbox.takePublished()).containsExactly("2:12345", "3:67890");
    }

    @Test
    void messagesAreSentUntilMaxInflightBytesIsReached() {
        f.limits.maxInflightBytes = 10;
        f.reconnect();
        SessionSubscription subscription = f.subscribe("t", QOS_1);
        f.outbox.take();

        f.deliver(subscription, "123456789", QOS_1);
        f.deliver(subscription, "12345", QOS_1);
        f.deliver(subscription, "x", QOS_1);

        assertThat(f.outbox.takePublished()).containsExactly("1:123456789", "2:12345");
    }

    @Test
    @Spec("MQTT-4.6.0-5")
    void whatWaitsIsNotOvertaken() {
        f.receiveMaximum = 1;
        f.reconnect();
        SessionSubscription subscription = f.subscribe("t", QOS_1);
        f.outbox.take();
        f.deliverMany(subscription, 3, QOS_1);
        f.pubAck(1);
        f.deliver(subscription, "4", QOS_1);
        f.pubAck(2);
        f.pubAck(3);

        assertThat(f.outbox.takePublished()).isEqualTo(numbered(1, 4));
    }

    // --- acknowledgements

    @Test
    @Spec({"MQTT-4.3.3-4", "MQTT-4.6.0-4", "v3:MQTT-4.6.0-4", "v3:MQTT-4.3.3-1"})
    void pubRelFollowsPubRecInItsOrder() {
        SessionSubscription subscription = f.subscribe("t", QOS_2);
        f.deliverMany(subscription, 3, QOS_2);
        f.outbox.take();

        f.pubRec(2);
        f.pubRec(1);
        f.pubRec(1);

        assertThat(f.outbox.takePackets())
                .containsExactly(
                        new PubRel(2, ReasonCode.SUCCESS),
                        new PubRel(1, ReasonCode.SUCCESS),
                        new PubRel(1, ReasonCode.SUCCESS));
    }

    @Test
    @Spec({"MQTT-4.4.0-2", "MQTT-4.3.3-4", "MQTT-4.8.2-6"})
    void aRefusedMessageIsDone() {
        SessionSubscription shared = f.subscribe("$share/g/t", QOS_2);
        f.deliver(shared, "1", QOS_1);
        f.deliver(shared, "2", QOS_2);
        f.outbox.take();

        f.session.pubAck(new PubAck(1, ReasonCode.QUOTA_EXCEEDED), f.outbox);
        f.session.pubRec(new PubRec(2, ReasonCode.QUOTA_EXCEEDED), f.outbox);
        f.reconnect();
        f.loseConnection();
        f.session.end(f.outbox);

        assertThat(f.outbox.take())
                .noneMatch(effect -> effect instanceof Published
                        || effect instanceof Effect.Sent
                        || effect instanceof Effect.Rerouted);
    }

    @Test
    void anUnknownAcknowledgementIsReportedAndHarmless() {
        f.pubAck(1);
        f.pubComp(2);
        f.pubRec(3);

        assertThat(f.outbox.take())
                .containsExactly(
                        new Reported(Report.UNKNOWN_PACKET_ID, ""),
                        new Reported(Report.UNKNOWN_PACKET_ID, ""),
                        new Reported(Report.UNKNOWN_PUBREC, "3"),
                        new Effect.Sent(new PubRel(3, ReasonCode.SUCCESS)));
    }

    @Test
    void anAcknowledgementOfTheWrongKindIsAProtocolError() {
        SessionSubscription subscription = f.subscribe("t", QOS_2);
        f.deliver(subscription, "1", QOS_1);
        f.deliver(subscription, "2", QOS_2);

        assertThatThrownBy(() -> f.pubRec(1)).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> f.pubComp(1)).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> f.pubAck(2)).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> f.pubComp(2)).isInstanceOf(ProtocolException.class);
    }

    // --- slow clients, large messages, rules

    @Test
    @Spec({"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
    void aMessageTooLargeForTheClientIsAsGoodAsDelivered() {
        f.outbox.largestPayload = 3;
        f.receiveMaximum = 1;
        f.reconnect();
        SessionSubscription subscription = f.subscribe("t", QOS_2);
        f.outbox.take();

        f.deliver(subscription, "1234", QOS_1);
        f.deliver(subscription, "1234", QOS_2);
        f.deliver(subscription, "1234", QOS_0);
        f.deliver(subscription, "123", QOS_1);

        assertThat(f.outbox.takePublished()).containsExactly("3:123");
    }

    @Test
    void aSlowClientKeepsItsQos1AndLosesQos0OnlyWhenOverloaded() {
        SessionSubscription subscription = f.subscribe("t", QOS_1);
        f.outbox.take();
        f.outbox.room = 1;

        f.deliverMany(subscription, 3, QOS_1);
        f.deliver(subscription, "zero", QOS_0);
        f.outbox.overloaded = true;
        f.deliver(subscription, "lost", QOS_0);
        assertThat(f.outbox.take())
                .filteredOn(effect -> !(effect instanceof Effect.Available))
                .extracting(effect -> effect instanceof Published p ? p.payload() : effect)
                .containsExactly("1", "zero", new Reported(Report.DROPPED, "t"));

        f.outbox.room = 2;
        f.outbox.overloaded = false;
        f.session.onWritable(f.outbox);
        assertThat(f.outbox.takePublished()).isEqualTo(numbered(2, 3));
    }

    @Test
    @Spec({"MQTT-4.6.0-1", "MQTT-4.6.0-5"})
    void nothingNewGoesBeforeWhatIsToBeResent() {
        SessionSubscription subscription = f.subscribe("t", QOS_1);
        f.deliverMany(subscription, 3, QOS_1);
        f.loseConnection();
        f.outbox.take();
        f.outbox.room = 1;
        f.connect();
        assertThat(f.outbox.takePublished()).containsExactly("1:1");

        f.outbox.room = 10; // the connection takes more, but has not said so yet
        f.deliver(subscription, "4", QOS_1);
        f.session.onWritable(f.outbox);

        assertThat(f.outbox.takePublished()).isEqualTo(numbered(2, 4));
    }

    @Test
    void theQueueIsBoundedAndEachDropReported() {
        f.limits.maxInflightMessages = 1;
        f.limits.maxQueuedMessages = 2;
        f.reconnect();
        SessionSubscription subscription = f.subscribe("t", QOS_1);
        f.outbox.take();

        f.deliverMany(subscription, 5, QOS_1);

        assertThat(f.outbox.take(Reported.class))
                .isEqualTo(List.of(
                        new Reported(Report.DROPPED, "t"), new Reported(Report.DROPPED, "t")));
        f.pubAck(1);
        f.pubAck(2);
        f.pubAck(3);
        assertThat(f.outbox.takePublished()).isEqualTo(numbered(2, 3));
    }

    @Test
    void theQueueIsBoundedInBytes() {
        f.limits.maxInflightMessages = 1;
        f.limits.maxQueuedBytes = 6;
        f.reconnect();
        SessionSubscription subscription = f.subscribe("t", QOS_1);
        f.outbox.take();

        f.deliver(subscription, "first", QOS_1);
        f.deliver(subscription, "1234", QOS_1);
        f.deliver(subscription, "567", QOS_1);
        f.deliver(subscription, "8", QOS_1);

        assertThat(f.outbox.take(Reported.class)).hasSize(1);
        f.pubAck(1);
        f.pubAck(2);
        assertThat(f.outbox.takePublished()).containsExactly("2:1234", "3:567");
    }

    @Test
    void aMessageTheRulesForbidIsNotDelivered() {
        SessionSubscription subscription = f.subscribe("#", QOS_1);
        f.limits.maxInflightMessages = 1;
        f.reconnect();
        f.outbox.take();
        f.deliver(subscription, publication("open", "1", QOS_1));
        f.deliver(subscription, publication("secret", "2", QOS_1)); // waits
        f.outbox.take();

        f.reload(new Permissions() {
            @Override
            public boolean mayPublish(TopicName topic) {
                return true;
            }

            @Override
            public boolean mayReceive(TopicName topic) {
                return !topic.toString().equals("secret");
            }
        });
        f.deliver(subscription, publication("secret", "3", QOS_0));
        f.pubAck(1);

        assertThat(f.outbox.take())
                .filteredOn(effect -> !(effect instanceof Effect.Available))
                .containsExactly(
                        new Reported(Report.DELIVERY_DENIED, "secret"),
                        new Reported(Report.DELIVERY_DENIED, "secret"));
    }

    @Test
    void itSaysWhetherAMessageWouldHaveToWait() {
        f.limits.maxInflightMessages = 1;
        f.reconnect();
        SessionSubscription subscription = f.subscribe("$share/g/t", QOS_1);
        f.outbox.take();

        f.deliverMany(subscription, 3, QOS_1);
        f.pubAck(1);
        f.pubAck(2);
        f.loseConnection();

        assertThat(f.outbox.take(Effect.Available.class))
                .extracting(Effect.Available::now)
                .containsExactly(false, true, false);
    }

    @Test
    void aClientOfVersion3IsSentOneCopyWhereDuplicatesAreNotAllowed() {
        SessionFixture f = new SessionFixture();
        f.version = ProtocolVersion.MQTT_3_1_1;
        f.limits.allowDuplicates = false;
        f.connect();
        SessionSubscription all = f.subscribe("#", QOS_0);
        SessionSubscription one = f.subscribe("t", QOS_0);
        f.outbox.take();
        Publication first = SessionFixture.publication("t", "1", QOS_0);
        Publication second = SessionFixture.publication("t", "1", QOS_0);

        f.deliver(all, first);
        f.deliver(one, first);
        f.deliver(one, second);

        assertThat(f.outbox.take()).hasSize(2);
    }
}
