// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Does the log say of a message that the rules deny what mosquitto's says, where mosquitto says anything? */
final class DenialLogTest {
    @TempDir
    Path folder;

    private List<String> denials(Program broker, int port) throws Exception {
        List<List<String>> messages = List.of(
                List.of("-t", "a/b", "-m", "xyz", "-q", "1", "-r", "-V", "5"),
                List.of("-t", "a", "-n", "-V", "311"),
                List.of("-t", "ä b", "-m", "x", "-q", "2"));
        for (List<String> message : messages) {
            publish(port, message);
        }
        await().until(() -> denials(broker).size() == messages.size());
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
        return broker.err()
                .lines()
                .filter(line -> line.contains("Denied"))
                .map(line -> line.replaceFirst("^[0-9]+: ", ""))
                .toList();
    }

    @Test
    void atTheDefaultLevelWithTheWordsOfMosquittosDebugLine() throws Exception {
        Program.needsMosquittoClients();
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/mosquitto")));
        Path acl = Files.writeString(folder.resolve("acl"), "topic read #\n");
        int theirPort = Program.freePort();
        Path theirConf = Files.writeString(
                folder.resolve("their.conf"),
                "listener " + theirPort
                        + " 127.0.0.1\nallow_anonymous true\nuser root\nlog_type all\n"
                        + "acl_file " + acl + "\n");
        int port = Program.freePort();
        Path conf = Files.writeString(
                folder.resolve("our.conf"),
                "listener " + port + " 127.0.0.1\nallow_anonymous true\nacl_file " + acl + "\n");
        try (Program real = Program.of(
                        folder, List.of("/usr/sbin/mosquitto", "-c", theirConf.toString()));
                Program canary = Program.canary(folder, "broker", "-c", conf.toString())) {
            real.serves();
            canary.serves();

            List<String> theirs = denials(real, theirPort);

            assertThat(denials(canary, port))
                    .isEqualTo(theirs)
                    .contains("Denied PUBLISH from c1 (d0, q1, r1, m1, 'a/b', ... (3 bytes))");
        }
    }

    @Test
    void theSameTopicAgainIsNotSaidAgainWithinAMinute() throws Exception {
        Program.needsMosquittoClients();
        Path acl = Files.writeString(folder.resolve("acl"), "topic read #\n");
        int port = Program.freePort();
        Path conf = Files.writeString(
                folder.resolve("our.conf"),
                "listener " + port + " 127.0.0.1\nallow_anonymous true\nacl_file " + acl + "\n");
        try (Program canary = Program.canary(folder, "broker", "-c", conf.toString())) {
            canary.serves();
            publish(port, List.of("-t", "t", "-m", "1", "--repeat", "5"));
            publish(port, List.of("-t", "u", "-m", "1"));
            canary.says("'u', ... (1 bytes)");

            assertThat(denials(canary)).hasSize(2);
        }
    }
}
