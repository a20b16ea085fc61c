// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.client.Acknowledgement;
import org.thecanary.client.ClientEvents;
import org.thecanary.client.ClientOptions;
import org.thecanary.client.ClientThreads;
import org.thecanary.client.MqttClient;
import org.thecanary.client.ReconnectPolicy;
import org.thecanary.client.Transport;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicName;
import org.thecanary.web.payload.MalformedPayload;
import org.thecanary.web.payload.PayloadReader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fleet of 200, and for a while, at random: its process is killed, the broker is killed, the database of the web app is
 * killed, the cable between fleet and broker is cut. Does every reading that was taken arrive, in order, and once when
 * duplicates by sensor, boot and seq are left out? And is every value of it in the history, once?
 *
 * <p>{@code tools/sensor-faults} runs it for longer.
 */
final class SensorFaultsTest {
    private static final int SENSORS = 200;
    private static final Duration FAULTS =
            Duration.ofSeconds(Integer.getInteger("canary.faults.seconds", 15));
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path MOSQUITTO = Path.of("/usr/sbin/mosquitto");

    private static final String PROBE = "sensor/probe";

    private static final Pattern MEASUREMENT = Pattern.compile(
            "sensor/([^/]+)/data (\\{\"time\": \"([^\"]+)\", \"boot\": \"(\\w+)\", \"seq\": (\\d+).*})");

    /** The name of a measurement of one sensor. */
    private record Name(Instant time, String boot, long seq) {}

    enum BrokerKind {
        /** Killed: what it acknowledged is on disk. */
        CANARY,
        /** Stopped: it writes its memory to the disk then, and not before. */
        MOSQUITTO
    }

    @TempDir
    Path folder;

    private final Map<String, List<Name>> arrived = new ConcurrentHashMap<>();

    /** What the history is to have: a line for each value of what arrived. */
    private final Set<String> expected = ConcurrentHashMap.newKeySet();

    private final List<Program> agents = new ArrayList<>();
    private PostgresServer database;
    private int brokers;
    private int cuts;

    @BeforeEach
    void start() throws Exception {
        database = new PostgresServer(folder);
    }

    @AfterEach
    void stop() throws Exception {
        if (database != null) {
            database.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyReadingArrivesOnceAndInOrder(BrokerKind kind) throws Exception {
        long seed = new Random().nextLong();
        System.err.println("faults with " + kind + ", seed " + seed);
        int port = Program.freePort();
        try (CutNetwork network = new CutNetwork(folder);
                ClientThreads threads = new ClientThreads()) {
            Program broker = broker(kind, network, port);
            try (Program web = web(network.address() + ":" + port);
                    MqttClient _ = recorder(network, port, threads)) {
                broker = faults(kind, network, port, broker, new Random(seed));
                // The last one brings what the others left, and adds one reading of each sensor.
                agents.add(agent(network, port, "1000 s").says("sensor/"));
                await().atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(500))
                        .untilAsserted(() -> assertThat(missing())
                                .as("readings that were taken and have not arrived")
                                .isEmpty());
                assertThat(agents.getLast().stop()).isZero();
                await().atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(500))
                        .until(() -> new HashSet<>(history()).containsAll(expected));
                // A list, so that a value which is there twice would show.
                assertThat(history()).hasSameSizeAs(expected);
                assertThat(web.stop()).isZero();
                assertThat(web.err()).doesNotContain("Exception").doesNotContain("sings");
            } finally {
                agents.forEach(Program::close);
                broker.close();
            }
        }
        assertThat(arrived).hasSize(SENSORS).allSatisfy(SensorFaultsTest::isInOrder);
        System.err.println(told());
    }

    private String told() {
        long all = arrived.values().stream().mapToLong(List::size).sum();
        long once = arrived.values().stream()
                .mapToLong(n -> new HashSet<>(n).size())
                .sum();
        return once + " readings of " + agents.size() + " agents arrived, " + (all - once)
                + " of them twice; " + expected.size() + " values are in the history; " + brokers
                + " brokers, " + database.starts() + " databases, " + cuts + " cuts";
    }

    private Program faults(
            BrokerKind kind, CutNetwork network, int port, Program broker, Random random)
            throws Exception {
        Program running = broker;
        agents.add(agent(network, port, "1 s"));
        long end = System.nanoTime() + FAULTS.toNanos();
        while (System.nanoTime() < end) {
            pause(random, 1500, 3000);
            switch (random.nextInt(network.isReal() ? 4 : 3)) {
                case 0 -> {
                    agents.getLast().kill();
                    agents.add(agent(network, port, "1 s"));
                }
                case 1 -> {
                    if (kind == BrokerKind.CANARY) {
                        running.kill();
                    } else {
                        assertThat(running.stop()).isZero();
                    }
                    pause(random, 0, 1000);
                    running = broker(kind, network, port);
                }
                case 2 -> {
                    database.crash();
                    pause(random, 0, 3000);
                    database.start();
                }
                default -> {
                    cuts++;
                    network.cut();
                    pause(random, 200, 4000);
                    network.mend();
                }
            }
        }
        agents.getLast().kill();
        return running;
    }

    /** Time passes; what it is for happens meanwhile, in other processes. */
    private static void pause(Random random, int fromMillis, int toMillis)
            throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(fromMillis, toMillis));
    }

    private Program agent(CutNetwork network, int port, String rate) throws IOException {
        return network.canary(
                "sensor",
                "-h",
                network.address(),
                "-p",
                "" + port,
                "--fleet",
                "" + SENSORS,
                "--rate",
                rate,
                "--store",
                folder.resolve("store").toString(),
                "--store-size",
                "1",
                "--print");
    }

    private Program broker(BrokerKind kind, CutNetwork network, int port) throws IOException {
        brokers++;
        Path data = Files.createDirectories(folder.resolve("broker"));
        Path config = Files.writeString(
                folder.resolve("broker.conf"),
                "listener " + port + " " + network.address()
                        + "\nallow_anonymous true\npersistence true\npersistence_location " + data
                        + "/\nmax_queued_messages 0\n"
                        + (kind == BrokerKind.MOSQUITTO ? "user root\n" : ""));
        if (kind == BrokerKind.CANARY) {
            return Program.canary(folder, "broker", "-c", config.toString()).serves();
        }
        boolean installed = Files.isExecutable(MOSQUITTO);
        assertThat(installed || !"true".equals(System.getenv("CI"))).isTrue();
        assumeTrue(installed, "mosquitto is not installed");
        return Program.of(folder, List.of(MOSQUITTO.toString(), "-c", config.toString()))
                .serves();
    }

    private Program web(String broker) throws IOException {
        return Program.canaryWith(
                        folder,
                        database.environment(),
                        "web",
                        "--broker",
                        broker,
                        "--data",
                        folder.resolve("web").toString(),
                        "--port",
                        "0",
                        "--db",
                        database.url())
                .says("Open ");
    }

    /** Of each value a line, as in {@link #expected}. */
    private List<String> history() throws SQLException {
        return history("<>");
    }

    private List<String> history(String probe) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(
                        database.url(), PostgresServer.USER, PostgresServer.PASSWORD);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT sensor, name, time, mark, value FROM raw JOIN channel ON channel = id"
                                + " WHERE sensor LIKE 'sensor/%' AND sensor " + probe + " '" + PROBE
                                + "'")) {
            while (rows.next()) {
                lines.add(line(
                        rows.getString(1),
                        rows.getString(2),
                        rows.getLong(3),
                        rows.getInt(4),
                        rows.getDouble(5)));
            }
        }
        return lines;
    }

    private static String line(String sensor, String name, long time, int mark, double value) {
        return sensor + " " + name + " " + time + " " + mark + " " + value;
    }

    /** Keeps what comes, in the order in which it comes. */
    private MqttClient recorder(CutNetwork network, int port, ClientThreads threads) {
        var client = new MqttClient(
                ClientOptions.builder(Transport.tcp(network.address(), port))
                        .clientId("recorder")
                        .cleanStart(false)
                        .sessionExpiry(Duration.ofHours(1))
                        .reconnect(ReconnectPolicy.backOff(
                                Duration.ofMillis(100), Duration.ofMillis(500)))
                        .build(),
                threads,
                new ClientEvents() {
                    @Override
                    public void received(Publish publish, Acknowledgement acknowledgement) {
                        record(publish.message().topic() + " "
                                + new String(publish.message().payload(), UTF_8));
                        expect(publish.message());
                    }
                });
        var _ = client.connect().join();
        // From here on what is measured is in the web app's session, too.
        await().atMost(PATIENCE).until(() -> {
            var _ = client.publish(new Message(
                            TopicName.of(PROBE + "/data"),
                            QoS.AT_LEAST_ONCE,
                            false,
                            "1".getBytes(UTF_8),
                            MessageProperties.NONE))
                    .join();
            return !history("=").isEmpty();
        });
        var _ = client.subscribe("sensor/+/data", QoS.AT_LEAST_ONCE).join();
        return client;
    }

    private static Name name(Matcher measurement) {
        return new Name(
                Instant.parse(measurement.group(3)),
                measurement.group(4),
                Long.parseLong(measurement.group(5)));
    }

    private void expect(Message message) {
        String sensor = message.topic().toString().replace("/data", "");
        try {
            PayloadReader.read(message.payload(), System.currentTimeMillis())
                    .forEach(taken -> taken.readings()
                            .forEach(reading -> expected.add(line(
                                    sensor,
                                    reading.name(),
                                    taken.timeMillis(),
                                    taken.mark(),
                                    reading.value()))));
        } catch (MalformedPayload e) {
            // All its probes were silent.
        }
    }

    private void record(String line) {
        Matcher measurement = MEASUREMENT.matcher(line);
        assertThat(measurement.matches()).as(line).isTrue();
        arrived.computeIfAbsent(
                        measurement.group(1), _ -> Collections.synchronizedList(new ArrayList<>()))
                .add(name(measurement));
    }

    /** What an agent printed as taken, and the recorder has not got. */
    private Map<String, Set<Name>> missing() throws IOException {
        Map<String, Set<Name>> missing = new HashMap<>();
        for (Program agent : agents) {
            Matcher taken = MEASUREMENT.matcher(agent.out());
            while (taken.find()) {
                missing.computeIfAbsent(taken.group(1), _ -> new HashSet<>()).add(name(taken));
            }
        }
        assertThat(missing.keySet())
                .as(
                        "sensors that took readings; the last agent said %s",
                        agents.getLast().err())
                .hasSize(SENSORS);
        missing.forEach((sensor, names) -> {
            List<Name> came = arrived.getOrDefault(sensor, List.of());
            synchronized (came) {
                came.forEach(names::remove);
            }
        });
        missing.values().removeIf(Set::isEmpty);
        return missing;
    }

    /** Without duplicates each start of the agent is a block, and counts from one without a gap. */
    private static void isInOrder(String sensor, List<Name> names) {
        List<Name> once = new ArrayList<>(new LinkedHashSet<>(names));
        Set<String> boots = new LinkedHashSet<>();
        long last = 0;
        Instant time = Instant.EPOCH;
        for (Name name : once) {
            // The history has the times, so its order is that of the readings, too.
            assertThat(name.time()).as("%s: %s", sensor, once).isAfter(time);
            time = name.time();
            last = boots.add(name.boot()) ? 1 : last + 1;
            assertThat(name.seq()).as("%s: %s", sensor, once).isEqualTo(last);
        }
    }
}
