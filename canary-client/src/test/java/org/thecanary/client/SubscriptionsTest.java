// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.thecanary.client.Samples.connAck;
import static org.thecanary.client.Samples.line;
import static org.thecanary.mqtt.packet.ReasonCode.GRANTED_QOS_1;
import static org.thecanary.mqtt.packet.ReasonCode.NOT_AUTHORIZED;
import static org.thecanary.mqtt.packet.ReasonCode.SUCCESS;

import org.junit.jupiter.api.Test;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.UnsubAck;
import org.thecanary.mqtt.packet.Unsubscribe;
import org.thecanary.mqtt.packet.UserProperty;
import org.thecanary.mqtt.topic.TopicFilter;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

class SubscriptionsTest {
    private final ClientSession session = Samples.session(ProtocolVersion.MQTT_5);
    private RecordingOutbox outbox = new RecordingOutbox();

    private void reconnect(boolean sessionPresent) {
        session.disconnected();
        outbox = new RecordingOutbox();
        session.connected(connAck(sessionPresent), false, outbox);
    }

    private Outcome<SubAck> subscribe(int identifier, Subscription... lines) {
        var outcome = new Outcome<SubAck>();
        session.subscribe(List.of(lines), identifier, List.of(), outcome);
        return outcome;
    }

    private Outcome<UnsubAck> unsubscribe(String... filters) {
        var outcome = new Outcome<UnsubAck>();
        List<TopicFilter> all = List.of(filters).stream().map(TopicFilter::of).toList();
        session.unsubscribe(all, List.of(), outcome);
        return outcome;
    }

    /** Filters of all SUBSCRIBEs sent since the last call. */
    private List<String> asked() {
        List<String> filters = new ArrayList<>();
        for (Packet packet : outbox.take()) {
            if (packet instanceof Subscribe subscribe) {
                subscribe
                        .subscriptions()
                        .forEach(each -> filters.add(each.filter().toString()));
            }
        }
        return filters;
    }

    @Test
    void requestsWaitForTheConnectionAndAreAnswered() {
        Outcome<SubAck> subscribed = subscribe(4, line("a"), line("b"));
        Outcome<UnsubAck> unsubscribed = unsubscribe("a");
        session.connected(connAck(false), false, outbox);
        assertThat(outbox.take())
                .containsExactly(
                        new Subscribe(1, List.of(line("a"), line("b")), 4, List.of()),
                        new Unsubscribe(2, List.of(TopicFilter.of("a"))));

        var subAck = new SubAck(
                1,
                List.of(GRANTED_QOS_1, NOT_AUTHORIZED),
                "no b",
                List.of(new UserProperty("k", "v")));
        session.received(subAck);
        session.received(new UnsubAck(2, List.of(SUCCESS)));

        assertThat(subscribed.result).isEqualTo(subAck);
        assertThat(unsubscribed.result).isEqualTo(new UnsubAck(2, List.of(SUCCESS)));
    }

    @Test
    void requestsThatLostTheirConnectionAreMadeAgainInOrder() {
        session.connected(connAck(false), false, outbox);
        Outcome<SubAck> first = subscribe(0, line("a"));
        subscribe(0, line("b"));
        unsubscribe("c");

        reconnect(true);

        assertThat(outbox.take())
                .containsExactly(
                        new Subscribe(4, List.of(line("a"))),
                        new Subscribe(5, List.of(line("b"))),
                        new Unsubscribe(6, List.of(TopicFilter.of("c"))));
        session.received(new SubAck(4, List.of(GRANTED_QOS_1)));
        assertThat(first.isOpen()).isFalse();
    }

    @Test
    void whatWasGrantedIsRenewedWhereTheServerLostIt() {
        session.connected(connAck(false), false, outbox);
        subscribe(0, line("a"), line("refused"));
        subscribe(7, line("b"));
        subscribe(0, line("gone"));
        session.received(new SubAck(1, List.of(GRANTED_QOS_1, NOT_AUTHORIZED)));
        session.received(new SubAck(2, List.of(GRANTED_QOS_1)));
        session.received(new SubAck(3, List.of(GRANTED_QOS_1)));
        unsubscribe("gone");
        session.received(new UnsubAck(4, List.of(SUCCESS)));

        reconnect(true);
        assertThat(outbox.sent).isEmpty();

        reconnect(false);
        assertThat(outbox.take())
                .containsExactlyInAnyOrder(
                        new Subscribe(5, List.of(line("b")), 7, List.of()),
                        new Subscribe(6, List.of(line("a"))));
        reconnect(false); // nor does it pile up
        assertThat(asked()).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void whatIsNotGrantedAgainIsTold() {
        session.connected(connAck(false), false, outbox);
        subscribe(0, line("a"), line("b"));
        session.received(new SubAck(1, List.of(GRANTED_QOS_1, GRANTED_QOS_1)));
        reconnect(false);

        session.received(new SubAck(2, List.of(GRANTED_QOS_1, NOT_AUTHORIZED)));

        assertThat(outbox.lost).containsExactly(TopicFilter.of("b"));
        reconnect(false);
        assertThat(asked()).containsExactly("a");
    }

    @Test
    void renewalIsSplitUntilItFits() {
        session.connected(connAck(false), false, outbox);
        List<String> filters =
                IntStream.range(0, 100).mapToObj(i -> "filter/" + i).toList();
        for (String filter : filters) {
            subscribe(0, line(filter));
        }
        for (int id = 1; id <= 100; id++) {
            session.received(new SubAck(id, List.of(GRANTED_QOS_1)));
        }
        session.disconnected();
        outbox = new RecordingOutbox();
        outbox.maximumPacketSize = 200;
        session.connected(connAck(false), false, outbox);

        assertThat(outbox.sent.size()).isGreaterThan(5);
        assertThat(asked()).isEqualTo(filters);
    }

    @Test
    void endAndResetForgetWhatWasAskedAndGranted() {
        session.connected(connAck(false), false, outbox);
        subscribe(0, line("a"));
        session.received(new SubAck(1, List.of(GRANTED_QOS_1)));
        Outcome<SubAck> open = subscribe(0, line("b"));

        session.end(new ClientException("over"));
        session.reset();
        reconnect(false);

        assertThat(open.failure).hasMessage("over");
        assertThat(outbox.sent).isEmpty();
    }

    @Test
    void whatTheServerDoesNotSupportIsNotAsked() {
        ConnAck.Properties none = ConnAck.Properties.NONE;
        var poor = new ConnAck.Properties(
                none.topicAliasMaximum(),
                null,
                none.serverKeepAlive(),
                none.sessionExpiryInterval(),
                none.maximumQoS(),
                true,
                none.maximumPacketSize(),
                none.receiveMaximum(),
                false,
                false,
                false,
                null,
                null,
                null,
                null,
                null,
                List.of());
        session.connected(new ConnAck(false, ReasonCode.SUCCESS, poor), false, outbox);

        assertThat(subscribe(0, line("a/#")).failure).hasMessageContaining("wildcards");
        assertThat(subscribe(0, line("$share/g/a")).failure).hasMessageContaining("Shared");
        assertThat(subscribe(5, line("a")).failure).hasMessageContaining("Identifiers");
        assertThat(subscribe(0, line("a")).isOpen()).isTrue();
        assertThat(asked()).containsExactly("a");
    }

    @Test
    void wrongNumberOfReasonCodesIsAProtocolError() {
        session.connected(connAck(false), false, outbox);
        subscribe(0, line("a"));
        unsubscribe("a", "b");

        assertThatThrownBy(() -> session.received(new SubAck(1, List.of(SUCCESS, SUCCESS))))
                .isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> session.received(new UnsubAck(2, List.of(SUCCESS))))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void strayAnswersChangeNothing() {
        session.connected(connAck(false), false, outbox);
        Outcome<SubAck> open = subscribe(0, line("a"));

        session.received(new SubAck(9, List.of(SUCCESS)));
        session.received(new UnsubAck(1, List.of(SUCCESS)));

        assertThat(open.isOpen()).isTrue();
    }

    @Test
    void bareUnsubAckOfOlderVersionsMeansAll() {
        var v3 = Samples.session(ProtocolVersion.MQTT_3_1_1);
        v3.connected(connAck(false), true, outbox);
        v3.subscribe(List.of(line("a")), 0, List.of(), new Outcome<>());
        v3.received(new SubAck(1, List.of(GRANTED_QOS_1)));
        v3.unsubscribe(List.of(TopicFilter.of("a")), List.of(), new Outcome<>());
        v3.received(new UnsubAck(2, List.of()));
        v3.disconnected();
        outbox.take();

        v3.connected(connAck(false), true, outbox);

        assertThat(outbox.sent).isEmpty();
    }
}
