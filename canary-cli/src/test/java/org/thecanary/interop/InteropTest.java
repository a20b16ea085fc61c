// SPDX-License-Identifier: Apache-2.0
package org.thecanary.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.thecanary.broker.Broker;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ConfigLoader;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Do the clients that people use get from Canary what they get from the real mosquitto? Each behaviour runs with each
 * client, in MQTT 3.1.1 and 5, against both brokers.
 */
@Timeout(120)
final class InteropTest {
    private static final boolean CI = Boolean.parseBoolean(System.getenv("CI"));
    private static final Path MOSQUITTO = Path.of("/usr/sbin/mosquitto");
    private static final AtomicInteger NAMES = new AtomicInteger();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path directory;

    private static @Nullable Broker canary;
    private static @Nullable Process mosquitto;
    private static int canaryPort;
    private static int mosquittoPort;

    /** One run of a script. */
    record Run(boolean ofCanary, Kind kind, int version) {
        int port() {
            return ofCanary ? canaryPort : mosquittoPort;
        }

        /** The other side of the exchange: another client each, so that all meet. */
        Kind other() {
            Kind[] kinds = Kind.values();
            return kinds[(kind.ordinal() + 1) % kinds.length];
        }

        @Override
        public String toString() {
            return (ofCanary ? "canary" : "mosquitto") + " " + kind + " " + version;
        }
    }

    static Stream<Run> runs() {
        return Stream.of(true, false)
                .flatMap(ofCanary -> Stream.of(Kind.values())
                        .flatMap(kind ->
                                Stream.of(4, 5).map(version -> new Run(ofCanary, kind, version))));
    }

    @BeforeAll
    static void startBoth() throws Exception {
        boolean complete = Stream.of(Kind.values()).allMatch(Kind::isInstalled)
                && Files.isExecutable(MOSQUITTO);
        if (CI) {
            assertThat(complete).as("CI needs all peers; ./check installs them").isTrue();
        }
        assumeTrue(complete, "peers are missing; ./check installs them");
        Path passwords = directory.resolve("passwords");
        run("mosquitto_passwd", "-b", "-c", passwords.toString(), "alice", "secret");
        Path rules = Files.writeString(directory.resolve("rules"), """
                topic readwrite #

                user alice
                topic readwrite allowed/#
                """);
        canaryPort = freePort();
        mosquittoPort = freePort();
        BrokerConfig config = ConfigLoader.load(
                        configuration("canary.conf", canaryPort, passwords, rules, ""), List.of())
                .config();
        canary = Broker.start(config, AccessRules.load(config.listeners()), 2);
        mosquitto = new ProcessBuilder(
                        MOSQUITTO.toString(),
                        "-c",
                        configuration("m.conf", mosquittoPort, passwords, rules, "user root\n")
                                .toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("mosquitto.log").toFile())
                .start();
        awaitPort(mosquittoPort);
    }

    private static Path configuration(
            String name, int port, Path passwords, Path rules, String more) throws IOException {
        return Files.writeString(
                directory.resolve(name),
                "listener " + port + " 127.0.0.1\nallow_anonymous true\npassword_file " + passwords
                        + "\nacl_file " + rules + "\n" + more);
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void awaitPort(int port) throws Exception {
        for (int i = 0; i < 200; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(socket.isConnected()).isTrue();
                return;
            } catch (IOException e) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
        throw new AssertionError(Files.readString(directory.resolve("mosquitto.log")));
    }

    @AfterAll
    static void stopBoth() throws InterruptedException {
        if (canary != null) {
            canary.close();
        }
        if (mosquitto != null) {
            mosquitto.destroy();
            var _ = mosquitto.waitFor();
        }
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).as(command[0]).isZero();
    }

    // --- the client at work
    // ---------------------------------------------------------------------------------------------

    /** A client that runs. Owner: one thread. */
    private static final class Running implements AutoCloseable {
        private final Process process;
        private final BufferedReader out;
        /** A client may tell of a Retained Message before it tells of its SUBACK. */
        private final List<String> early = new ArrayList<>();

        Running(Kind kind, String... arguments) throws IOException {
            process = new ProcessBuilder(kind.command(arguments))
                    .redirectErrorStream(true)
                    .start();
            out = process.inputReader(StandardCharsets.UTF_8);
        }

        Running ready() throws IOException {
            String line = out.readLine();
            while (line != null && !line.equals("ready") && !line.startsWith("Subscribed (")) {
                early.add(line);
                line = out.readLine();
            }
            assertThat(line).as("instead of getting ready: " + early).isNotNull();
            return this;
        }

        /** The messages it took, to its end; or "refused". */
        List<String> messages() throws Exception {
            List<String> lines = Stream.concat(early.stream(), out.lines())
                    .filter(line -> line.matches("[01] .*|refused"))
                    .toList();
            if (process.waitFor() != 0 && lines.isEmpty()) {
                return List.of("refused");
            }
            return lines;
        }

        void say(Stream<String> lines) throws IOException {
            try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
                lines.forEach(line -> {
                    try {
                        in.write(line + "\n");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            }
        }

        @Override
        public void close() {
            var _ = process.destroyForcibly().onExit().join();
        }
    }

    private static String name(String purpose) {
        return purpose + NAMES.incrementAndGet();
    }

    private static Running subscriber(
            Run run, Kind kind, String id, String filter, int count, boolean clean)
            throws IOException {
        return new Running(
                kind,
                "sub",
                "" + run.port(),
                "" + run.version(),
                id,
                filter,
                "2",
                "" + count,
                clean ? "1" : "0",
                "-",
                "-");
    }

    private static List<String> publish(
            Run run, Kind kind, String topic, int qos, boolean retain, Stream<String> payloads)
            throws Exception {
        return publish(run, kind, topic, qos, retain, "-", "-", payloads);
    }

    private static List<String> publish(
            Run run,
            Kind kind,
            String topic,
            int qos,
            boolean retain,
            String user,
            String password,
            Stream<String> payloads)
            throws Exception {
        try (var publisher = new Running(
                kind,
                "pub",
                "" + run.port(),
                "" + run.version(),
                name("pub"),
                topic,
                "" + qos,
                retain ? "1" : "0",
                user,
                password)) {
            try {
                publisher.say(payloads);
            } catch (IOException | UncheckedIOException e) {
                assertThat(user).as("the pipe broke: " + e).isNotEqualTo("-"); // refused first
            }
            return publisher.messages();
        }
    }

    private static Stream<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(i -> "message " + i);
    }

    private static List<String> taken(String topic, int count) {
        return numbers(count).map(text -> "0 " + topic + " " + text).toList();
    }

    // --- the script
    // -----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource("runs")
    void messagesOfEachQoSArriveInOrderThroughAWildcard(Run run) throws Exception {
        String topic = name("order/");
        List<String> expected = new ArrayList<>();
        try (Running subscriber =
                subscriber(run, run.kind(), name("sub"), topic + "/+", 30, true)) {
            subscriber.ready();
            for (int qos = 0; qos <= 2; qos++) {
                publish(run, run.other(), topic + "/" + qos, qos, false, numbers(10));
                expected.addAll(taken(topic + "/" + qos, 10));
            }

            assertThat(subscriber.messages()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void aRetainedMessageAndALargeOneArriveWhole(Run run) throws Exception {
        String topic = name("retained/") + "/x";
        String large = "0123456789".repeat(10_000);
        publish(run, run.kind(), topic, 1, true, Stream.of("kept"));
        try (Running subscriber =
                subscriber(run, run.other(), name("sub"), topic.replace("/x", "/#"), 2, true)) {
            subscriber.ready();
            publish(run, run.kind(), topic, 1, false, Stream.of(large));

            assertThat(subscriber.messages())
                    .containsExactly("1 " + topic + " kept", "0 " + topic + " " + large);
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void theWillOfAClientThatIsKilledIsPublished(Run run) throws Exception {
        String topic = name("will/");
        try (Running subscriber = subscriber(run, run.other(), name("sub"), topic, 1, true)) {
            subscriber.ready();
            try (Running dying = new Running(
                    run.kind(),
                    "will",
                    "" + run.port(),
                    "" + run.version(),
                    name("dying"),
                    topic,
                    "gone")) {
                dying.ready();
            }

            assertThat(subscriber.messages()).containsExactly("0 " + topic + " gone");
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void aSessionKeepsItsMessagesForTheClientThatReturns(Run run) throws Exception {
        String topic = name("session/");
        String id = name("returning");
        try (Running first = subscriber(run, run.kind(), id, topic, 0, false)) {
            assertThat(first.messages()).isEmpty();
        }
        publish(run, run.other(), topic, 1, false, numbers(10));
        try (Running again = subscriber(run, run.kind(), id, topic, 10, false)) {
            assertThat(again.messages()).isEqualTo(taken(topic, 10));
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void usersAndRulesHold(Run run) throws Exception {
        String topic = name("/");
        try (Running subscriber = subscriber(run, run.other(), name("sub"), "+" + topic, 1, true)) {
            subscriber.ready();

            assertThat(publish(run, run.kind(), "denied", 1, false, "alice", "wrong", numbers(1)))
                    .contains("refused");
            publish(run, run.kind(), "denied" + topic, 1, false, "alice", "secret", numbers(1));
            publish(run, run.kind(), "allowed" + topic, 1, false, "alice", "secret", numbers(1));
            assertThat(subscriber.messages()).isEqualTo(taken("allowed" + topic, 1));
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void aSharedSubscriptionDealsMessagesOut(Run run) throws Exception {
        String topic = name("shared/");
        String filter = "$share/group/" + topic;
        try (Running one = subscriber(run, run.kind(), name("one"), filter, 5, true);
                Running two = subscriber(run, run.other(), name("two"), filter, 5, true)) {
            one.ready();
            two.ready();
            publish(run, run.kind(), topic, 1, false, numbers(10));

            List<String> all = new ArrayList<>(one.messages());
            all.addAll(two.messages());
            assertThat(all).containsExactlyInAnyOrderElementsOf(taken(topic, 10));
        }
    }
}
