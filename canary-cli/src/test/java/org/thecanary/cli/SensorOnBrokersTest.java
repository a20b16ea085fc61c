// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.client.Acknowledgement;
import org.thecanary.client.ClientEvents;
import org.thecanary.client.ClientOptions;
import org.thecanary.client.ClientThreads;
import org.thecanary.client.MqttClient;
import org.thecanary.client.Transport;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicName;
import org.thecanary.sensor.Sampling;
import org.thecanary.sensor.Sensor;
import org.thecanary.sensor.SensorEvents;
import org.thecanary.sensor.SensorOptions;
import org.thecanary.sensor.SensorTopics;
import org.thecanary.sensor.probe.Probes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** The topics of a sensor, on Canary and on the real mosquitto. */
final class SensorOnBrokersTest {
    private static final Path MOSQUITTO = Path.of("/usr/sbin/mosquitto");

    @TempDir
    Path folder;

    enum BrokerKind {
        CANARY,
        MOSQUITTO
    }

    private final List<String> heard = new CopyOnWriteArrayList<>();

    @ParameterizedTest
    @EnumSource
    void sensorsOfAFleetAreToldApart(BrokerKind kind) throws Exception {
        int port = Program.freePort();
        try (Program _ = broker(kind, port);
                ClientThreads threads = new ClientThreads();
                MqttClient webapp = webapp(port, threads);
                Sensor _ = sensor(port, SensorTopics.DEFAULT);
                Sensor _ = sensor(port, SensorTopics.DEFAULT.of("attic"))) {
            hears("sensor/status {\"state\": \"online\"");
            hears("sensor/attic/status {\"state\": \"online\"");
            hears("sensor/data {");
            hears("sensor/attic/data {");
            heard.clear();

            instruct(webapp, "sensor/attic", "20 Hz");
            hears("sensor/attic/status", "\"sampling_hz\": 20,", "\"asked\": \"20 Hz\"");
            instruct(webapp, "sensor/attic", "21 Hz");
            hears("sensor/attic/status", "\"refused\": {\"instruction\": \"21 Hz\"", "20 Hz, ");
            instruct(webapp, "sensor/attic", "");
            hears("sensor/attic/status", "\"sampling_hz\": 10,");

            try (Sensor _ = sensor(port, SensorTopics.DEFAULT.of("cellar"))) {
                hears("sensor/cellar/data {");
            }
            hears("sensor/cellar/status {\"state\": \"offline\", \"reason\": \"stopped\"");
            assertThat(heard).noneMatch(line -> line.startsWith("sensor/status"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSensorSaysWhyItWasAwayAndFindsItsInstruction(BrokerKind kind) throws Exception {
        int port = Program.freePort();
        try (ClientThreads threads = new ClientThreads();
                Sensor _ = sensor(port, SensorTopics.DEFAULT)) {
            try (Program broker = broker(kind, port);
                    MqttClient _ = webapp(port, threads)) {
                hears("sensor/data {");
                broker.kill();
            }
            heard.clear();
            try (Program _ = broker(kind, port);
                    MqttClient webapp = webapp(port, threads)) {
                instruct(webapp, "sensor", "2 Hz");
                hears(
                        "sensor/status",
                        "\"sampling_hz\": 2,",
                        "\"last_offline\": {\"reason\": \"",
                        "127.0.0.1:"
                                + port); // "... closed the connection", or "... was lost: reset"
            }
        }
    }

    private Program broker(BrokerKind kind, int port) throws Exception {
        Path config = Files.writeString(
                folder.resolve(port + ".conf"),
                "listener " + port + " 127.0.0.1\nallow_anonymous true\n");
        Program broker;
        if (kind == BrokerKind.CANARY) {
            broker = Program.canary(folder, "broker", "-c", config.toString());
        } else {
            boolean installed = Files.isExecutable(MOSQUITTO);
            assertThat(installed || !"true".equals(System.getenv("CI"))).isTrue();
            assumeTrue(installed, "mosquitto is not installed");
            broker = Program.of(folder, List.of(MOSQUITTO.toString(), "-c", config.toString()));
        }
        return broker.serves();
    }

    private static Sensor sensor(int port, SensorTopics topics) throws IOException {
        return Sensor.start(
                new SensorOptions(
                        Transport.tcp("127.0.0.1", port),
                        null,
                        topics.prefix(),
                        topics,
                        new Sampling(10, 100_000_000),
                        new Sampling.Limits(0.1, 20),
                        Probes.find(Path.of("/")),
                        SensorOptions.Store.MEMORY),
                new SensorEvents() {});
    }

    /** Hears all that sensors say. */
    private MqttClient webapp(int port, ClientThreads threads) throws IOException {
        var client = new MqttClient(
                ClientOptions.builder("127.0.0.1", port).clientId("webapp").build(),
                threads,
                new ClientEvents() {
                    @Override
                    public void received(Publish publish, Acknowledgement acknowledgement) {
                        heard.add(publish.message().topic() + " "
                                + new String(publish.message().payload(), UTF_8));
                    }
                });
        var _ = client.connect().join();
        var _ = client.subscribe("sensor/#", QoS.AT_LEAST_ONCE).join();
        return client;
    }

    private static void instruct(MqttClient webapp, String sensor, String instruction) {
        var _ = webapp.publish(new Message(
                        TopicName.of(sensor + "/instructions/sampling"),
                        QoS.AT_LEAST_ONCE,
                        true,
                        instruction.getBytes(UTF_8),
                        MessageProperties.NONE))
                .join();
    }

    /** Waits for a message with all of these. */
    private void hears(String start, String... parts) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(heard)
                        .anyMatch(line -> line.startsWith(start)
                                && Stream.of(parts).allMatch(line::contains)));
    }
}
