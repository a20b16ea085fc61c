// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.thecanary.cli.net.Loopback;
import org.thecanary.client.Acknowledgement;
import org.thecanary.client.ClientEvents;
import org.thecanary.client.ClientOptions;
import org.thecanary.client.ClientThreads;
import org.thecanary.client.MqttClient;
import org.thecanary.client.Transport;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.sensor.Measurement;
import org.thecanary.sensor.Sampling;
import org.thecanary.sensor.Sensor;
import org.thecanary.sensor.SensorEvents;
import org.thecanary.sensor.SensorOptions;
import org.thecanary.sensor.SensorOptions.Credential;
import org.thecanary.sensor.SensorTopics;
import org.thecanary.sensor.probe.Probes;

import picocli.CommandLine.Command;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * {@code canary aot-train}: what {@code ./canary} runs once after a build, so that the JVM can note which classes a start
 * needs. Does once what users do often: reads a configuration, lets clients in, passes messages on, prints help.
 * {@link BrokerTraining} is that of a broker alone, {@link ToolTraining} that of the tools.
 */
@Command(name = "aot-train", hidden = true, description = "Train the AOT cache.")
final class AotTrainCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MESSAGES = 100;
    private static final byte[] PAYLOAD = "{\"temperature\": 48.2}".getBytes(UTF_8);

    @Override
    public Integer call() throws Exception {
        for (String command : List.of("broker", "sensor", "up")) {
            Canary.commandLine()
                    .setOut(new PrintWriter(Writer.nullWriter()))
                    .execute(command, "--help");
        }
        Path parent = Files.createTempDirectory("canary-aot");
        try {
            train(parent.resolve("data"));
            return 0;
        } finally {
            delete(parent);
        }
    }

    private static void train(Path folder) throws Exception {
        int port = Loopback.freePort();
        try (DataFolder files = DataFolder.open(folder, OptionalInt.of(port));
                RunningBroker _ = RunningBroker.start(
                        files.config(), List.of(), RunningBroker.Logging.verbose(false));
                ClientThreads threads = new ClientThreads()) {
            for (ProtocolVersion version :
                    List.of(ProtocolVersion.MQTT_3_1_1, ProtocolVersion.MQTT_5)) {
                talk(
                        port,
                        version,
                        credential(files, DataFolder.WEBAPP),
                        credential(files, DataFolder.SENSOR),
                        threads);
            }
            measure(files, port);
        }
    }

    /** A sensor, for a few measurements. */
    private static void measure(DataFolder files, int port) throws Exception {
        CountDownLatch measured = new CountDownLatch(5);
        SensorOptions options = new SensorOptions(
                Transport.tcp("127.0.0.1", port),
                CredentialFile.read(files.credentialFile(DataFolder.SENSOR), null),
                SensorTopics.DEFAULT.prefix(),
                SensorTopics.DEFAULT,
                new Sampling(50, 20_000_000),
                Sampling.Limits.WIDEST,
                Probes.find(Path.of("/")),
                new SensorOptions.Store(
                        files.folder().resolve("sensors"), SensorOptions.Store.DEFAULT_BYTES));
        SensorEvents counter = new SensorEvents() {
            @Override
            public void measured(Measurement measurement, Sampling sampling) {
                measured.countDown();
            }
        };
        try (Sensor _ = Sensor.start(options, counter)) {
            var _ = measured.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static Credential credential(DataFolder files, String user) throws IOException {
        return CredentialFile.read(files.credentialFile(user), user);
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Measurements at each QoS, from the sensor to the web app. */
    private static void talk(
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
