// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.credentials.password.PasswordFileEditor;
import org.thecanary.credentials.password.PasswordHash;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What does a running broker tell its operator, and do for him? */
@Timeout(120)
final class AdminCommandsTest {
    @TempDir
    Path folder;

    private ProgramRun ask(Path socket, String... words) {
        String[] all = new String[words.length + 2];
        System.arraycopy(words, 0, all, 0, words.length);
        all[words.length] = "--socket";
        all[words.length + 1] = socket.toString();
        return ProgramRun.canary("", all);
    }

    @Test
    void clientsAndDenialsAreShownAndAClientIsKickedAndRulesAreReloaded() throws Exception {
        Program.needsMosquittoClients();
        int port = Program.freePort();
        Path acl = Files.writeString(folder.resolve("acl"), "topic read #\ntopic deny s/#\n");
        Path conf = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener " + port + " 127.0.0.1\nallow_anonymous true\nacl_file " + acl + "\n");
        try (Program broker = Program.canaryWith(
                folder,
                Map.of("XDG_RUNTIME_DIR", folder.toString()),
                "broker",
                "-c",
                conf.toString())) {
            broker.serves();
            Path socket = folder.resolve("canary").resolve(port + ".sock");
            await().until(() -> Files.exists(socket)
                    && PosixFilePermissions.toString(Files.getPosixFilePermissions(socket))
                            .equals("rw-------"));
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(socket.getParent())))
                    .isEqualTo("rwx------");
            try (Program _ = Program.of(
                    folder,
                    List.of(
                            "/usr/bin/mosquitto_sub",
                            "-p",
                            "" + port,
                            "-i",
                            "a sensor",
                            "-t",
                            "x/#",
                            "-V",
                            "5",
                            "-k",
                            "33"))) {
                broker.says("as a sensor (p5, c1, k33)");
                await().until(() ->
                        ask(socket, "clients", "--json").out().contains("\"subscriptions\":1"));

                assertThat(ask(socket, "clients").out())
                        .containsPattern("CLIENT +USER +ADDRESS +MQTT")
                        .containsPattern("(?m)^a sensor +- +127.0.0.1:[0-9]+ +5 ");
                assertThat(ask(socket, "clients", "--json").out())
                        .contains("\"id\":\"a sensor\",\"user\":null,\"connected\":true")
                        .contains("\"over\":\"TCP\",\"keep_alive_seconds\":33");
                ProgramRun publisher = ProgramRun.other(
                        "",
                        "/usr/bin/mosquitto_pub",
                        "-p",
                        "" + port,
                        "-i",
                        "p",
                        "-t",
                        "s/1",
                        "-m",
                        "x");
                assertThat(publisher.status()).isZero();
                await().until(() -> ask(socket, "clients", "--denied", "--json")
                        .out()
                        .contains("\"client\":\"p\",\"user\":null,\"address\":null,"
                                + "\"action\":\"publish\",\"topic\":\"s/1\",\"rule\":\"" + acl
                                + ":2: topic deny s/#\""));
                assertThat(ask(socket, "status").out())
                        .containsPattern("clients connected +1\n")
                        .containsPattern("denied +1\n");

                assertThat(ask(socket, "kick", "a sensor").status()).isZero();
                broker.says("] disconnected: administrative action.");
                ProgramRun again = ask(socket, "kick", "nobody");
                assertThat(again.status()).isEqualTo(1);
                assertThat(again.err()).contains("no client \"nobody\" is connected");
            }
            assertThat(ask(socket, "reload").out()).isEqualTo("reloaded\n");
            Files.writeString(acl, "topic sometimes a\n");
            ProgramRun refused = ask(socket, "reload");
            assertThat(refused.status()).isEqualTo(1);
            assertThat(refused.err()).contains(acl + ":1:", "not reloaded");

            assertThat(AdminSocket.ask(socket, "GET", "/metrics", "*/*").body())
                    .contains(
                            "# TYPE canary_publish_denied_total counter\n",
                            "\ncanary_publish_denied_total 1\n",
                            "\ncanary_packets_received_total{type=\"connect\"} 2\n");
            assertThat(AdminSocket.ask(socket, "GET", "/healthz", "*/*").status())
                    .isEqualTo(200);
            assertThat(AdminSocket.ask(socket, "GET", "/readyz", "*/*").status())
                    .isEqualTo(200);
            assertThat(AdminSocket.ask(socket, "GET", "/api/v1/version", "*/*").body())
                    .isEqualTo("2.1.2");
            assertThat(AdminSocket.ask(socket, "GET", "/api/v1/systree", "*/*").body())
                    .contains("\"$SYS/broker/clients/total\":0,");
            assertThat(AdminSocket.ask(socket, "GET", "/api/v1/listeners", "*/*")
                            .body())
                    .isEqualTo("{\"listeners\":[{\"port\":" + port
                            + ",\"protocol\":\"mqtt\",\"tls\":false,\"mtls\":false,"
                            + "\"allow_anonymous\":true}]}\n");
            assertThat(AdminSocket.ask(socket, "GET", "/nothing", "*/*").status())
                    .isEqualTo(404);
            assertThat(AdminSocket.ask(socket, "DELETE", "/v1/clients", "*/*").status())
                    .isEqualTo(405);
            assertThat(broker.stop()).isZero();
            assertThat(socket).doesNotExist();
        }
        ProgramRun alone = ask(folder.resolve("canary/1.sock"), "status");
        assertThat(alone.status()).isEqualTo(1);
        assertThat(alone.err()).startsWith("Error: ").doesNotContain("\tat ");
    }

    @Test
    void whoIsNotLetInIsToldWithTheLineOfThePasswordFile() throws Exception {
        Program.needsMosquittoClients();
        int port = Program.freePort();
        Path users = folder.resolve("users");
        PasswordFileEditor file = PasswordFileEditor.create(users);
        for (String name : List.of("anna", "bert")) {
            file.put(name, PasswordHash.pbkdf2("right".getBytes(UTF_8), 10, new SecureRandom()));
        }
        file.save();
        Path acl = Files.writeString(folder.resolve("acl"), "# rules\nuser bert\ntopic read a\n");
        Path conf = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener " + port + " 127.0.0.1\nallow_anonymous false\npassword_file " + users
                        + "\nacl_file " + acl + "\n");
        try (Program broker = Program.canaryWith(
                folder,
                Map.of("XDG_RUNTIME_DIR", folder.toString()),
                "broker",
                "-c",
                conf.toString())) {
            broker.serves();
            Path socket = folder.resolve("canary").resolve(port + ".sock");
            for (String[] who : new String[][] {
                {"anna", "wrong"},
                {"anna", "wrong"},
                {"bert", "wrong"},
                {"carl", "right"},
                {"bert", "right"}
            }) {
                ProgramRun.other(
                        "",
                        "/usr/bin/mosquitto_pub",
                        "-p",
                        "" + port,
                        "-i",
                        "guest",
                        "-u",
                        who[0],
                        "-P",
                        who[1],
                        "-t",
                        "a",
                        "-m",
                        "1");
            }
            String denied = ask(socket, "clients", "--denied", "--json").out();

            assertThat(denied)
                    .containsOnlyOnce("\"user\":\"anna\",\"address\":\"127.0.0.1\","
                            + "\"action\":\"connect\",\"topic\":\"\",\"rule\":\"" + users
                            + ":1: another password\"")
                    .contains("\"rule\":\"" + users + ":2: another password\"")
                    .contains("\"rule\":\"" + users + ": no such user\"")
                    .contains("\"action\":\"publish\",\"topic\":\"a\",\"rule\":\"" + acl
                            + ":2: no line of this user allows it\"");
        }
    }

    @Test
    void whatIsKeptIsShownAndCopiedWhileTheBrokerRuns() throws Exception {
        Program.needsMosquittoClients();
        int port = Program.freePort();
        Path conf = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener " + port + " 127.0.0.1\nallow_anonymous true\npersistence true\n"
                        + "persistence_location " + folder + "/\n");
        Path copy = folder.resolve("copy");
        try (Program broker = Program.canaryWith(
                folder,
                Map.of("XDG_RUNTIME_DIR", folder.toString()),
                "broker",
                "-c",
                conf.toString())) {
            broker.serves();
            Path socket = folder.resolve("canary").resolve(port + ".sock");
            await().until(() -> ask(socket, "status").status() == 0);
            assertThat(ask(socket, "backup", copy.toString()).err())
                    .contains("nothing is kept yet");
            String p = "" + port;
            ProgramRun.other(
                    "",
                    "/usr/bin/mosquitto_sub",
                    "-p",
                    p,
                    "-i",
                    "s",
                    "-c",
                    "-q",
                    "1",
                    "-t",
                    "#",
                    "-E");
            ProgramRun.other(
                    "", "/usr/bin/mosquitto_pub", "-p", p, "-q", "1", "-r", "-t", "t", "-m", "x");
            assertThat(ask(socket, "store", "show", "--json").out())
                    .contains("\"sessions\":1,", "\"queued\":1,", "\"retained\":1,");
            assertThat(ask(socket, "backup", copy.toString()).out())
                    .isEqualTo("copied to " + copy.resolve("mosquitto.store") + "\n");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
                    .isEqualTo("rwx------");
            ProgramRun again = ask(socket, "backup", copy.toString());
            assertThat(again.status()).isEqualTo(1);
            assertThat(again.err()).contains("is there already");
        }
        ProgramRun whole = ProgramRun.canary("", "restore", "--check", copy.toString());
        assertThat(whole.out())
                .containsPattern("sessions +1\n")
                .containsPattern("queued +1\n")
                .containsPattern("retained +1\n");
        assertThat(whole.status()).isZero();
        try (Stream<Path> files = Files.list(copy.resolve("mosquitto.store"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".sst")).toList()) {
                Files.write(file, new byte[100]);
            }
        }
        assertThat(ProgramRun.canary("", "restore", "--check", copy.toString()).status())
                .isEqualTo(1);
    }
}
