// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.packet.UnsubAck;
import org.thecanary.mqtt.packet.Unsubscribe;
import org.thecanary.mqtt.topic.TopicFilter;

import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/** Who is sent what, by the filters subscribed to? */
class SubscriptionTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    @Spec({
        "MQTT-3.3.2-3",
        "MQTT-4.7.1-1",
        "MQTT-4.7.1-2",
        "MQTT-4.7.2-1",
        "MQTT-4.7.3-4",
        "v3:MQTT-3.3.2-3",
        "v3:MQTT-4.7.2-1",
        "v3:MQTT-4.7.3-4"
    })
    void onlyWhatMatches(ProtocolVersion version) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient publisher = broker.connect("p");
            String[] topics = {"a", "a/b", "a/b/c", "A/b", "/a", "a/", "a//b", "$x", "$x/b", "å"};
            String[][] wanted = {
                {"#", "a", "a/b", "a/b/c", "A/b", "/a", "a/", "a//b", "å"},
                {"+", "a", "å"},
                {"a/#", "a", "a/b", "a/b/c", "a/", "a//b"},
                {"a/+", "a/b", "a/"},
                {"+/b", "a/b", "A/b"},
                {"+/+", "a/b", "A/b", "/a", "a/"},
                {"a/+/b", "a//b"},
                {"$x", "$x"},
                {"$x/#", "$x", "$x/b"},
                {"a\u030a"}
            };
            for (String[] row : wanted) {
                TestClient subscriber = broker.connect(version, "s");
                subscriber.subscribe(row[0], 0);
                subscriber.subscribe("end", 0);
                for (String topic : topics) {
                    publisher.publish(topic, topic);
                }
                publisher.publish("end", "end");
                TreeSet<String> got = new TreeSet<>();
                Publish next = subscriber.next(Publish.class);
                while (!next.message().topic().toString().equals("end")) {
                    got.add(next.message().topic().toString());
                    next = subscriber.next(Publish.class);
                }
                TreeSet<String> expected = new TreeSet<>(List.of(row));
                if (!List.of(topics).contains(row[0])) {
                    expected.remove(row[0]);
                }
                if (row[0].equals("#")) {
                    subscriber.next(Publish.class); // "#" matches "end" too
                }
                assertThat(got).as(row[0]).isEqualTo(expected);
            }
        }
    }

    @Test
    @Spec({"MQTT-4.7.3-3", "v3:MQTT-4.7.3-3"})
    void topicsAndFiltersOf65535Bytes() throws Exception {
        String topic = "t".repeat(65_535);
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = broker.connect("c");
            client.subscribe(topic, 0);
            client.publish(topic, "x");
            assertThat(client.next(Publish.class).message().topic().toString()).isEqualTo(topic);
        }
    }

    @Test
    @Spec({"MQTT-3.3.4-2", "MQTT-3.3.4-3", "MQTT-3.3.4-5", "v3:MQTT-3.3.5-1"})
    void overlappingFiltersBringOneCopyEachWithItsIdentifierAndQos() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient subscriber = broker.connect("s");
            subscriber.subscribe("a/b", SubscriptionOptions.of(QoS.EXACTLY_ONCE), 1);
            subscriber.subscribe("a/+", SubscriptionOptions.of(QoS.AT_LEAST_ONCE), 2);
            subscriber.subscribe("#", SubscriptionOptions.of(QoS.AT_MOST_ONCE), 268_435_455);
            subscriber.subscribe("+/b", 0);
            broker.connect("p").publishAcknowledged("a/b", "x", false);

            TreeSet<String> copies = new TreeSet<>();
            for (int i = 0; i < 4; i++) {
                Publish copy = subscriber.next(Publish.class);
                copies.add(copy.subscriptionIdentifiers() + " "
                        + copy.message().qos().code());
            }
            assertThat(copies).containsExactly("[1] 1", "[268435455] 0", "[2] 1", "[] 0");
            subscriber.expectNothing();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Spec("v3:MQTT-3.3.5-1")
    void theOneCopyOfOverlappingFiltersHasTheHighestQos(boolean persistent) throws Exception {
        try (TestBroker broker = TestBroker.start((config, _) -> {
            config.allowDuplicateMessages = false;
            config.persistent = persistent;
            config.persistenceLocation = folder;
        })) {
            TestClient subscriber = broker.connect(ProtocolVersion.MQTT_3_1_1, "s");
            TestClient other = broker.connect(ProtocolVersion.MQTT_3_1_1, "o");
            for (String filter : List.of("#", "a/+", "a/b", "+/b")) {
                subscriber.subscribe(filter, filter.equals("a/+") ? 2 : 0);
                other.subscribe(filter, filter.equals("+/b") ? 1 : 0);
            }
            TestClient publisher = broker.connect("p");
            for (String payload : List.of("x", "y")) {
                publisher.publishAcknowledged("a/b", payload, false);
                assertThat(subscriber.next(Publish.class).message().qos())
                        .isEqualTo(QoS.AT_LEAST_ONCE);
                assertThat(other.next(Publish.class).message().qos()).isEqualTo(QoS.AT_LEAST_ONCE);
            }
            subscriber.expectNothing();
            other.expectNothing();
        }
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"MQTT-3.10.4-2", "v3:MQTT-3.10.4-2", "v3:MQTT-3.10.4-1"})
    void nothingAfterUnsubscribe(ProtocolVersion version) throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient subscriber = broker.connect(version, "s");
            TestClient publisher = broker.connect("p");
            subscriber.subscribe("t", 1);
            publisher.publishAcknowledged("t", "before", false);
            assertThat(subscriber.nextPayload()).isEqualTo("before");

            subscriber.send(new Unsubscribe(5, List.of(TopicFilter.of("t"))));
            assertThat(subscriber.next(UnsubAck.class).packetId()).isEqualTo(5);
            publisher.publishAcknowledged("t", "after", false);
            subscriber.expectNothing();
        }
    }

    @Test
    @Spec({"MQTT-4.6.0-5", "MQTT-4.6.0-6", "v3:MQTT-4.6.0-5", "v3:MQTT-4.6.0-6"})
    void theOrderOfAPublisherIsKept() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient publisher = broker.connect("p");
            for (int qos = 0; qos <= 1; qos++) {
                TestClient subscriber = broker.connect("s" + qos);
                subscriber.subscribe("t", 0);
                for (int i = 1; i <= 500; i++) {
                    publisher.publish("t", Integer.toString(i), qos, false, qos == 0 ? 0 : i);
                }
                for (int i = 1; i <= 500; i++) {
                    assertThat(subscriber.nextPayload()).isEqualTo(Integer.toString(i));
                }
                subscriber.close();
            }
        }
    }

    @Test
    @Spec({"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
    void aMessageAboveTheClientsMaximumPacketSizeIsLeftOut() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient small = broker.open(ProtocolVersion.MQTT_5);
            small.connect(greeting -> {
                greeting.maximumPacketSize = 100;
                greeting.receiveMaximum = 1;
            });
            small.subscribe("t", 1);
            TestClient publisher = broker.connect("p");
            publisher.publishAcknowledged("t", "x".repeat(100), false);
            publisher.publishAcknowledged("t", "x".repeat(92), false); // 2 + 2 + 1 + 2 + 1 + 92

            assertThat(small.nextPayload()).hasSize(92);
        }
    }

    @Test
    @Spec({"MQTT-3.1.2-26", "MQTT-3.3.2-11"})
    void aliasesStayWithinTheClientsMaximum() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient subscriber = broker.open(ProtocolVersion.MQTT_5);
            subscriber.connect(greeting -> greeting.topicAliasMaximum = 2);
            subscriber.subscribe("#", 0);
            TestClient publisher = broker.connect("p");
            for (int round = 0; round < 2; round++) {
                for (String topic : new String[] {"a", "b", "c"}) {
                    publisher.publish(topic, topic);
                }
            }
            StringBuilder seen = new StringBuilder();
            for (int i = 0; i < 6; i++) {
                Publish next = subscriber.next(Publish.class);
                seen.append(next.topicAlias()).append(next.message().topic()).append(' ');
            }
            assertThat(seen).hasToString("1a 2b 0c 1 2 0c ");
        }
    }

    @Test
    @Spec("MQTT-3.1.2-27")
    void noAliasesForAClientThatTakesNone() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient subscriber = broker.connect("s");
            subscriber.subscribe("#", 0);
            TestClient publisher = broker.connect("p");
            for (int i = 0; i < 3; i++) {
                publisher.publish("a", "x");
                Publish next = subscriber.next(Publish.class);
                assertThat(next.topicAlias()).isZero();
                assertThat(next.message().properties()).isEqualTo(MessageProperties.NONE);
            }
        }
    }

    @Test
    @Spec("MQTT-3.8.3-3")
    void noLocalHoldsForTheClientIdentifier() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = broker.connect("c");
            client.subscribe(
                    "t",
                    new SubscriptionOptions(
                            QoS.AT_MOST_ONCE, true, false, SubscriptionOptions.RetainHandling.SEND),
                    0);
            client.publish("t", "mine", 0, true, 0);
            client.expectNothing();
            broker.connect("other").publish("t", "yours");
            assertThat(client.nextPayload()).isEqualTo("yours");
        }
    }
}
