// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Does the script of {@code docs/guide/devices.md} do what it says, as it stands there? */
class PythonSensorTest {
    private static final Pattern SCRIPT = Pattern.compile("```python\n(.*?)```", Pattern.DOTALL);
    private static final String PYTHON = "/usr/bin/python3";

    @TempDir
    Path folder;

    @Test
    void theScriptOfTheGuideMeasuresObeysAndIsMissedWhenItDies() throws Exception {
        needsPaho();
        Program.needsMosquittoClients();
        ca("init", "--no-passphrase");
        ca("issue", "localhost", "--server", "--san", "localhost,127.0.0.1");
        ca("issue", "sensor");
        ca("issue", "webapp");
        int port = Program.freePort();
        Path script = Files.writeString(issued("sensor", "sensor.py"), script());

        try (Program broker = broker(port);
                Program watch = webapp(port, "mosquitto_sub", "-v", "-t", "sensor/#");
                Program sensor = Program.of(
                        folder,
                        List.of(
                                "sh",
                                "-c",
                                "cd " + script.getParent() + " && exec " + PYTHON
                                        + " sensor.py localhost " + port))) {
            sensor.says("Connect status: Connection Accepted.");
            watch.says("sensor/status {\"state\": \"online\", \"sampling_hz\": 0.2");
            instruct(port, "20 Hz");
            watch.says("\"sampling_hz\": 20.0").says("\"asked\": \"20 Hz\"").says("\"seq\": 10,");
            instruct(port, "at once");
            watch.says("\"refused\": {\"instruction\": \"at once\"");
            sensor.kill();
            watch.says("{\"state\": \"offline\", \"reason\": \"connection lost\"");
            assertThat(sensor.err()).doesNotContain("Traceback");
            assertThat(broker.stop()).isZero();
        }
    }

    private static void needsPaho() throws Exception {
        boolean installed = Files.isExecutable(Path.of(PYTHON))
                && new ProcessBuilder(PYTHON, "-c", "import paho.mqtt.client")
                                .start()
                                .waitFor()
                        == 0;
        assertThat(installed || !"true".equals(System.getenv("CI")))
                .as("CI needs Paho")
                .isTrue();
        assumeTrue(installed, "Paho is not installed");
    }

    private static String script() throws IOException {
        Matcher script =
                SCRIPT.matcher(Files.readString(Path.of("..", "docs", "guide", "devices.md")));
        assertThat(script.find()).isTrue();
        return script.group(1);
    }

    private void instruct(int port, String instruction) throws Exception {
        try (Program publish = webapp(
                port,
                "mosquitto_pub",
                "-r",
                "-q",
                "1",
                "-t",
                "sensor/instructions/sampling",
                "-m",
                instruction)) {
            assertThat(publish.exitCode()).isZero();
        }
    }

    private Program broker(int port) throws IOException {
        Path config = Files.writeString(
                folder.resolve("broker.conf"),
                "listener " + port + " 127.0.0.1\ncafile " + issued("localhost", "ca.crt")
                        + "\ncertfile " + issued("localhost", "localhost.crt")
                        + "\nkeyfile " + issued("localhost", "localhost.key")
                        + "\nrequire_certificate true\nuse_identity_as_username true\n");
        return Program.canary(folder, "broker", "-c", config.toString()).serves();
    }

    private Program webapp(int port, String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                program,
                "-h",
                "localhost",
                "-p",
                "" + port,
                "--cafile",
                issued("webapp", "ca.crt").toString(),
                "--cert",
                issued("webapp", "webapp.crt").toString(),
                "--key",
                issued("webapp", "webapp.key").toString()));
        command.addAll(List.of(arguments));
        return Program.of(folder, command);
    }

    private Path issued(String name, String file) {
        return folder.resolve("ca/issued").resolve(name).resolve(file);
    }

    private void ca(String... arguments) {
        List<String> all = new ArrayList<>(List.of("ca"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--dir", folder.resolve("ca").toString()));
        ProgramRun run = ProgramRun.canary("", all.toArray(new String[0]));
        assertThat(run.status()).as(run.err()).isZero();
    }
}
