// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.UserProperty;
import org.thecanary.mqtt.packet.Will;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What is there again after the broker was stopped and started? */
@Timeout(120)
class PersistenceTest {
    @TempDir
    Path folder;

    private long bytesOfAQueue = Long.MAX_VALUE;
    private boolean allowDuplicates = true;

    private TestBroker start() throws IOException {
        return TestBroker.start((config, _) -> {
            config.persistent = true;
            config.persistenceLocation = folder;
            config.limits.maxQueuedMessages = 100_000;
            config.limits.maxQueuedBytes = bytesOfAQueue;
            config.allowDuplicateMessages = allowDuplicates;
        });
    }

    /** A client that keeps its session. */
    private static TestClient keeping(TestBroker broker, String clientId, boolean present)
            throws IOException {
        return keeping(broker, clientId, present, greeting -> {});
    }

    private static TestClient keeping(
            TestBroker broker,
            String clientId,
            boolean present,
            Consumer<TestClient.Greeting> wishes)
            throws IOException {
        TestClient client = broker.open(ProtocolVersion.MQTT_5);
        boolean found = client.connect(greeting -> {
                    greeting.clientId = clientId;
                    greeting.cleanStart = false;
                    greeting.sessionExpirySeconds = Connect.NEVER_EXPIRES;
                    wishes.accept(greeting);
                })
                .sessionPresent();
        assertThat(found).as("session present").isEqualTo(present);
        return client;
    }

    @Test
    void withoutAnythingToKeepNothingIsOpened() throws Exception {
        try (TestBroker broker = start()) {
            TestClient client = broker.connect("c");
            client.subscribe("t", 1);
            client.publish("t", "x", 1, false, 1);
            client.next();
            client.next();
        }
        assertThat(folder).isDirectoryContaining(file -> file.endsWith("mosquitto.store.lock"));
        assertThat(folder.resolve("mosquitto.store")).doesNotExist();
    }

    @Test
    @Spec({"MQTT-4.1.0-1", "MQTT-4.1.0-2", "v3:MQTT-3.1.2-5"})
    void aSessionAndWhatItIsOwed() throws Exception {
        try (TestBroker broker = start()) {
            keeping(broker, "s", false).subscribe("t/#", 2);
            broker.connect("p").publishAcknowledged("t/live", "while connected", false);
        }
        try (TestBroker broker = start()) {
            broker.connect("p").publishAcknowledged("t/1", "after a start", false);
        }
        try (TestBroker broker = start()) {
            TestClient again = keeping(broker, "s", true);
            assertThat(again.nextPayload()).isEqualTo("while connected");
            assertThat(again.nextPayload()).isEqualTo("after a start");
            again.expectNothing();
        }
    }

    @Test
    void aMessageWithAllItsProperties() throws Exception {
        Message message = new Message(
                org.thecanary.mqtt.topic.TopicName.of("t"),
                org.thecanary.mqtt.packet.QoS.AT_LEAST_ONCE,
                false,
                "{}".getBytes(UTF_8),
                new MessageProperties(
                        1,
                        3600,
                        "json",
                        "answer/here",
                        new byte[] {1, 2},
                        List.of(new UserProperty("a", "b"))));
        try (TestBroker broker = start()) {
            TestClient subscriber = keeping(broker, "s", false);
            subscriber.subscribe(
                    "t",
                    org.thecanary.mqtt.packet.SubscriptionOptions.of(
                            org.thecanary.mqtt.packet.QoS.AT_LEAST_ONCE),
                    42);
            subscriber.close();
            TestClient publisher = broker.connect("p");
            publisher.send(new Publish(message, 1, false));
            publisher.next(PubAck.class);
        }
        try (TestBroker broker = start()) {
            Publish again = keeping(broker, "s", true).next(Publish.class);
            assertThat(again.subscriptionIdentifiers()).containsExactly(42);
            assertThat(again.message().properties().messageExpiryInterval())
                    .isBetween(3000L, 3600L);
            assertThat(again.message()
                            .withProperties(
                                    again.message().properties().withMessageExpiryInterval(3600)))
                    .isEqualTo(message);
        }
    }

    @Test
    @Spec({"MQTT-4.4.0-1", "v3:MQTT-4.4.0-1"})
    void whatWasSentAndNotAcknowledgedWithItsPacketIdentifiers() throws Exception {
        try (TestBroker broker = start()) {
            TestClient subscriber = keeping(broker, "s", false);
            subscriber.subscribe("t", 2);
            TestClient publisher = broker.connect("p");
            publisher.publishAcknowledged("t", "one", false);
            publisher.publish("t", "two", 2, false, 2);
            publisher.next(PubRec.class);
            publisher.send(new PubRel(2, ReasonCode.SUCCESS));
            publisher.next(PubComp.class);
            publisher.publishAcknowledged("t", "three", false);
            for (int id = 1; id <= 3; id++) {
                assertThat(subscriber.next(Publish.class).packetId()).isEqualTo(id);
            }
            subscriber.send(new PubAck(1, ReasonCode.SUCCESS), new PubRec(2, ReasonCode.SUCCESS));
            subscriber.next(PubRel.class);
        }
        try (TestBroker broker = start()) {
            TestClient again = keeping(broker, "s", true);
            assertThat(again.next(PubRel.class).packetId()).isEqualTo(2);
            Publish third = again.next(Publish.class);
            assertThat(third.packetId()).isEqualTo(3);
            assertThat(third.dup()).isTrue();
            assertThat(third.message().payload()).isEqualTo("three".getBytes(UTF_8));
            again.send(new PubComp(2, ReasonCode.SUCCESS), new PubAck(3, ReasonCode.SUCCESS));
            again.expectNothing();
        }
        try (TestBroker broker = start()) {
            keeping(broker, "s", true).expectNothing();
        }
    }

    @Test
    void packetIdentifiersGoOnWhereTheyWere() throws Exception {
        try (TestBroker broker = start()) {
            TestClient subscriber = keeping(broker, "s", false);
            subscriber.subscribe("t", 1);
            TestClient publisher = broker.connect("p");
            publisher.publishAcknowledged("t", "acknowledged out of order", false);
            publisher.publishAcknowledged("t", "acknowledged", false);
            subscriber.next(Publish.class);
            subscriber.next(Publish.class);
            subscriber.send(new PubAck(2, ReasonCode.SUCCESS));
            subscriber.expectNothing();
        }
        try (TestBroker broker = start()) {
            Will delayed = new Will(TestClient.message("will", "bye", 1, false), 3600);
            TestClient again = keeping(broker, "s", true, greeting -> greeting.will = delayed);
            assertThat(again.next(Publish.class).packetId()).isEqualTo(1);
            broker.connect("p").publishAcknowledged("t", "after a start", false);
            assertThat(again.next(Publish.class).packetId()).isEqualTo(3);
            again.send(new PubAck(1, ReasonCode.SUCCESS), new PubAck(3, ReasonCode.SUCCESS));
            again.expectNothing();
        }
        try (TestBroker broker = start()) {
            TestClient again = keeping(broker, "s", true);
            broker.connect("p").publishAcknowledged("t", "nothing was on its way", false);
            assertThat(again.next(Publish.class).packetId()).isEqualTo(4);
        }
    }

    @Test
    @Spec({"MQTT-4.3.3-10", "MQTT-4.3.3-12"})
    void aMessageOfQos2ThatWasNotReleasedOnce() throws Exception {
        try (TestBroker broker = start()) {
            keeping(broker, "s", false).subscribe("t", 2);
            TestClient publisher = keeping(broker, "p", false);
            publisher.publish("t", "once", 2, false, 7);
            publisher.next(PubRec.class);
        }
        try (TestBroker broker = start()) {
            TestClient publisher = keeping(broker, "p", true);
            publisher.send(new Publish(TestClient.message("t", "once", 2, false), 7, true));
            publisher.next(PubRec.class);
            publisher.send(new PubRel(7, ReasonCode.SUCCESS));
            publisher.next(PubComp.class);
        }
        try (TestBroker broker = start()) {
            TestClient publisher = keeping(broker, "p", true);
            publisher.send(new PubRel(7, ReasonCode.SUCCESS));
            publisher.next(PubComp.class);
            TestClient subscriber = keeping(broker, "s", true);
            assertThat(subscriber.nextPayload()).isEqualTo("once");
            subscriber.expectNothing();
        }
    }

    @Test
    @Spec({"MQTT-3.3.1-5", "MQTT-3.3.1-6"})
    void theLastRetainedMessageOfEachTopic() throws Exception {
        try (TestBroker broker = start()) {
            TestClient publisher = broker.connect("p");
            publisher.publishAcknowledged("r/1", "old", true);
            publisher.publishAcknowledged("r/1", "new", true);
            publisher.publishAcknowledged("r/2", "gone", true);
            publisher.publishAcknowledged("r/2", "", true);
            publisher.publish("r/3", "of QoS 0", 0, true, 0);
            publisher.expectNothing();
        }
        try (TestBroker broker = start()) {
            TestClient reader = broker.connect("reader");
            reader.subscribe("r/#", 0);
            assertThat(reader.nextPayload()).isEqualTo("new");
            assertThat(reader.nextPayload()).isEqualTo("of QoS 0");
            reader.expectNothing();
        }
    }

    @Test
    void nothingThatHasEndedOrExpired() throws Exception {
        try (TestBroker broker = start()) {
            TestClient unsubscribed = keeping(broker, "unsubscribed", false);
            unsubscribed.subscribe("t", 1);
            unsubscribed.send(new org.thecanary.mqtt.packet.Unsubscribe(
                    5, List.of(org.thecanary.mqtt.topic.TopicFilter.of("t"))));
            unsubscribed.next();
            keeping(broker, "short", false, greeting -> greeting.sessionExpirySeconds = 1)
                    .close();
            TestClient ended = keeping(broker, "ended", false);
            ended.subscribe("t", 1);
            ended.close();
            broker.connect("p").publishAcknowledged("t", "x", false);
            broker.connect("ended").close(); // Clean Start
        }
        Thread.sleep(1100); // the clock is what this is about
        try (TestBroker broker = start()) {
            keeping(broker, "unsubscribed", true).expectNothing();
            keeping(broker, "short", false);
            keeping(broker, "ended", false).expectNothing();
            broker.connect("p").publishAcknowledged("t", "x", false);
            broker.connect("q").expectNothing();
        }
    }

    @Test
    @Spec("MQTT-3.1.3-9")
    void aWillThatIsDelayed() throws Exception {
        Will will = new Will(TestClient.message("will", "bye", 1, false), 2);
        try (TestBroker broker = start()) {
            keeping(broker, "watcher", false).subscribe("will", 1);
            keeping(broker, "mortal", false, greeting -> greeting.will = will).close();
            broker.connect("other").expectNothing();
        }
        try (TestBroker broker = start()) {
            assertThat(keeping(broker, "watcher", true).nextPayload()).isEqualTo("bye");
        }
    }

    @Test
    @Spec({"MQTT-4.6.0-5", "MQTT-4.6.0-6"})
    void aQueueLongerThanMemoryHoldsInItsOrder() throws Exception {
        int count = 3000;
        try (TestBroker broker = start()) {
            TestClient subscriber = keeping(broker, "s", false);
            subscriber.subscribe("t/+", 2);
            subscriber.close();
            TestClient publisher = broker.connect("p");
            for (int i = 0; i < count / 2; i++) {
                publisher.publish("t/" + i % 7, Integer.toString(i), 1, false, 1 + i % 1000);
            }
            for (int i = 0; i < count / 2; i++) {
                publisher.next(PubAck.class);
            }
        }
        try (TestBroker broker = start()) {
            TestClient publisher = broker.connect("p");
            for (int i = count / 2; i < count; i++) {
                publisher.publish("t/" + i % 7, Integer.toString(i), 1, false, 1 + i % 1000);
            }
            for (int i = count / 2; i < count; i++) {
                publisher.next(PubAck.class);
            }
            List<String> received = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            TestClient subscriber = keeping(broker, "s", true);
            for (int i = 0; i < count; i++) {
                Publish packet = subscriber.next(Publish.class);
                received.add(new String(packet.message().payload(), UTF_8));
                subscriber.send(new PubAck(packet.packetId(), ReasonCode.SUCCESS));
                expected.add(Integer.toString(i));
            }
            assertThat(received).isEqualTo(expected);
            subscriber.expectNothing();
        }
        try (TestBroker broker = start()) {
            keeping(broker, "s", true).expectNothing();
        }
    }

    @Test
    void oneMessageForManySessions() throws Exception {
        try (TestBroker broker = start()) {
            for (int i = 0; i < 5; i++) {
                TestClient subscriber = keeping(broker, "s" + i, false);
                subscriber.subscribe("t", 1);
                subscriber.close();
            }
            broker.connect("p").publishAcknowledged("t", "to all", false);
        }
        for (int i = 0; i < 5; i++) {
            try (TestBroker broker = start()) {
                TestClient subscriber = keeping(broker, "s" + i, true);
                Publish packet = subscriber.next(Publish.class);
                assertThat(packet.message().payload()).isEqualTo("to all".getBytes(UTF_8));
                subscriber.send(new PubAck(packet.packetId(), ReasonCode.SUCCESS));
                subscriber.expectNothing();
            }
        }
    }

    @Test
    void theOneCopyOfOverlappingFiltersIsTheOnlyOneAfterARestart() throws Exception {
        allowDuplicates = false;
        try (TestBroker broker = start()) {
            TestClient client = returning(broker);
            client.subscribe("#", 1);
            client.subscribe("t", 2);
            client.close();
            broker.connect("p").publishAcknowledged("t", "once", false);
        }
        try (TestBroker broker = start()) {
            TestClient client = returning(broker);
            assertThat(client.nextPayload()).isEqualTo("once");
            client.expectNothing();
        }
    }

    private static TestClient returning(TestBroker broker) throws IOException {
        TestClient client = broker.open(ProtocolVersion.MQTT_3_1_1);
        client.connect(greeting -> {
            greeting.clientId = "s";
            greeting.cleanStart = false;
        });
        return client;
    }

    @Test
    void aLimitToTheBytesOfAQueueCountsWhatWasThereBeforeTheStart() throws Exception {
        bytesOfAQueue = 1000;
        try (TestBroker broker = start()) {
            keeping(broker, "s", false).subscribe("t", 1);
        }
        try (TestBroker broker = start()) {
            for (int i = 0; i < 9; i++) {
                broker.connect("p").publishAcknowledged("t", "x".repeat(100), false);
            }
        }
        try (TestBroker broker = start()) {
            await().until(() -> broker.broker().clients().join().getFirst().queuedBytes() == 900);
            TestClient publisher = broker.connect("p");
            publisher.publishAcknowledged("t", "room".repeat(50), false);
            publisher.publishAcknowledged("t", "no room", false);
            TestClient again = keeping(broker, "s", true);
            for (int i = 0; i < 9; i++) {
                assertThat(again.nextPayload()).hasSize(100);
            }
            assertThat(again.nextPayload()).isEqualTo("room".repeat(50));
            publisher.publishAcknowledged("t", "room again", false);
            assertThat(again.nextPayload()).isEqualTo("room again");
        }
    }

    @ParameterizedTest
    @CsvSource({"CURRENT,2", "MANIFEST-*,1", "*.sst,1"}) // the log is sound, and has the second
    void whatIsDamagedIsSetAsideAndTheBrokerStarts(String damaged, int retained) throws Exception {
        for (int i = 0;
                i < 2;
                i++) { // the second start writes a table of what the first one logged
            try (TestBroker broker = start()) {
                broker.connect("p").publishAcknowledged("t/" + i, "x".repeat(10_000), true);
            }
        }
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(folder.resolve("mosquitto.store"), damaged)) {
            for (Path file : files) {
                byte[] bytes = Files.readAllBytes(file);
                Arrays.fill(bytes, (byte) 0x55);
                Files.write(file, bytes);
            }
        }
        for (int i = 0; i < 2; i++) {
            try (TestBroker broker = start()) {
                keeping(broker, "s", i > 0).subscribe("other", 1);
                TestClient client = broker.connect("reader");
                client.subscribe("t/#", 0);
                for (int n = 0; n < retained; n++) {
                    client.next(Publish.class);
                }
                client.expectNothing();
            }
        }
        assertThat(setAside())
                .singleElement()
                .satisfies(copy -> assertThat(copy)
                        .isDirectoryContaining(file -> file.toString().endsWith(".sst")));
    }

    @Test
    void aStoreThatLacksItsFirstFileIsSetAsideToo() throws Exception {
        try (TestBroker broker = start()) {
            broker.connect("p").publishAcknowledged("t", "x", true);
        }
        Files.delete(folder.resolve("mosquitto.store").resolve("CURRENT"));
        try (TestBroker broker = start()) {
            broker.connect("p").publishAcknowledged("t", "x", true);
        }
        assertThat(setAside()).hasSize(1);
    }

    private List<Path> setAside() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().contains(".damaged-")).toList();
        }
    }

    @Test
    void aFolderOfItsOwnerAlone() throws Exception {
        try (TestBroker broker = start()) {
            keeping(broker, "s", false).expectNothing();
        }
        assertThat(java.nio.file.attribute.PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(folder.resolve("mosquitto.store"))))
                .isEqualTo("rwx------");
    }
}
