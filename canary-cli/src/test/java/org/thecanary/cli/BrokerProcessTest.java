// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.mqtt.codec.Bytes;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** How does {@code canary broker} behave as a process: its log, signals and systemd? */
@Timeout(120)
final class BrokerProcessTest {
    @TempDir
    Path folder;

    private Path conf(int port, String more) throws Exception {
        return Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener " + port + " 127.0.0.1\nallow_anonymous true\n" + more);
    }

    private static void publish(int port, String id) throws Exception {
        ProgramRun run = ProgramRun.other(
                "", "/usr/bin/mosquitto_pub", "-p", "" + port, "-i", id, "-t", "t", "-m", "x");
        assertThat(run.status()).isZero();
    }

    @Test
    void connectAndDisconnectAreLoggedInMosquittosWords() throws Exception {
        Program.needsMosquittoClients();
        int port = Program.freePort();
        String conf = conf(port, "").toString();
        String theirs;
        try (Program mosquitto = Program.of(folder, List.of("/usr/sbin/mosquitto", "-c", conf))) {
            mosquitto.serves();
            publish(port, "one");
            mosquitto.says("Client one disconnected.").stop();
            theirs = connectionLines(mosquitto.err())
                    .replace("one disconnected", "one [127.0.0.1:PORT] disconnected"); // since 2.1
        }
        try (Program broker = Program.canary(folder, "broker", "-c", conf)) {
            broker.serves();
            publish(port, "one");
            broker.says("] disconnected.").stop();

            assertThat(connectionLines(broker.err()))
                    .contains("New client connected from 127.0.0.1:PORT as one (p2, c1, k60).")
                    .isEqualTo(theirs);
        }
    }

    /** Their texts, without the port that the system chose for the client. */
    private static String connectionLines(String log) {
        return log.lines()
                .filter(line -> line.contains(" connect") || line.contains(" disconnect"))
                .map(line -> line.replaceFirst("^[0-9]+: ", "TIME: ")
                        .replaceFirst("127.0.0.1:[0-9]+", "127.0.0.1:PORT"))
                .reduce("", (a, b) -> a + b + "\n");
    }

    @Test
    void whatMosquittoSaysOfItsListenersIsOfTheSameType() throws Exception {
        int port = Program.freePort();
        String socket = folder.resolve("s").toString();
        Path conf = conf(port, "listener 0 " + socket + "\n");
        try (Program broker =
                Program.canary(folder, "broker", "-c", conf.toString(), "--log-format", "json")) {
            broker.serves();

            assertThat(broker.err())
                    .contains(
                            "\"information\",\"message\":\"Opening ipv4 listen socket on port "
                                    + port,
                            "\"information\",\"message\":\"Opening unix listen socket on path "
                                    + socket);
        }
        try (Program localOnly = Program.canary(
                folder, "broker", "-p", "" + Program.freePort(), "--log-format", "json")) {
            localOnly.serves();

            assertThat(localOnly.err())
                    .contains(
                            "\"warning\",\"message\":\"Starting in local only mode.",
                            "\"warning\",\"message\":\"Create a configuration file");
        }
    }

    private Program watcher(int port, String filter) throws IOException {
        return Program.of(
                folder, List.of("/usr/bin/mosquitto_sub", "-p", "" + port, "-t", filter, "-v"));
    }

    @Test
    void theLogIsAFileATopicAndJsonAndIsOpenedAnewAtSighup() throws Exception {
        Program.needsMosquittoClients();
        int port = Program.freePort();
        Path log = folder.resolve("canary.log");
        Path conf = conf(port, "log_dest file " + log + "\nlog_dest topic\nlog_type all\n");
        try (Program broker =
                Program.canary(folder, "broker", "-c", conf.toString(), "--log-format", "json")) {
            await().until(() -> Files.exists(log) && Files.readString(log).contains(" running\""));
            try (Program watcher = watcher(port, "$SYS/broker/log/#")) {
                await().until(() -> Files.readString(log).contains("$SYS/broker/log/#"));
                publish(port, "seen");

                watcher.says("$SYS/broker/log/N {\"time\":\"")
                        .says("\"type\":\"notice\",\"message\":\"Client seen [127.0.0.1:")
                        .says("] disconnected.\"}");
                assertThat(watcher.out()).doesNotContain("broker/log/D");
            }
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(log)))
                    .isEqualTo("rw-------");
            Files.move(log, folder.resolve("canary.log.1"));
            broker.signal("HUP");
            await().until(() -> Files.exists(log) && Files.readString(log).contains("reloaded"));
            broker.signal("USR1");
            broker.signal("USR2");
            publish(port, "after");
            try (Program watcher = watcher(port, "$SYS/broker/log/I")) {
                await().until(() -> Files.readString(log).contains("$SYS/broker/log/I"));
                assertThat(broker.stop()).isZero();
                watcher.says(" terminating\"}");
            }
        }
        assertThat(Files.readString(log))
                .containsPattern("Client after \\[127\\.0\\.0\\.1:[0-9]+\\] disconnected\\.\"")
                .contains(" terminating\"");
        assertThat(Files.readAllLines(log)).allMatch(line -> line.startsWith("{\"time\":\""));
    }

    @Test
    void aLogFileThatCannotBeWrittenIsToldOfAndKeepsNobodyFromStarting() throws Exception {
        Path log = folder.resolve("missing").resolve("canary.log");
        Path conf = conf(Program.freePort(), "log_dest file " + log + "\n");
        try (Program broker = Program.canary(folder, "broker", "-c", conf.toString())) {
            broker.says("Error: Unable to open log file " + log
                            + " for writing: no such file or directory.")
                    .says(" running");
            broker.signal("HUP");
            broker.says("Config reloaded.");
            assertThat(broker.stop()).isZero();
        }
    }

    @Test
    void aQuietBrokerLogsNothingWhateverElseIsAsked() throws Exception {
        int port = Program.freePort();
        Path conf = conf(port, "log_type all\n");
        try (Program broker = Program.canary(folder, "broker", "-q", "-v", "-c", conf.toString())) {
            await().ignoreExceptions().untilAsserted(() -> publish(port, "a"));
            assertThat(broker.stop()).isZero();
            assertThat(broker.out() + broker.err()).isEmpty();
        }
    }

    @Test
    void signalsAreHeededThatNohupOrAScriptHasIgnored() throws Exception {
        Path conf = conf(Program.freePort(), "");
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", "-c", "trap '' HUP INT; exec \"$@\"", "sh"));
        command.addAll(Program.canaryCommand("broker", "-c", conf.toString()));
        try (Program broker = Program.of(folder, command)) {
            broker.says(" running");
            broker.signal("HUP");
            broker.says("Config reloaded.");
            broker.signal("INT");
            assertThat(broker.exitCode()).isZero();
        }
    }

    @Test
    void sigusr1SavesAndSigusr2PrintsWhoHasSubscribedToWhat() throws Exception {
        Program.needsMosquittoClients();
        int port = Program.freePort();
        Path conf = conf(port, "persistence true\npersistence_location " + folder + "/\n");
        try (Program broker =
                        Program.canary(folder, "broker", "-c", conf.toString()).serves();
                Program one = subscriber(port, "one", "a/b", "a/#", "$SYS/none", "$share/g/x")) {
            await().until(() -> {
                broker.signal("USR2");
                return broker.out().contains("(one, 1)");
            });
            broker.signal("USR1");

            broker.says("Saving in-memory database to " + folder + "/mosquitto.store.")
                    .says("Saved to ");
            assertThat(broker.out()).contains("""
                      a
                        # (one, 1)
                        b (one, 1)
                    $SYS
                      $SYS
                        none (one, 1)
                    $share
                      g
                        x (one, 1)
                """);
            one.stop();
        }
    }

    private Program subscriber(int port, String id, String... filters) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("/usr/bin/mosquitto_sub", "-p", "" + port, "-i", id, "-q", "1"));
        for (String filter : filters) {
            command.addAll(List.of("-t", filter));
        }
        return Program.of(folder, command);
    }

    @Test
    void aVerboseBrokerTellsOfEveryPacketInMosquittosWords() throws Exception {
        Program.needsMosquittoClients();
        int port = Program.freePort();
        String conf = conf(port, "").toString();
        String theirs;
        try (Program mosquitto =
                Program.of(folder, List.of("/usr/sbin/mosquitto", "-v", "-c", conf))) {
            theirs = packetsOfAVisit(mosquitto.serves(), port);
        }
        try (Program broker = Program.canary(folder, "broker", "-v", "-c", conf)) {
            assertThat(packetsOfAVisit(broker.serves(), port))
                    .contains("Sending PUBLISH to visitor (d0, q2, r0, m1, 'visit', ... (5 bytes))")
                    .isEqualTo(theirs);
        }
        try (Program broker = Program.canary(folder, "broker", "-c", conf)) {
            assertThat(packetsOfAVisit(broker.serves(), port)).isEmpty();
        }
    }

    /** What is logged while somebody subscribes, gets a message and leaves, publisher and subscriber each by itself. */
    private String packetsOfAVisit(Program broker, int port) throws Exception {
        try (Program visitor = Program.of(
                folder,
                List.of(
                        "/usr/bin/mosquitto_sub",
                        "-p",
                        "" + port,
                        "-i",
                        "visitor",
                        "-t",
                        "visit",
                        "-U",
                        "none",
                        "-q",
                        "2",
                        "-C",
                        "1",
                        "--will-topic",
                        "w",
                        "--will-payload",
                        "gone"))) {
            await().until(() -> {
                ProgramRun run = ProgramRun.other(
                        "",
                        "/usr/bin/mosquitto_pub",
                        "-p",
                        "" + port,
                        "-i",
                        "host",
                        "-t",
                        "visit",
                        "-q",
                        "2",
                        "-m",
                        "hello");
                return run.status() == 0 && !visitor.isAlive();
            });
        }
        broker.says("Client visitor").stop();
        return packetsOf(broker.err(), "visitor") + packetsOf(broker.err(), "host");
    }

    private static String packetsOf(String log, String client) {
        return log.lines()
                .map(line -> line.replaceFirst("^[0-9]+: ", ""))
                .filter(line -> line.matches("((Received|Sending) .* )?" + client + "\\b.*"))
                .distinct()
                .reduce("", (a, b) -> a + b + "\n");
    }

    @Test
    void whoSpeaksSomethingElseIsTold() throws Exception {
        int port = Program.freePort();
        try (Program broker =
                Program.canary(folder, "broker", "-c", conf(port, "").toString())) {
            broker.serves();
            send(port, 0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3);
            broker.says("this is TLS, which this listener does not speak");
            send(port, "GET / HTTP/1.1\r\n\r\n".chars().toArray());
            broker.says("this is HTTP; WebSocket clients need a listener of protocol websockets");
            send(port, 0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 9, 2, 0, 60, 0, 1, 'c');
            broker.says("disconnected: used disallowed feature (QoS too high,");
        }
    }

    @Test
    void whoIsRefusedIsLoggedInMosquittosWords() throws Exception {
        int port = Program.freePort();
        String options =
                "allow_zero_length_clientid false\nmessage_size_limit 1\nmax_keepalive 9\n";
        try (Program broker =
                Program.canary(folder, "broker", "-c", conf(port, options).toString())) {
            broker.serves();
            send(port, connect("02 0009 s''"));
            broker.says("] disconnected: protocol error.");
            send(port, connect("06 0009 s'c' s'will' s'hi'"));
            broker.says("] disconnected: oversize payload.");
            send(port, connect("02 000A s'c'"));
            broker.says("] disconnected: bad socket read/write: Invalid input.");
        }
    }

    private static int[] connect(String fromFlags) {
        byte[] bytes = Bytes.of("10 r s'MQTT' 04 " + fromFlags);
        return IntStream.range(0, bytes.length).map(i -> bytes[i]).toArray();
    }

    private static void send(int port, int... bytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            for (int value : bytes) {
                socket.getOutputStream().write(value);
            }
            assertThat(socket.getInputStream().readAllBytes()).hasSizeLessThan(10);
        }
    }

    @Test
    void systemdIsToldOfStartReloadWatchdogAndEnd() throws Exception {
        Path socket = folder.resolve("notify");
        Path told = folder.resolve("told");
        Process systemd = new ProcessBuilder("/usr/bin/python3", "-c", """
                        import socket, sys
                        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                        s.bind(sys.argv[1])
                        print('bound', flush=True)
                        while True: print(s.recv(999).decode(), flush=True)
                        """, socket.toString())
                .redirectOutput(told.toFile())
                .start();
        await().until(() -> Files.readString(told).startsWith("bound"));
        Path conf = conf(Program.freePort(), "");
        try (Program broker = Program.canaryWith(
                folder,
                Map.of("NOTIFY_SOCKET", socket.toString(), "WATCHDOG_USEC", "200000"),
                "broker",
                "-c",
                conf.toString())) {
            await().until(() -> Files.readString(told).contains("WATCHDOG=1"));
            broker.signal("HUP");
            await().until(() -> Files.readString(told).contains("RELOADING=1\nMONOTONIC_USEC="));
            broker.says("Config reloaded.");
            await().until(() -> Files.readString(told).split("READY=1", -1).length == 3);

            assertThat(broker.stop()).isZero();
        }
        await().until(() -> Files.readString(told).contains("STOPPING=1"));
        systemd.destroy();
        assertThat(Files.readString(told)).startsWith("bound\nREADY=1\n");
    }

    @Test
    void flagsCountFromLeftToRight() throws Exception {
        Path bad = Files.writeString(folder.resolve("bad.conf"), "lsitener 1\n");
        Path good = conf(1, "");

        assertThat(ProgramRun.canary("", "broker", "-h", "--foo").status()).isZero();
        assertThat(ProgramRun.canary("", "broker", "--foo", "-h").status()).isEqualTo(3);
        assertThat(ProgramRun.canary("", "broker", "-c", bad.toString(), "-h").status())
                .isEqualTo(3);
        assertThat(ProgramRun.canary("", "broker", "-h", "-c", bad.toString()).status())
                .isZero();
        assertThat(ProgramRun.canary("", "broker", "-c", good.toString(), "--version")
                        .out())
                .startsWith("canary ");
    }
}
