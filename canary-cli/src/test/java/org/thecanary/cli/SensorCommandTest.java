// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Does {@code canary sensor} hold on to its broker, and give up only where it is refused? */
class SensorCommandTest {
    @TempDir
    Path folder;

    private Path data = Path.of("");
    private Path credential = Path.of("");
    private int port;

    @BeforeAll
    static void clients() {
        Program.needsMosquittoClients();
    }

    @BeforeEach
    void makeUsers() throws IOException {
        data = folder.resolve("data");
        port = Program.freePort();
        DataFolder.open(data, OptionalInt.of(port)).close();
        credential = data.resolve("sensor.credential");
    }

    @Test
    void waitsForItsBrokerAndComesBackToIt() throws Exception {
        try (Program sensor = sensor("--pw-file", credential.toString(), "--rate", "10")) {
            sensor.says("Trying again");
            try (Program broker = broker()) {
                sensor.says("Connected to localhost:" + port);
                broker.kill();
            }
            try (Program broker = broker();
                    Program watch = watch("sensor/data", "1")) {
                watch.says("\"seq\": ");
                assertThat(sensor.stop()).isZero();
                assertThat(broker.stop()).isZero();
            }
            assertThat(sensor.out()).isEmpty();
            assertThat(sensor.err())
                    .containsSubsequence("Trying again", "Connected", "Trying again", "Connected")
                    .doesNotContain("Exception");
        }
    }

    @Test
    void isOfflineByWillWhenItDies() throws Exception {
        try (Program broker = broker();
                Program sensor = sensor("--pw-file", credential.toString())) {
            sensor.says("Connected");
            try (Program watch = watch("sensor/status", "2")) {
                watch.says("online");
                sensor.kill();
                watch.says("{\"state\": \"offline\", \"reason\": \"connection lost\"");
            }
            assertThat(broker.stop()).isZero();
        }
    }

    @Test
    void endsWhereItsPasswordIsRefused() throws Exception {
        Path wrong = Files.writeString(folder.resolve("wrong"), "not the password\n");
        Files.setPosixFilePermissions(wrong, PosixFilePermissions.fromString("rw-r--r--"));
        try (Program broker = broker();
                Program sensor = sensor("-u", "sensor", "--pw-file", wrong.toString())) {
            assertThat(sensor.exitCode()).isIn(134, 135);
            assertThat(sensor.err())
                    .contains("refused the connection")
                    .contains("chmod 0600")
                    .doesNotContain("not the password");
            assertThat(broker.stop()).isZero();
        }
    }

    @Test
    void badArgumentsAreOneSentenceEach() throws Exception {
        try (Program sensor = sensor("--rate", "fast")) {
            assertThat(sensor.exitCode()).isEqualTo(2);
            assertThat(sensor.err()).startsWith("--rate fast: This is neither");
        }
        try (Program sensor = sensor("-t", "sensor/#")) {
            assertThat(sensor.exitCode()).isEqualTo(2);
            assertThat(sensor.err()).startsWith("-t: wildcard");
        }
        try (Program sensor = sensor("--pw-file", folder.resolve("none").toString())) {
            assertThat(sensor.exitCode()).isEqualTo(13);
            assertThat(sensor.err()).contains("there is no such file").hasLineCount(1);
        }
    }

    private Program broker() throws IOException {
        return Program.canary(
                        folder, "broker", "-c", data.resolve("canary.conf").toString(), "-v")
                .serves();
    }

    private Program sensor(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "sensor", "-p", "" + port, "--store", folder.resolve("store").toString()));
        all.addAll(List.of(arguments));
        return Program.canary(folder, all.toArray(new String[0]));
    }

    private Program watch(String topic, String count) throws IOException {
        String password = Files.readAllLines(data.resolve("webapp.credential")).getLast();
        return Program.of(
                folder,
                List.of(
                        "mosquitto_sub",
                        "-p",
                        "" + port,
                        "-u",
                        "webapp",
                        "-P",
                        password,
                        "-t",
                        topic,
                        "-C",
                        count));
    }
}
