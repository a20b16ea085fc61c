// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Does {@code canary up} do its job: measurements reach the web app and nobody else, and an instruction is obeyed? */
class UpTest {
    private static final Pattern TIME = Pattern.compile("\"time\": \"([^\"]+)\"");

    @TempDir
    Path folder;

    private Path data = Path.of("");
    private int port;

    @BeforeAll
    static void clients() {
        Program.needsMosquittoClients();
    }

    @BeforeEach
    void choose() throws IOException {
        data = folder.resolve("data folder");
        port = Program.freePort();
    }

    @Test
    void measurementsReachTheWebappAtTheRateItInstructs() throws Exception {
        try (Program up = up();
                Program watch = subscribe("webapp", "-t", "sensor/data")) {
            publish("webapp", "sensor/instructions/sampling", "20 Hz");
            await().atMost(Duration.ofSeconds(30)).until(() -> times(watch).size() >= 25);

            List<Instant> times = times(watch);
            Duration twenty = Duration.between(times.get(4), times.get(24));
            assertThat(twenty).isCloseTo(Duration.ofSeconds(1), Duration.ofMillis(150));
            assertThat(watch.out())
                    .contains("\"seq\": 10,")
                    .contains("\"load\": ")
                    .contains("\"memory\": ");

            publish("webapp", "sensor/instructions/sampling", "as fast as you can");
            try (Program status = subscribe("webapp", "-t", "sensor/status", "-C", "1")) {
                status.says("\"refused\": {\"instruction\": \"as fast as you can\"")
                        .says("\"sampling_hz\": 20,")
                        .says("\"memory\": \"%\"");
            }
            assertThat(up.stop()).isZero();
        }
    }

    @Test
    void thereAreTwoSimulatedSensorsBesides() throws Exception {
        try (Program up = up();
                Program watch = subscribe("webapp", "-v", "-t", "sensor/#")) {
            watch.says("sensor/sim-1/data {").says("sensor/sim-2/data {").says("sensor/data {");
            publish("webapp", "sensor/sim-2/instructions/sampling", "20 Hz");
            watch.says("sensor/sim-2/status {\"state\": \"online\", \"sampling_hz\": 20,");
            assertThat(up.stop()).isZero();
            watch.says("sensor/sim-1/status {\"state\": \"offline\", \"reason\": \"stopped\"");
            assertThat(up.err()).doesNotContain("does not take", "Exception");
        }
    }

    @Test
    void nobodyElseReadsOrWrites() throws Exception {
        try (Program up = up("-v");
                Program webapp = subscribe("webapp", "-v", "-t", "sensor/#");
                Program sensor = subscribe("sensor", "-v", "-t", "#")) {
            webapp.says("sensor/status");

            publish("webapp", "sensor/data", "forged by the webapp");
            publish("webapp", "sensor/status", "forged by the webapp");
            publish("sensor", "sensor/instructions/sampling", "forged by the sensor");
            publish("webapp", "sensor/instructions/sampling", "50 Hz");
            webapp.says("\"seq\": 30,");

            assertThat(webapp.out()).doesNotContain("forged");
            assertThat(sensor.out()).isEqualTo("sensor/instructions/sampling 50 Hz\n");
            assertThat(run("mosquitto_sub", "-t", "#", "-W", "2")).isEqualTo(5);
            assertThat(run("mosquitto_sub", "-u", "webapp", "-P", "wrong", "-t", "#", "-W", "2"))
                    .isEqualTo(5);
            up.says("not authorised");
        }
    }

    @Test
    void theLinesItPrintsWorkAsTheyStand() throws Exception {
        try (Program up = up()) {
            String watch = line(up, "mosquitto_sub");
            String instruct = line(up, "mosquitto_pub");
            try (Program copied = Program.of(folder, List.of("sh", "-c", "exec " + watch));
                    Program other = Program.of(folder, List.of("sh", "-c", instruct))) {
                assertThat(other.exitCode()).isZero();
                copied.says("sensor/instructions/sampling 2 Hz").says("\"sampling_hz\": 2,");
            }
        }
    }

    @Test
    void itsPageAnswersAndIsToldToNobodyWithoutALogin() throws Exception {
        try (Program up = up();
                HttpClient browser = HttpClient.newHttpClient()) {
            String address = line(up, "Open in a browser:").split(":", 2)[1].strip();

            HttpResponse<String> page = get(browser, address);
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("<title>Canary</title>");
            assertThat(get(browser, address + "/api/sensors").statusCode()).isEqualTo(401);
            assertThat(up.stop()).isZero();
            assertThatThrownBy(() -> get(browser, address)).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void aStopIsCleanAndToldToTheWebapp() throws Exception {
        try (Program up = up();
                Program status = subscribe("webapp", "-t", "sensor/status")) {
            status.says("online");

            assertThat(up.stop()).isZero();

            status.says("{\"state\": \"offline\", \"reason\": \"stopped\"");
            // What a broker says of its daily work would only bury the summary; -v says it.
            assertThat(up.err())
                    .doesNotContain(
                            "listen socket", "client connected", "terminating", "Exception");
        }
    }

    @Test
    void aSecondRunKeepsEverythingAndNoRunShowsAPassword() throws Exception {
        StringBuilder output = new StringBuilder();
        String before;
        try (Program up = up()) {
            assertThat(up.out())
                    .contains("New passwords, each in a file")
                    .contains("webapp.credential");
            assertThat(up.stop()).isZero();
            output.append(up.out()).append(up.err());
            before = Files.readString(data.resolve("passwd"));
        }
        String[] passwords = {password("sensor"), password("webapp")};

        try (Program up =
                Program.canary(folder, "up", "-v", "--web-port", "0", "--data", data.toString())) {
            up.says("Ctrl-C ends all of it");
            assertThat(up.out()).doesNotContain("New passwords");
            up.says("listen socket");
            try (Program watch = subscribe("webapp", "-t", "sensor/data", "-C", "1")) {
                assertThat(watch.exitCode()).isZero();
            }
            assertThat(up.stop()).isZero();
            output.append(up.out()).append(up.err());
        }

        assertThat(Files.readString(data.resolve("passwd"))).isEqualTo(before);
        assertThat(new String[] {password("sensor"), password("webapp")}).isEqualTo(passwords);
        assertThat(output.toString()).doesNotContain(passwords);
    }

    @Test
    void aPortInUseIsOneSentenceAndNothingIsMade() throws Exception {
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                Program up = Program.canary(
                        folder,
                        "up",
                        "--web-port",
                        "0",
                        "--data",
                        data.toString(),
                        "-p",
                        "" + taken.getLocalPort())) {
            assertThat(up.exitCode()).isEqualTo(1);
            assertThat(up.err())
                    .startsWith("Error: cannot listen on 127.0.0.1 port " + port)
                    .hasLineCount(1);
            assertThat(up.out()).isEmpty();
        }
        assertThat(data).doesNotExist();
    }

    @Test
    void aHashThatNoLongerFitsIsSaidAndEndsIt() throws Exception {
        up().stop();
        Files.writeString(data.resolve("sensor.credential"), "sensor\nanother\n");

        try (Program up =
                Program.canary(folder, "up", "--web-port", "0", "--data", data.toString())) {
            assertThat(up.exitCode()).isEqualTo(1);
            assertThat(up.err())
                    .contains("Delete that file for a new one")
                    .doesNotContain("Exception");
            assertThat(up.out()).isEmpty();
        }
    }

    private Program up(String... more) throws IOException {
        List<String> all = new ArrayList<>(
                List.of("up", "--web-port", "0", "--data", data.toString(), "-p", "" + port));
        all.addAll(List.of(more));
        return Program.canary(folder, all.toArray(new String[0])).says("Ctrl-C ends all of it");
    }

    private Program subscribe(String user, String... arguments) throws IOException {
        return Program.of(folder, command("mosquitto_sub", user, arguments));
    }

    private void publish(String user, String topic, String message) throws Exception {
        try (Program publisher = Program.of(
                folder, command("mosquitto_pub", user, "-q", "1", "-t", topic, "-m", message))) {
            assertThat(publisher.exitCode()).isZero();
        }
    }

    private int run(String program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(program, "-p", "" + port));
        command.addAll(List.of(arguments));
        try (Program other = Program.of(folder, command)) {
            return other.exitCode();
        }
    }

    private List<String> command(String program, String user, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(
                List.of(program, "-p", "" + port, "-u", user, "-P", password(user)));
        command.addAll(List.of(arguments));
        return command;
    }

    private String password(String user) throws IOException {
        return Files.readAllLines(data.resolve(user + ".credential")).getLast();
    }

    private static HttpResponse<String> get(HttpClient browser, String address) throws Exception {
        return browser.send(
                HttpRequest.newBuilder(URI.create(address)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String line(Program up, String program) throws IOException {
        return up.out()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith(program))
                .findFirst()
                .orElseThrow();
    }

    private static List<Instant> times(Program watch) throws IOException {
        return TIME.matcher(watch.out())
                .results()
                .map((MatchResult match) -> Instant.parse(match.group(1)))
                .toList();
    }
}
