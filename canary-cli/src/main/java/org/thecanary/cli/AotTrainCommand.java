// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.thecanary.cli.net.Loopback;
import org.thecanary.client.ClientThreads;
import org.thecanary.client.Transport;
import org.thecanary.mqtt.packet.ProtocolVersion;
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
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code canary aot-train}: what {@code ./canary} runs once after a build, so that the JVM can note which classes a start
 * needs. Does once what users do often: reads a configuration, lets clients in, passes messages on, prints help.
 * {@link BrokerTraining} is that of a broker alone, {@link ToolTraining} that of the tools.
 */
@Command(name = "aot-train", hidden = true, description = "Train the AOT cache.")
final class AotTrainCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(8);

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
                BrokerTraining.talk(
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
}
