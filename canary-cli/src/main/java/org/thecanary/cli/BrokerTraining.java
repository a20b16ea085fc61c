// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.thecanary.cli.net.Loopback;
import org.thecanary.credentials.password.PasswordFileEditor;
import org.thecanary.credentials.password.PasswordHash;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.sensor.SensorOptions.Credential;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * {@code canary aot-train-broker}: what {@code ./canary broker} runs once after a build, so that the JVM can note which
 * classes a broker needs. It starts one with users, rules and a store, and passes messages on; not with {@code -v}, so
 * that the way of a message without a line for each packet is the one that counts as usual.
 */
final class BrokerTraining {
    static final String COMMAND = "aot-train-broker";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<ProtocolVersion> VERSIONS =
            List.of(ProtocolVersion.MQTT_3_1_1, ProtocolVersion.MQTT_5);

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
        try {
            for (ProtocolVersion version : VERSIONS) {
                new TrainingLoad(port, version, user, PATIENCE).measure(5);
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
                sys_interval 1
                """.formatted(port));
        try (RunningBroker _ =
                RunningBroker.start(config, List.of(), RunningBroker.Logging.verbose(false))) {
            for (ProtocolVersion version : VERSIONS) {
                new TrainingLoad(port, version, null, PATIENCE).run();
            }
        }
    }
}
