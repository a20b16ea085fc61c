// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.thecanary.broker.session.SessionFixture.QOS_0;
import static org.thecanary.broker.session.SessionFixture.QOS_1;
import static org.thecanary.broker.session.SessionFixture.QOS_2;
import static org.thecanary.broker.session.SessionFixture.options;
import static org.thecanary.broker.session.SessionFixture.publishedBy;
import static org.thecanary.broker.session.SessionFixture.retained;

import org.junit.jupiter.api.Test;
import org.thecanary.broker.session.Effect.Published;
import org.thecanary.broker.session.Effect.Sent;
import org.thecanary.broker.session.Effect.Subscribed;
import org.thecanary.broker.session.Effect.Unsubscribed;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.packet.SubscriptionOptions.RetainHandling;
import org.thecanary.mqtt.packet.UnsubAck;
import org.thecanary.mqtt.topic.TopicFilter;

import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/** The client subscribes and unsubscribes, and is sent Retained Messages. */
class SessionSubscribeTest {
    private final SessionFixture f = SessionFixture.connected();

    private static Subscription to(String filter, int qos) {
        return new Subscription(
                TopicFilter.of(filter),
                SubscriptionOptions.of(org.thecanary.mqtt.packet.QoS.of(qos)));
    }

    private void retain(Publication... publications) {
        f.outbox.retained = _ -> List.of(publications).iterator();
    }

    @Test
    @Spec({
        "MQTT-2.2.1-6",
        "MQTT-3.8.4-1",
        "MQTT-3.8.4-2",
        "MQTT-3.8.4-5",
        "MQTT-3.8.4-6",
        "MQTT-3.8.4-7",
        "MQTT-3.9.3-1",
        "v3:MQTT-2.3.1-7",
        "v3:MQTT-3.8.4-1",
        "v3:MQTT-3.8.4-2",
        "v3:MQTT-3.8.4-4",
        "v3:MQTT-3.8.4-5",
        "v3:MQTT-3.9.3-1"
    })
    void oneSubAckAnswersAllFiltersInTheirOrder() {
        f.session.subscribe(
                new Subscribe(300, List.of(to("a", 2), to("b", 0), to("c", 1))), f.outbox);

        List<Effect> effects = f.outbox.take();
        assertThat(effects.subList(0, 3))
                .allMatch(Subscribed.class::isInstance)
                .extracting(
                        effect -> ((Subscribed) effect).subscription().filter().toString())
                .containsExactly("a", "b", "c");
        assertThat(effects.get(3))
                .isEqualTo(new Sent(new SubAck(
                        300,
                        List.of(
                                ReasonCode.GRANTED_QOS_2,
                                ReasonCode.GRANTED_QOS_0,
                                ReasonCode.GRANTED_QOS_1))));
    }

    @Test
    @Spec({"MQTT-3.2.2-10", "MQTT-3.8.4-7", "v3:MQTT-3.8.4-6"})
    void noMoreThanOurMaximumQosIsGranted() {
        f.limits.maxQoS = QOS_1;
        f.reconnect();
        f.outbox.take();

        SessionSubscription made = f.subscribe("a", QOS_2);

        assertThat(made.options().qos()).isEqualTo(QOS_1);
        assertThat(f.outbox.takePackets())
                .containsExactly(new SubAck(1, List.of(ReasonCode.GRANTED_QOS_1)));
    }

    @Test
    void subscriptionsBeyondTheLimitAreRefusedOneByOne() {
        f.limits.maxSubscriptions = 2;
        f.reconnect();
        f.outbox.take();

        f.session.subscribe(
                new Subscribe(1, List.of(to("a", 0), to("b", 0), to("c", 0), to("a", 1))),
                f.outbox);

        assertThat(f.outbox.takePackets())
                .containsExactly(new SubAck(
                        1,
                        List.of(
                                ReasonCode.GRANTED_QOS_0,
                                ReasonCode.GRANTED_QOS_0,
                                ReasonCode.QUOTA_EXCEEDED,
                                ReasonCode.GRANTED_QOS_1)));
    }

    @Test
    @Spec({"MQTT-3.8.4-3", "v3:MQTT-3.8.4-3"})
    void theSameFilterReplacesTheSubscription() {
        f.subscribe("a", SubscriptionOptions.of(QOS_2), 5);
        f.subscribe("a", SubscriptionOptions.of(QOS_0), 6);

        assertThat(f.session.subscriptions())
                .containsExactly(new SessionSubscription(
                        TopicFilter.of("a"), SubscriptionOptions.of(QOS_0), 6));
    }

    // --- Retained Messages

    @Test
    @Spec({"MQTT-3.3.1-9", "MQTT-3.8.4-4", "v3:MQTT-3.3.1-6", "v3:MQTT-3.3.1-8", "v3:MQTT-3.8.4-3"})
    void retainedMessagesFollowEverySubscribe() {
        retain(
                publishedBy("other", retained("a", "1", QOS_1)),
                publishedBy("other", retained("b", "2", QOS_0)));
        for (int i = 1; i <= 2; i++) {
            f.subscribe("#", QOS_1);

            assertThat(f.outbox.take(Published.class))
                    .extracting(
                            Published::topic,
                            Published::qos,
                            Published::retain,
                            Published::packetId)
                    .containsExactly(tuple("a", QOS_1, true, i), tuple("b", QOS_0, true, 0));
        }
    }

    @Test
    @Spec("MQTT-3.3.1-10")
    void retainHandling1SendsThemToANewSubscriptionOnly() {
        retain(publishedBy("other", retained("a", "1", QOS_0)));

        f.subscribe("a", options(QOS_0, RetainHandling.SEND_IF_NEW), 0);
        assertThat(f.outbox.takePublished()).containsExactly("0:1");
        f.subscribe("a", options(QOS_0, RetainHandling.SEND_IF_NEW), 0);
        assertThat(f.outbox.takePublished()).isEmpty();
        f.unsubscribe("a");
        f.subscribe("a", options(QOS_0, RetainHandling.SEND_IF_NEW), 0);
        assertThat(f.outbox.takePublished()).containsExactly("0:1");
    }

    @Test
    @Spec("MQTT-3.3.1-11")
    void retainHandling2SendsNone() {
        retain(publishedBy("other", retained("a", "1", QOS_0)));

        f.subscribe("a", options(QOS_0, RetainHandling.DO_NOT_SEND), 0);

        assertThat(f.outbox.takePublished()).isEmpty();
    }

    @Test
    void aSharedSubscriptionGetsNone() {
        retain(publishedBy("other", retained("a", "1", QOS_0)));

        f.subscribe("$share/g/a", QOS_0);

        assertThat(f.outbox.takePublished()).isEmpty();
    }

    @Test
    @Spec("MQTT-3.8.3-3")
    void noLocalHoldsForRetainedMessagesToo() {
        retain(
                publishedBy("c", retained("a", "mine", QOS_0)),
                publishedBy("d", retained("b", "yours", QOS_0)));

        f.subscribe("#", new SubscriptionOptions(QOS_0, true, false, RetainHandling.SEND), 0);

        assertThat(f.outbox.takePublished()).containsExactly("0:yours");
    }

    @Test
    @Spec("MQTT-3.3.2-5")
    void anExpiredRetainedMessageIsNotSent() {
        Publication mortal =
                publishedBy("d", SessionFixture.expiring(retained("a", "late", QOS_0), 5));
        retain(mortal, publishedBy("d", retained("b", "x", QOS_0)));
        f.outbox.nowMillis += 5_000;

        f.subscribe("#", QOS_0);

        assertThat(f.outbox.takePublished()).containsExactly("0:x");
    }

    @Test
    @Spec("MQTT-3.3.1-9")
    void aHundredThousandRetainedMessagesAreTakenAsTheClientTakesThem() {
        int count = 100_000;
        int[] made = {0};
        f.outbox.retained = _ -> IntStream.rangeClosed(1, count)
                .mapToObj(i -> {
                    made[0]++;
                    return publishedBy("d", retained("t/" + i, Integer.toString(i), QOS_1));
                })
                .iterator();
        f.limits.maxQueuedMessages = 5;
        f.reconnect();
        f.outbox.take();
        f.subscribe("#", QOS_1);

        int received = 0;
        int acknowledged = 0;
        while (acknowledged < count) {
            List<Published> sent = f.outbox.take(Published.class);
            assertThat(sent).isNotEmpty();
            for (Published one : sent) {
                assertThat(one.payload()).isEqualTo(Integer.toString(++received));
            }
            assertThat(made[0] - acknowledged).isLessThanOrEqualTo(22);
            for (Published one : sent) {
                acknowledged++;
                f.session.pubAck(new PubAck(one.packetId(), ReasonCode.SUCCESS), f.outbox);
            }
        }

        assertThat(received).isEqualTo(count);
        assertThat(f.outbox.take()).isEmpty();
    }

    @Test
    void aReplayWaitsForAConnectionThatIsNotWritable() {
        Iterator<Publication> endless = IntStream.iterate(1, i -> i + 1)
                .mapToObj(i -> publishedBy("d", retained("t", Integer.toString(i), QOS_0)))
                .iterator();
        f.outbox.retained = _ -> endless;
        f.outbox.room = 3;

        f.subscribe("#", QOS_0);
        assertThat(f.outbox.takePublished()).containsExactly("0:1", "0:2", "0:3");
        f.outbox.room = 1;
        f.session.onWritable(f.outbox);
        assertThat(f.outbox.takePublished()).containsExactly("0:4");
    }

    @Test
    void liveMessagesAreNotHeldUpByAReplay() {
        f.outbox.retained = _ -> IntStream.iterate(1, i -> i + 1)
                .mapToObj(i -> publishedBy("d", retained("t", "r", QOS_1)))
                .iterator();
        SessionSubscription subscription = f.subscribe("#", QOS_1); // fills the window
        f.outbox.take();
        f.deliver(subscription, "live", QOS_1);
        assertThat(f.outbox.takePublished()).isEmpty();

        f.pubAck(1);
        f.pubAck(2);

        assertThat(f.outbox.takePublished()).startsWith("21:live").hasSize(2);
    }

    @Test
    @Spec("MQTT-3.3.1-9")
    void aReplayGoesOnWhenTheClientIsBack() {
        f.limits.maxInflightMessages = 1;
        f.reconnect();
        retain(
                publishedBy("d", retained("a", "1", QOS_1)),
                publishedBy("d", retained("b", "2", QOS_1)));
        f.subscribe("#", QOS_1);
        f.loseConnection();
        f.outbox.take();

        f.connect();
        f.pubAck(1);

        assertThat(f.outbox.takePublished()).containsExactly("1:1", "2:2");
    }

    @Test
    @Spec("MQTT-3.8.4-3")
    void aNewSubscribeTakesTheReplayOver() {
        f.limits.maxInflightMessages = 1;
        f.reconnect();
        retain(
                publishedBy("d", retained("a", "1", QOS_1)),
                publishedBy("d", retained("b", "2", QOS_1)));
        f.subscribe("#", SubscriptionOptions.of(QOS_1), 7);
        assertThat(f.outbox.takePublished()).containsExactly("1:1");

        f.subscribe("#", SubscriptionOptions.of(QOS_0), 8);
        f.pubAck(1);

        assertThat(f.outbox.take(Published.class))
                .extracting(
                        Published::payload,
                        Published::packetId,
                        sent -> sent.subscription().identifier())
                .containsExactly(tuple("1", 0, 8), tuple("2", 0, 8));
    }

    // --- UNSUBSCRIBE

    @Test
    @Spec({
        "MQTT-2.2.1-6",
        "MQTT-3.10.4-1",
        "MQTT-3.10.4-4",
        "MQTT-3.10.4-5",
        "MQTT-3.10.4-6",
        "MQTT-3.11.3-1",
        "v3:MQTT-2.3.1-7",
        "v3:MQTT-3.10.4-1",
        "v3:MQTT-3.10.4-4",
        "v3:MQTT-3.10.4-5",
        "v3:MQTT-3.10.4-6"
    })
    void unsubscribeComparesFiltersCharacterByCharacterAndAnswersEach() {
        SessionSubscription one = f.subscribe("a/+", QOS_0);
        f.subscribe("a/b", QOS_0);
        f.outbox.take();

        f.unsubscribe("a/#", "a/+", "A/b");

        assertThat(f.outbox.take())
                .containsExactly(
                        new Unsubscribed(one),
                        new Sent(new UnsubAck(
                                7,
                                List.of(
                                        ReasonCode.NO_SUBSCRIPTION_EXISTED,
                                        ReasonCode.SUCCESS,
                                        ReasonCode.NO_SUBSCRIPTION_EXISTED))));
        f.unsubscribe("nothing");
        assertThat(f.outbox.takePackets())
                .containsExactly(new UnsubAck(7, List.of(ReasonCode.NO_SUBSCRIPTION_EXISTED)));
    }

    @Test
    @Spec("MQTT-3.10.4-2")
    void unsubscribeEndsItsReplay() {
        f.limits.maxInflightMessages = 1;
        f.reconnect();
        retain(
                publishedBy("d", retained("a", "1", QOS_1)),
                publishedBy("d", retained("b", "2", QOS_1)));
        f.subscribe("#", QOS_1);
        f.outbox.take();

        f.unsubscribe("#");
        f.pubAck(1);

        assertThat(f.outbox.takePublished()).isEmpty();
    }

    @Test
    @Spec({"MQTT-3.10.4-3", "v3:MQTT-3.10.4-3"})
    void unsubscribeDoesNotCutShortWhatIsOnItsWay() {
        SessionSubscription subscription = f.subscribe("t", QOS_2);
        f.deliver(subscription, "x", QOS_2);
        f.outbox.take();

        f.unsubscribe("t");
        f.reconnect();
        assertThat(f.outbox.takePublished()).containsExactly("1:x");
        f.pubRec(1);
        f.pubComp(1);
        f.reconnect();
        assertThat(f.outbox.takePublished()).isEmpty();
    }
}
