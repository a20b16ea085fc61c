// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.thecanary.cli.net.Loopback;
import org.thecanary.client.Acknowledgement;
import org.thecanary.client.ClientEvents;
import org.thecanary.client.ClientOptions;
import org.thecanary.client.ClientThreads;
import org.thecanary.client.MqttClient;
import org.thecanary.credentials.password.PasswordFileEditor;
import org.thecanary.credentials.password.PasswordHash;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.sensor.SensorOptions.Credential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * {@code canary aot-train-broker}: what {@code ./canary broker} runs once after a build, so that the JVM can note which
 * classes a broker needs. It starts one with users, rules and a store, and passes messages on; not with {@code -v}, so
 * that the way of a message without a line for each packet is the one that counts as usual.
 */
final class BrokerTraining {
    static final String COMMAND = "aot-train-broker";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MESSAGES = 100;
    private static final byte[] PAYLOAD = "{\"temperature\": 48.2}".getBytes(UTF_8);

    private BrokerTraining() {}

    /** Starts a broker and talks to it; 0 if all went well. */
    static int run() throws Exception {
        Path folder = Files.createTempDirectory("canary-aot-broker");
        try {
            train(folder);
            return 0;
        } finally {
            AotTrainCommand.delete(folder);
        }
    }

    private static void train(Path folder) throws Exception {
        int port = Loopback.freePort();
        Credential user = new Credential("sensor", "secret");
        PasswordFileEditor users = PasswordFileEditor.create(folder.resolve("passwd"));
        users.put(
                user.username(),
                PasswordHash.pbkdf2(user.password().getBytes(UTF_8), 1000, new SecureRandom()));
        users.save();
        Files.writeString(folder.resolve("acl"), "user sensor\ntopic readwrite sensor/#\n");
        Path config = Files.writeString(
                folder.resolve("mosquitto.conf"), """
                listener %d 127.0.0.1
                password_file %s/passwd
                acl_file %s/acl
                persistence true
                persistence_location %s/
                """.formatted(port, folder, folder, folder));
        var program = new BrokerProgram(
                Objects.requireNonNull(BrokerFlags.read("broker", "-c", config.toString())));
        Thread broker = Thread.ofPlatform().daemon().start(program::run);
        var _ = Loopback.awaitListener(port, PATIENCE, broker::isAlive);
        try (ClientThreads threads = new ClientThreads()) {
            for (ProtocolVersion version :
                    List.of(ProtocolVersion.MQTT_3_1_1, ProtocolVersion.MQTT_5)) {
                talk(port, version, user, user, threads);
            }
        } finally {
            program.close();
        }
        load(folder);
    }

    /** All that clients do, many times, with a broker that keeps everything in memory and lets anybody in. */
    private static void load(Path folder) throws Exception {
        int port = Loopback.freePort();
        Path config = Files.writeString(folder.resolve("memory.conf"), """
                listener %d 127.0.0.1
                allow_anonymous true
                max_queued_messages 0
                """.formatted(port));
        try (RunningBroker _ =
                RunningBroker.start(config, List.of(), RunningBroker.Logging.verbose(false))) {
            for (ProtocolVersion version :
                    List.of(ProtocolVersion.MQTT_3_1_1, ProtocolVersion.MQTT_5)) {
                new TrainingLoad(port, version, PATIENCE).run();
            }
        }
    }

    /** Measurements at each QoS, from the sensor to the web app. */
    static void talk(
            int port,
            ProtocolVersion version,
            Credential subscriber,
            Credential publisher,
            ClientThreads threads)
            throws Exception {
        CountDownLatch arrived = new CountDownLatch(3 * MESSAGES);
        ClientEvents counter = new ClientEvents() {
            @Override
            public void received(Publish publish, Acknowledgement acknowledgement) {
                arrived.countDown();
            }
        };
        try (MqttClient webapp = client(port, version, "web", subscriber, threads, counter);
                MqttClient sensor =
                        client(port, version, "sensor", publisher, threads, ClientEvents.NONE)) {
            done(webapp.connect());
            done(webapp.subscribe("sensor/#", QoS.EXACTLY_ONCE));
            done(sensor.connect());
            for (QoS qos : QoS.values()) {
                for (int i = 0; i < MESSAGES; i++) {
                    done(sensor.publish("sensor/data", PAYLOAD, qos));
                }
            }
            if (!arrived.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new TimeoutException(arrived.getCount() + " messages did not arrive");
            }
            done(webapp.unsubscribe(List.of(TopicFilter.of("sensor/#"))));
            done(sensor.disconnect());
            done(webapp.disconnect());
        }
    }

    private static MqttClient client(
            int port,
            ProtocolVersion version,
            String name,
            Credential credential,
            ClientThreads threads,
            ClientEvents events)
            throws IOException {
        ClientOptions options = ClientOptions.builder("127.0.0.1", port)
                .version(version)
                .clientId("train-" + name)
                .credentials(credential.username(), credential.password())
                .build();
        return new MqttClient(options, threads, events);
    }

    private static void done(Future<?> future) throws Exception {
        future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
