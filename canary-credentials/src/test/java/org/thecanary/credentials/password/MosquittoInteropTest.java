// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Do mosquitto and its tools take the files we write, and we theirs? With whatever mosquitto is
 * installed.
 */
class MosquittoInteropTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path folder;

    @Test
    void mosquittoPasswdUpdatesAFileOfOursAndWeReadItsUsers() throws Exception {
        var tool = installed("mosquitto_passwd");
        var file = fileWith("alice", PasswordHash.pbkdf2("one".getBytes(UTF_8), 1000, RANDOM));
        var editor = PasswordFileEditor.open(file);
        editor.put("carol", PasswordHash.sha512("three".getBytes(UTF_8), RANDOM));
        editor.save();

        run(tool, "-b", file.toString(), "bob", "zwölf : zwei");
        run(tool, "-b", file.toString(), "alice", "new");

        var users = PasswordFile.read(file);
        assertThat(users.verify("alice", "new".getBytes(UTF_8))).isTrue();
        assertThat(users.verify("alice", "one".getBytes(UTF_8))).isFalse();
        assertThat(users.verify("bob", "zwölf : zwei".getBytes(UTF_8))).isTrue();
        assertThat(users.verify("carol", "three".getBytes(UTF_8))).isTrue();
    }

    @Test
    void mosquittoLetsInTheUsersOfAFileOfOurs() throws Exception {
        var broker = installed("mosquitto");
        var file = fileWith("alice", PasswordHash.pbkdf2("one".getBytes(UTF_8), 210_000, RANDOM));
        var editor = PasswordFileEditor.open(file);
        editor.put("carol", PasswordHash.sha512("three".getBytes(UTF_8), RANDOM));
        editor.save();
        int port = freePort();
        var configuration = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener " + port + " 127.0.0.1\npassword_file " + file + "\nuser "
                        + System.getProperty("user.name") + "\n");

        var process = new ProcessBuilder(broker, "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(10))
                    .ignoreExceptions()
                    .until(() -> connect(port, "alice", "one") == 0);
            assertThat(connect(port, "carol", "three")).isZero();
            assertThat(connect(port, "alice", "three")).isEqualTo(5);
        } finally {
            process.destroy();
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private Path fileWith(String user, PasswordHash hash) throws IOException {
        var file = folder.resolve("passwd");
        var editor = PasswordFileEditor.create(file);
        editor.put(user, hash);
        editor.save();
        return file;
    }

    /**
     * The return code of the CONNACK to a CONNECT of MQTT 3.1.1: 0 is accepted, 5 is not
     * authorized.
     */
    private static int connect(int port, String user, String password) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            var out = new DataOutputStream(socket.getOutputStream());
            out.writeByte(0x10);
            out.writeByte(10 + 3 + 2 + user.length() + 2 + password.length());
            out.writeUTF("MQTT");
            out.writeByte(4);
            out.writeByte(0xC2); // user name, password, clean session
            out.writeShort(60);
            out.writeUTF("t");
            out.writeUTF(user);
            out.writeUTF(password);
            out.flush();
            var connack = socket.getInputStream().readNBytes(4);
            return connack[3];
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void run(String... command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    /** The path of a program; where it is missing, the test is skipped, but never on CI. */
    private static String installed(String program) {
        var path = System.getenv("PATH") + File.pathSeparator + "/usr/sbin";
        var found = Stream.of(path.split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
        if (System.getenv("CI") != null) {
            assertThat(found).as("%s, which CI must have", program).isPresent();
        }
        assumeTrue(found.isPresent(), program + " is not installed");
        return found.orElseThrow();
    }
}
