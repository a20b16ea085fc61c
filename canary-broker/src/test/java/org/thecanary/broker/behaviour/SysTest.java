// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Publish;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Do the {@code $SYS} topics say what mosquitto's say, as it does? */
@Timeout(60)
final class SysTest {
    private static final Path MOSQUITTO = Path.of("/usr/sbin/mosquitto");

    private static final String SYS = "$SYS/broker/";

    /** What both brokers have to agree on when {@link #scenario} is over. */
    private static final List<String> COUNTED = List.of(
            "clients/total",
            "clients/maximum",
            "clients/connected",
            "clients/active",
            "clients/disconnected",
            "clients/inactive",
            "clients/expired",
            "publish/messages/received",
            "publish/messages/dropped",
            "publish/bytes/received",
            "subscriptions/count",
            "shared_subscriptions/count");

    private static OpenBroker start() throws IOException {
        return OpenBroker.start(2, config -> {
            config.sysIntervalSeconds = 1;
            config.limits.maxQueuedMessages = 2;
        });
    }

    @Test
    void theNumbersAreThoseOfMosquitto(@TempDir Path folder) throws Exception {
        assertThat(Files.isExecutable(MOSQUITTO) || !"true".equals(System.getenv("CI")))
                .as("CI needs Debian's mosquitto")
                .isTrue();
        assumeTrue(Files.isExecutable(MOSQUITTO), "mosquitto is not installed");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path conf = Files.writeString(
                folder.resolve("conf"),
                "listener %d 127.0.0.1%nallow_anonymous true%nsys_interval 1%nmax_queued_messages 2%n"
                        .formatted(port));
        Process mosquitto = new ProcessBuilder(MOSQUITTO.toString(), "-c", conf.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        Map<String, String> theirs;
        try {
            await().ignoreExceptionsInstanceOf(IOException.class).until(() -> {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return true;
            });
            theirs = scenario(port);
        } finally {
            mosquitto.destroy();
        }

        Map<String, String> ours;
        try (OpenBroker broker = start()) {
            ours = scenario(broker.port());
        }

        assertThat(ours.keySet()).containsAll(theirs.keySet());
        for (String topic : theirs.keySet()) {
            if (!topic.endsWith("/version")) {
                assertThat(shape(ours.getOrDefault(topic, "")))
                        .as(topic)
                        .isEqualTo(shape(theirs.getOrDefault(topic, "none")));
            }
        }
        for (String topic : COUNTED) {
            assertThat(ours.get(SYS + topic)).as(topic).isEqualTo(theirs.get(SYS + topic));
        }
    }

    /** {@code 12.30} and {@code 7 seconds} without their digits. */
    private static String shape(String payload) {
        return payload.replaceAll("\\.[0-9][0-9]$", ".dd").replaceAll("[0-9]+", "N");
    }

    /** Publishes to a client that is there and to one that is away and has no room for all; then reads $SYS. */
    private static Map<String, String> scenario(int port) throws IOException {
        try (TestClient away = new TestClient(port, ProtocolVersion.MQTT_3_1_1)) {
            away.connect(greeting -> {
                greeting.clientId = "away";
                greeting.cleanStart = false;
            });
            away.subscribe("q/#", 1);
            away.subscribe("$share/g/s", 1);
        }
        try (TestClient reader = new TestClient(port, ProtocolVersion.MQTT_3_1_1);
                TestClient publisher = new TestClient(port, ProtocolVersion.MQTT_3_1_1)) {
            publisher.connect(greeting -> greeting.clientId = "publisher");
            for (int i = 0; i < 5; i++) {
                publisher.publishAcknowledged("q/1", "four", false);
            }
            publisher.publish("q/1", "is owed to nobody", 0, false, 0);
            reader.connect(greeting -> greeting.clientId = "reader");
            publisher.subscribe("$share/g/s", 1);
            reader.subscribe("$SYS/#", 0);
            return sysUntil(reader, "publish/messages/dropped", "3");
        }
    }

    /** The latest of each topic, once one of them has come to a value and another second's values have come, too. */
    private static Map<String, String> sysUntil(TestClient reader, String topic, String value)
            throws IOException {
        Map<String, String> latest = new TreeMap<>();
        int uptimes = 0;
        while (uptimes < 2) {
            Packet packet = reader.next();
            if (packet instanceof Publish publish) {
                String name = publish.message().topic().toString();
                latest.put(name, new String(publish.message().payload(), UTF_8));
                if (name.equals(SYS + "uptime") && value.equals(latest.get(SYS + topic))) {
                    uptimes++;
                }
            }
        }
        return latest;
    }

    @Test
    void everyTopicIsThereAtOnceAndRetained() throws IOException {
        try (OpenBroker broker = OpenBroker.start(2);
                TestClient reader = new TestClient(broker.port(), ProtocolVersion.MQTT_5)) {
            reader.connect(greeting -> greeting.clientId = "reader");
            reader.subscribe(SYS + "version", 2);
            assertThat(reader.next(Publish.class).message().qos().code()).isEqualTo(2);
            reader.subscribe("$SYS/#", 0);

            Set<String> seen = new HashSet<>();
            while (!seen.containsAll(topics())) {
                Publish publish = reader.next(Publish.class);
                assertThat(publish.message().retain()).isTrue();
                seen.add(publish.message().topic().toString());
            }
        }
    }

    /** The topics of mosquitto 2.1.2, and those it documents and does not publish. */
    private static Set<String> topics() {
        Set<String> topics = new HashSet<>();
        for (String load : List.of(
                "messages/received",
                "messages/sent",
                "publish/dropped",
                "publish/received",
                "publish/sent",
                "bytes/received",
                "bytes/sent",
                "sockets",
                "connections")) {
            List.of("1min", "5min", "15min")
                    .forEach(time -> topics.add("load/" + load + "/" + time));
        }
        topics.addAll(List.of(
                "version",
                "uptime",
                "bytes/received",
                "bytes/sent",
                "clients/active",
                "clients/connected",
                "clients/disconnected",
                "clients/expired",
                "clients/inactive",
                "clients/maximum",
                "clients/total",
                "connections/socket/count",
                "heap/current",
                "heap/maximum",
                "messages/received",
                "messages/sent",
                "messages/stored",
                "packet/out/bytes",
                "packet/out/count",
                "publish/bytes/received",
                "publish/bytes/sent",
                "publish/messages/dropped",
                "publish/messages/received",
                "publish/messages/sent",
                "retained messages/count",
                "shared_subscriptions/count",
                "store/messages/bytes",
                "store/messages/count",
                "subscriptions/count"));
        for (String packet : List.of(
                "connect/received",
                "connack/sent",
                "publish/dropped",
                "publish/received",
                "publish/sent",
                "puback/received",
                "puback/sent",
                "pubrec/received",
                "pubrec/sent",
                "pubrel/received",
                "pubrel/sent",
                "pubcomp/received",
                "pubcomp/sent",
                "subscribe/received",
                "suback/sent",
                "unsubscribe/received",
                "unsuback/sent",
                "pingreq/received",
                "pingresp/sent",
                "disconnect/received",
                "disconnect/sent",
                "auth/received",
                "auth/sent")) {
            topics.add("mqtt/" + packet);
        }
        return topics.stream().map(topic -> SYS + topic).collect(Collectors.toSet());
    }

    @Test
    void whatHasNotChangedIsNotPublishedAgain() throws IOException {
        try (OpenBroker broker = start();
                TestClient reader = new TestClient(broker.port(), ProtocolVersion.MQTT_5)) {
            reader.connect(greeting -> greeting.clientId = "reader");
            reader.subscribe(SYS + "clients/expired", 0);
            assertThat(reader.next(Publish.class).message().retain()).isTrue();
            reader.subscribe(SYS + "uptime", 0);

            for (int i = 0; i < 3; i++) {
                assertThat(reader.next(Publish.class).message().topic())
                        .hasToString(SYS + "uptime");
            }
        }
    }

    @Test
    void aHashDoesNotMatchThem() throws IOException {
        try (OpenBroker broker = start();
                TestClient reader = new TestClient(broker.port(), ProtocolVersion.MQTT_5)) {
            reader.connect(greeting -> greeting.clientId = "reader");
            reader.subscribe("#", 0);
            reader.subscribe("+/broker/uptime", 0);
            long received = broker.broker().figures().now().uptimeSeconds();

            OpenBroker.await(
                    "two updates later",
                    () -> broker.broker().figures().now().uptimeSeconds() >= received + 2);

            reader.expectNothing();
        }
    }

    @Test
    void withoutAnIntervalThereIsNone() throws IOException {
        try (OpenBroker broker = OpenBroker.start(1, config -> config.sysIntervalSeconds = 0)) {
            assertThat(broker.broker().figures().now().retained()).isZero();
        }
    }

    @Test
    void whatWaitsForAClientThatIsAwayIsStored() throws IOException {
        try (OpenBroker broker = start()) {
            Map<String, String> latest = scenario(broker.port());
            long retained = Long.parseLong(latest.get(SYS + "retained messages/count"));

            assertThat(latest).containsEntry(SYS + "messages/stored", "" + (retained + 2));
        }
    }
}
