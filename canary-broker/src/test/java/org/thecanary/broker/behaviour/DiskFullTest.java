// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What does a broker do whose disk is full, and what when there is room again? On a disk of its own, which root mounts. */
@Timeout(120)
class DiskFullTest {
    private static final int MANY = 5000;

    @TempDir
    Path disk;

    @BeforeEach
    void mount() throws Exception {
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", disk.toString()) == 0,
                "a disk cannot be mounted here");
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", disk.toString());
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private TestBroker start() throws IOException {
        return TestBroker.start((config, _) -> {
            config.persistent = true;
            config.persistenceLocation = disk;
            config.limits.maxQueuedMessages = 100_000;
        });
    }

    private static TestClient keeping(TestBroker broker) throws IOException {
        TestClient client = broker.open(ProtocolVersion.MQTT_5);
        client.connect(greeting -> {
            greeting.clientId = "s";
            greeting.cleanStart = false;
            greeting.sessionExpirySeconds = Connect.NEVER_EXPIRES;
        });
        return client;
    }

    private void fill() throws IOException {
        try (OutputStream out = Files.newOutputStream(disk.resolve("filler"))) {
            byte[] some = new byte[4096];
            while (true) {
                out.write(some);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    @Test
    void publishersAreRefusedOrNotAnsweredQos0GoesOnAndNothingAcknowledgedIsLost()
            throws Exception {
        List<String> acknowledged = new ArrayList<>();
        try (TestBroker broker = start()) {
            TestClient away = keeping(broker);
            away.subscribe("t", 1);
            away.close();
            TestClient publisher = broker.connect("p");
            assertThat(publisher.publishAcknowledged("t", "before", false).reason())
                    .isEqualTo(ReasonCode.SUCCESS);
            acknowledged.add("before");

            fill();
            publishUntil(ReasonCode.QUOTA_EXCEEDED, publisher, acknowledged);
            assertThat(publisher.publishAcknowledged("t", "full still", false).reason())
                    .isEqualTo(ReasonCode.QUOTA_EXCEEDED);

            TestClient old = broker.connect(ProtocolVersion.MQTT_3_1_1, "old");
            old.publish("t", "unanswered", 1, false, 1);
            old.expectNothing();

            TestClient live = broker.connect("live");
            live.subscribe("t", 0);
            publisher.publish("t", "of QoS 0", 0, true, 0);
            assertThat(live.nextPayload()).isEqualTo("of QoS 0");
            publisher.publish("t", "newer", 0, true, 0);
            assertThat(live.nextPayload()).isEqualTo("newer");

            Files.delete(disk.resolve("filler"));
            old.expectClosed(); // so that it sends again
            publishUntil(ReasonCode.SUCCESS, publisher, acknowledged);
        }
        try (TestBroker broker = start()) {
            TestClient reader = broker.connect("reader");
            reader.subscribe("t", 0);
            assertThat(reader.nextPayload()).isEqualTo("newer");
            assertThat(queued(keeping(broker))).containsSubsequence(acknowledged);
        }
    }

    /** Publishes until it is answered so, and notes what was acknowledged. */
    private static void publishUntil(
            ReasonCode wanted, TestClient publisher, List<String> acknowledged) throws IOException {
        for (int i = 0; i < MANY; i++) {
            String payload = wanted + " " + i + " " + "x".repeat(16_000);
            ReasonCode answer =
                    publisher.publishAcknowledged("t", payload, false).reason();
            if (answer == ReasonCode.SUCCESS) {
                acknowledged.add(payload);
            }
            if (answer == wanted) {
                return;
            }
        }
        fail("never " + wanted);
    }

    private static List<String> queued(TestClient subscriber) throws IOException {
        List<String> payloads = new ArrayList<>();
        while (payloads.isEmpty() || !payloads.getLast().startsWith("SUCCESS ")) {
            Publish packet = subscriber.next(Publish.class);
            payloads.add(new String(packet.message().payload(), UTF_8));
            subscriber.send(new PubAck(packet.packetId(), ReasonCode.SUCCESS));
        }
        return payloads;
    }
}
