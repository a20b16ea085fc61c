// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.client.Disconnected.Cause;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.packet.UserProperty;
import org.thecanary.mqtt.packet.Will;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Does the client get along with the real mosquitto? */
@Timeout(60)
class MqttClientOnMosquittoTest {
    @TempDir
    static Path folder;

    private static Mosquitto mosquitto;
    private static ClientThreads threads;
    private final List<MqttClient> clients = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        mosquitto = new Mosquitto(folder, "max_inflight_messages 20", "max_keepalive 600");
        threads = new ClientThreads();
    }

    @AfterAll
    static void stop() throws Exception {
        mosquitto.close();
        threads.close();
    }

    @AfterEach
    void closeClients() {
        clients.forEach(MqttClient::close);
    }

    private static ClientOptions.Builder options(String id) {
        return ClientOptions.builder("127.0.0.1", mosquitto.port()).clientId(id);
    }

    private MqttClient client(ClientOptions.Builder options, ClientEvents events) {
        var client = new MqttClient(options.build(), threads, events);
        clients.add(client);
        return client;
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(15, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void messagesOfEachQosComeOnceAndInOrder(ProtocolVersion version) throws Exception {
        var events = new Recorder();
        MqttClient client = client(options("order" + version).version(version), events);

        get(client.connect());
        for (QoS qos : QoS.values()) {
            String topic = version + "/" + qos;
            assertThat(get(client.subscribe(topic, qos)).reasons())
                    .containsExactly(ReasonCode.granted(qos));
            List<CompletableFuture<PublishResult>> results = IntStream.range(0, 200)
                    .mapToObj(i -> client.publish(topic, ("" + i).getBytes(UTF_8), qos))
                    .toList();
            for (CompletableFuture<PublishResult> result : results) {
                assertThat(get(result).reason().isError()).isFalse();
            }
            events.awaitMessages(200);

            assertThat(events.payloads())
                    .isEqualTo(IntStream.range(0, 200).mapToObj(i -> "" + i).toList());
            assertThat(events.messages).allMatch(p -> p.message().qos() == qos);
            events.messages.clear();
        }
        get(client.disconnect());

        assertThat(events.ends).singleElement().satisfies(end -> {
            assertThat(end.cause()).isEqualTo(Cause.APPLICATION);
            assertThat(end.willReconnect()).isFalse();
        });
    }

    private MqttClient connected(ClientOptions.Builder options, ClientEvents events)
            throws Exception {
        MqttClient client = client(options, events);
        get(client.connect());
        return client;
    }

    @Test
    void propertiesTravelBothWays() throws Exception {
        var events = new Recorder();
        MqttClient client = connected(options("props").topicAliasMaximum(10), events);
        var properties = new MessageProperties(
                1,
                600,
                "text/plain",
                "answers/here",
                new byte[] {1, 2, 3},
                List.of(new UserProperty("k", "v"), new UserProperty("k", "w")));
        var message = new Message(
                TopicName.of("props/a"), QoS.EXACTLY_ONCE, true, "x".getBytes(UTF_8), properties);
        get(client.publish(message, 1));

        var line = new Subscription(
                TopicFilter.of("props/+"),
                new SubscriptionOptions(
                        QoS.EXACTLY_ONCE, true, true, SubscriptionOptions.RetainHandling.SEND));
        get(client.subscribe(List.of(line), 77, List.of(new UserProperty("s", "t"))));
        events.awaitMessages(1);

        assertThat(events.messages.getFirst().subscriptionIdentifiers()).containsExactly(77);
        Message got = events.messages.getFirst().message();
        assertThat(got.properties().messageExpiryInterval()).isBetween(590L, 600L);
        assertThat(got.withProperties(got.properties().withMessageExpiryInterval(600)))
                .isEqualTo(message);
        get(client.publish("props/b", new byte[0], QoS.EXACTLY_ONCE)); // No Local
        assertThat(get(client.unsubscribe(List.of(TopicFilter.of("props/+")))).reasons())
                .containsExactly(ReasonCode.SUCCESS);
        assertThat(get(client.unsubscribe(List.of(TopicFilter.of("props/+")))).reasons())
                .containsExactly(ReasonCode.NO_SUBSCRIPTION_EXISTED);
        assertThat(events.messages).hasSize(1);
    }

    @Test
    void reasonOfThePubAckIsHandedOn() throws Exception {
        MqttClient client = connected(options("reasons"), ClientEvents.NONE);

        assertThat(get(client.publish("nobody/listens", new byte[0], QoS.AT_LEAST_ONCE))
                        .reason())
                .isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
    }

    @Test
    void serverSaysWhatIsInForce() throws Exception {
        Connected connected =
                get(client(options("").keepAlive(Duration.ofSeconds(1_000)), ClientEvents.NONE)
                        .connect());

        assertThat(connected.clientId()).isNotEmpty();
        assertThat(connected.keepAliveSeconds()).isEqualTo(600);
        assertThat(connected.connAck().properties().receiveMaximum()).isEqualTo(20);
    }

    @ParameterizedTest
    @CsvSource({"MQTT_3_1_1,true", "MQTT_5,true", "MQTT_3_1_1,false", "MQTT_5,false"})
    void willIsPublishedUnlessTheClientLeavesInOrder(ProtocolVersion version, boolean abrupt)
            throws Exception {
        var events = new Recorder();
        MqttClient watcher = connected(options("watcher"), events);
        get(watcher.subscribe("will/#", QoS.AT_LEAST_ONCE));
        var will = new Will(
                new Message(
                        TopicName.of("will/" + version),
                        QoS.AT_LEAST_ONCE,
                        false,
                        "gone".getBytes(UTF_8),
                        MessageProperties.NONE),
                0);
        MqttClient dying =
                connected(options("dying").version(version).will(will), ClientEvents.NONE);

        if (abrupt) {
            dying.close();
            events.awaitMessages(1);
        } else {
            get(dying.disconnect());
        }
        get(watcher.publish("will/end", "end".getBytes(UTF_8), QoS.AT_LEAST_ONCE));

        events.awaitMessages(abrupt ? 2 : 1);
        assertThat(events.payloads())
                .containsExactly(abrupt ? new String[] {"gone", "end"} : new String[] {"end"});
    }

    @Test
    void disconnectCanAskForTheWill() throws Exception {
        var events = new Recorder();
        MqttClient watcher = connected(options("watcher"), events);
        get(watcher.subscribe("asked", QoS.AT_MOST_ONCE));
        var will = new Will(
                Samples.message("gone", QoS.AT_MOST_ONCE).withTopic(TopicName.of("asked")), 0);
        MqttClient leaving = connected(options("leaving").will(will), ClientEvents.NONE);

        get(leaving.disconnect(new Disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, null)));

        events.awaitMessages(1);
    }

    @Test
    void sessionOutlivesTheClientAndKeepsItsMessages() throws Exception {
        var events = new Recorder();
        ClientOptions.Builder options =
                options("durable").cleanStart(false).sessionExpiry(Duration.ofMinutes(5));
        MqttClient client = connected(options, events);
        get(client.subscribe("durable/#", QoS.EXACTLY_ONCE));
        get(client.disconnect());
        MqttClient other = connected(options("other"), ClientEvents.NONE);
        for (QoS qos : List.of(QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE)) {
            get(other.publish("durable/a", ("" + qos).getBytes(UTF_8), qos));
        }

        assertThat(get(client.connect()).sessionPresent()).isTrue();
        events.awaitMessages(2);
        assertThat(events.payloads()).containsExactly("AT_LEAST_ONCE", "EXACTLY_ONCE");
        get(client.disconnect());

        var stranger = new Recorder(); // as after a restart of the program
        assertThat(get(client(options, stranger).connect()).sessionPresent()).isTrue();
    }

    @Test
    void whatIsNotAcknowledgedComesAgain() throws Exception {
        var events = new Recorder();
        ClientOptions.Builder options = options("manual")
                .cleanStart(false)
                .sessionExpiry(Duration.ofMinutes(5))
                .manualAcknowledgement(true);
        MqttClient client = connected(options, events);
        get(client.subscribe("manual", QoS.EXACTLY_ONCE));
        client.publish("manual", "1".getBytes(UTF_8), QoS.AT_LEAST_ONCE);
        client.publish("manual", "2".getBytes(UTF_8), QoS.EXACTLY_ONCE);
        events.awaitMessages(2);
        get(client.disconnect());
        events.acknowledgements.get(1).acknowledge();
        get(client.connect());
        events.awaitMessages(3);

        assertThat(events.payloads()).containsExactly("1", "2", "1");
        events.acknowledgements.get(2).acknowledge();
        get(client.publish("manual", "3".getBytes(UTF_8), QoS.AT_LEAST_ONCE));
        events.awaitMessages(4);
        assertThat(events.payloads()).endsWith("3");
        assertThat(events.messages.get(2).dup()).isTrue();
    }

    @Test
    void whoPausesGetsTheRestLater() throws Exception {
        var events = new Recorder();
        MqttClient slow = connected(options("slow"), events);
        get(slow.subscribe("flood", QoS.AT_LEAST_ONCE));
        slow.pauseReceiving();
        MqttClient fast = connected(options("fast").maxPending(100), ClientEvents.NONE);
        List<CompletableFuture<PublishResult>> results = new ArrayList<>();
        for (int i = 0; i < 900; i++) {
            results.add(fast.publishBlocking(new Message(
                    TopicName.of("flood"),
                    QoS.AT_LEAST_ONCE,
                    false,
                    new byte[1_000],
                    MessageProperties.NONE)));
        }
        for (CompletableFuture<PublishResult> result : results) {
            get(result);
        }
        assertThat(events.messages.size()).isLessThan(900);

        slow.resumeReceiving();

        events.awaitMessages(900);
    }

    @Test
    void burstOfMessagesNeitherBlocksNorIsLost() throws Exception {
        var events = new Recorder();
        MqttClient client = connected(options("burst").maxPending(500), ClientEvents.NONE);
        MqttClient counter = connected(options("counter"), events);
        get(counter.subscribe("burst", QoS.AT_MOST_ONCE));
        Message message = Samples.message("x", QoS.AT_MOST_ONCE).withTopic(TopicName.of("burst"));

        CompletableFuture<PublishResult> last = new CompletableFuture<>();
        for (int i = 0; i < 20_000; i++) {
            last = client.publishBlocking(message);
        }
        get(last);
        get(client.publish("done", new byte[0], QoS.AT_LEAST_ONCE));

        assertThat(client.isWritable()).isTrue();
        events.awaitMessages(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    void brokerThatRestartsInOrderLosesNothingAndDoublesNothing(
            ProtocolVersion version, @TempDir Path own) throws Exception {
        try (var broker = new Mosquitto(own)) {
            var events = new Recorder();
            MqttClient subscriber = client(resuming(broker, "sub", version), events);
            MqttClient publisher = client(resuming(broker, "pub", version), new Recorder());
            get(subscriber.connect());
            get(publisher.connect());
            get(subscriber.subscribe("restart/#", QoS.EXACTLY_ONCE));

            List<String> sent = new ArrayList<>();
            List<CompletableFuture<PublishResult>> results = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                if (i % 200 == 100) {
                    int enough = i / 2;
                    await().atMost(Duration.ofSeconds(15))
                            .until(() -> events.messages.size() > enough);
                    broker.stop();
                    broker.start();
                }
                sent.add("" + i);
                results.add(publisher.publishBlocking(new Message(
                        TopicName.of("restart/a"),
                        QoS.EXACTLY_ONCE,
                        false,
                        ("" + i).getBytes(UTF_8),
                        MessageProperties.NONE)));
            }
            for (CompletableFuture<PublishResult> result : results) {
                assertThat(get(result).reason().isError()).isFalse();
            }
            events.awaitMessages(600);

            assertThat(events.payloads()).containsExactlyInAnyOrderElementsOf(sent);
            assertThat(events.connections.size()).isGreaterThanOrEqualTo(4);
            assertThat(events.connections).last().matches(Connected::sessionPresent);
        }
    }

    @Test
    void brokerThatForgetsEverythingGetsItAllAgain(@TempDir Path own) throws Exception {
        try (var broker = new Mosquitto(own)) {
            var events = new Recorder();
            ClientOptions.Builder options = ClientOptions.builder("localhost", broker.port())
                    .version(ProtocolVersion.MQTT_3_1_1)
                    .reconnect(
                            ReconnectPolicy.backOff(Duration.ofMillis(10), Duration.ofMillis(50)));
            MqttClient client = client(options, events);
            get(client.connect());
            get(client.subscribe("again", QoS.AT_LEAST_ONCE));
            for (int round = 1; round <= 3; round++) {
                broker.kill();
                Files.deleteIfExists(own.resolve("mosquitto.db"));
                events.awaitEnds(round);
                CompletableFuture<PublishResult> result =
                        client.publish("again", ("" + round).getBytes(UTF_8), QoS.EXACTLY_ONCE);
                broker.start();
                get(result);
                events.awaitMessages(round);
            }

            assertThat(events.payloads()).containsExactly("1", "2", "3");
            assertThat(events.connections).allMatch(connected -> !connected.sessionPresent());
        }
    }

    @Test
    void clientMayBeThereBeforeItsBroker(@TempDir Path own) throws Exception {
        try (var broker = new Mosquitto(own)) {
            broker.stop();
            var events = new Recorder();
            MqttClient client = client(resuming(broker, "early", ProtocolVersion.MQTT_5), events);
            CompletableFuture<Connected> connecting = client.connect();
            CompletableFuture<PublishResult> result =
                    client.publish("early", new byte[0], QoS.AT_LEAST_ONCE);
            events.awaitEnds(2);
            broker.start();

            assertThat(get(connecting).reconnected()).isFalse();
            assertThat(get(result).reason().isError()).isFalse();
            assertThat(events.ends)
                    .allMatch(end -> end.cause() == Cause.UNREACHABLE && end.willReconnect());
        }
    }

    private static ClientOptions.Builder resuming(
            Mosquitto broker, String id, ProtocolVersion version) {
        return ClientOptions.builder("localhost", broker.port())
                .clientId(id)
                .version(version)
                .cleanStart(false)
                .sessionExpiry(Duration.ofMinutes(5))
                .reconnect(ReconnectPolicy.backOff(Duration.ofMillis(10), Duration.ofMillis(50)));
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    void refusedClientIsToldWhyAndDoesNotComeBack(ProtocolVersion version, @TempDir Path own)
            throws Exception {
        try (var broker = new Mosquitto(own, "allow_anonymous false")) {
            MqttClient client = client(
                    resuming(broker, "anonymous", version).credentials("ann", "wrong"),
                    ClientEvents.NONE);

            assertThatThrownBy(() -> get(client.connect()))
                    .cause()
                    .isInstanceOf(ClientException.class)
                    .hasMessage("localhost:" + broker.port()
                            + " refused the connection: not authorized");
        }
    }
}
