// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Does the log say of a message that the rules deny, or that is dropped, what mosquitto's says? */
final class DenialLogTest {
    @TempDir
    Path folder;

    private int theirPort;
    private int port;

    @BeforeEach
    void portsAreChosen() throws IOException {
        theirPort = Program.freePort();
        port = Program.freePort();
    }

    private Program mosquitto() throws Exception {
        Path conf = Files.writeString(
                folder.resolve("their.conf"), conf(theirPort) + "user root\nlog_type all\n");
        return Program.of(folder, List.of("/usr/sbin/mosquitto", "-c", conf.toString()))
                .serves();
    }

    private Program canary(String more) throws Exception {
        Path conf = Files.writeString(folder.resolve("our.conf"), conf(port) + more);
        return Program.canary(folder, "broker", "-c", conf.toString()).serves();
    }

    private String conf(int listener) throws IOException {
        Path acl = Files.writeString(folder.resolve("acl"), "topic read #\n");
        return "listener " + listener + " 127.0.0.1\nallow_anonymous true\nacl_file " + acl + "\n";
    }

    private static final List<List<String>> MESSAGES = List.of(
            List.of("-t", "a/b", "-m", "xyz", "-q", "1", "-r", "-V", "5"),
            List.of("-t", "a", "-n", "-V", "311"),
            List.of("-t", "ä b", "-m", "x", "-q", "2"));

    private List<String> denials(Program broker, int port) throws Exception {
        for (List<String> message : MESSAGES) {
            publish(port, message);
        }
        await().until(() -> denials(broker).size() == MESSAGES.size());
        return denials(broker);
    }

    private static void publish(int port, List<String> message) throws Exception {
        List<String> words = new ArrayList<>(List.of("-p", "" + port, "-i", "c1"));
        words.addAll(message);
        ProgramRun run =
                ProgramRun.other("", "/usr/bin/mosquitto_pub", words.toArray(String[]::new));
        assertThat(run.status()).isZero();
    }

    private static List<String> denials(Program broker) throws IOException {
        return lines(broker, ".*Denied.*");
    }

    private static List<String> lines(Program broker, String regex) throws IOException {
        return broker.err()
                .lines()
                .map(line -> line.replaceFirst("^[0-9]+: ", ""))
                .filter(line -> line.matches(regex))
                .toList();
    }

    @Test
    void atTheDefaultLevelWithTheWordsOfMosquittosDebugLine() throws Exception {
        Program.needsMosquittoClients();
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/mosquitto")));
        try (Program real = mosquitto();
                Program canary = canary("")) {
            List<String> theirs = denials(real, theirPort);

            assertThat(denials(canary, port))
                    .isEqualTo(theirs)
                    .contains("Denied PUBLISH from c1 (d0, q1, r1, m1, 'a/b', ... (3 bytes))");
        }
    }

    @Test
    void logTypeDebugTellsOfItOnceWithTheReasonCodeAsMosquittos() throws Exception {
        Program.needsMosquittoClients();
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/mosquitto")));
        try (Program real = mosquitto();
                Program canary = canary("log_type all\n")) {
            List<String> theirs = packets(real, theirPort);

            assertThat(packets(canary, port))
                    .isEqualTo(theirs)
                    .contains("Sending PUBREC to c1 (m1, rc135)");
        }
    }

    /** What is logged of two rounds of messages, the second of which is no news. */
    private List<String> packets(Program broker, int port) throws Exception {
        for (int round = 1; round <= 2; round++) {
            for (List<String> message : MESSAGES) {
                publish(port, message);
            }
        }
        String packet = "(Denied|Received|Sending) (PUB|DISC).* c1.*";
        String end = "Received DISCONNECT from c1";
        await().until(() -> lines(broker, end).size() == 2 * MESSAGES.size());
        return lines(broker, packet);
    }

    @Test
    void whatIsDroppedForAClientIsSaidOnceWhateverItsTopics() throws Exception {
        Program.needsMosquittoClients();
        Path conf = Files.writeString(
                folder.resolve("our.conf"),
                "listener " + port + " 127.0.0.1\nallow_anonymous true\nmax_queued_messages 1\n");
        try (Program canary = Program.canary(
                        folder, "broker", "-c", conf.toString(), "--log-format", "json")
                .serves()) {
            for (String client : List.of("one", "two")) {
                ProgramRun run = ProgramRun.other(
                        "",
                        "/usr/bin/mosquitto_sub",
                        "-p",
                        "" + port,
                        "-i",
                        client,
                        "-c",
                        "-q",
                        "1",
                        "-t",
                        "#",
                        "-E");
                assertThat(run.status()).isZero();
            }
            for (String topic : List.of("a", "b", "c", "d")) {
                publish(port, List.of("-t", topic, "-m", "1", "-q", "1"));
            }

            await().until(() -> lines(canary, ".*Client c1 .*disconnected.*").size() == 4);

            assertThat(lines(canary, ".*being dropped.*"))
                    .map(line -> line.replaceFirst(".*\"type\":", ""))
                    .containsExactlyInAnyOrder(
                            "\"notice\",\"message\":\"Outgoing messages are being dropped for client one.\"}",
                            "\"notice\",\"message\":\"Outgoing messages are being dropped for client two.\"}");
        }
    }

    @Test
    void theSameTopicAgainIsNotSaidAgainWithinAMinute() throws Exception {
        Program.needsMosquittoClients();
        try (Program canary = canary("")) {
            publish(port, List.of("-t", "t", "-m", "1", "--repeat", "5"));
            publish(port, List.of("-t", "u", "-m", "1"));
            canary.says("'u', ... (1 bytes)");

            assertThat(denials(canary)).hasSize(2);
        }
    }
}
