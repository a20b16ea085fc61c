// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Does MQTT.js in Chromium come in by WebSocket over TLS, with a certificate that {@code openssl}
 * or {@code canary ca} made? */
@Timeout(180)
final class BrowserWssTest {
    private static final Path INTEROP =
            Path.of("..", "interop").toAbsolutePath().normalize();
    private static final Path LIBRARY = INTEROP.resolve("js/node_modules/mqtt/dist/mqtt.min.js");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @BeforeEach
    void areThePeersHere() {
        Peers.require("openssl");
        boolean installed = Files.isExecutable(Path.of("/usr/bin/chromium"))
                && Files.isExecutable(Path.of("/usr/bin/node"))
                && Files.isExecutable(Path.of("/usr/bin/certutil"))
                && Files.isDirectory(INTEROP.resolve("browser/node_modules/playwright-core"))
                && Files.isRegularFile(LIBRARY);
        assertThat(installed || !"true".equals(System.getenv("CI")))
                .as("CI needs Chromium, certutil, Node.js and what `npm ci` puts into " + INTEROP)
                .isTrue();
        assumeTrue(installed, "Chromium, certutil, Playwright or MQTT.js is not installed");
    }

    /** A shell, since these are the commands of many a guide, with the subjectAltName that browsers ask for. */
    private void makeCertificates() throws Exception {
        Peers.run("sh", "-ec", """
                cd "$0"
                openssl req -new -x509 -days 1095 -extensions v3_ca -nodes -subj '/CN=An authority' \
                    -keyout ca.key -out ca.crt
                openssl genrsa -out mosquitto.key 2048
                openssl req -out mosquitto.csr -key mosquitto.key -new -subj /CN=localhost
                echo subjectAltName=DNS:localhost >san
                openssl x509 -req -in mosquitto.csr -CA ca.crt -CAkey ca.key -CAcreateserial \
                    -extfile san -out mosquitto.crt -days 365
                """, folder.toString());
    }

    private void makeOwnCertificates() throws Exception {
        Path ca = folder.resolve("ca");
        for (String words : List.of("init --no-passphrase", "issue localhost --server")) {
            List<String> command = new ArrayList<>(List.of("ca"));
            command.addAll(List.of(words.split(" ", -1)));
            command.addAll(List.of("--dir", ca.toString()));
            ProgramRun run = ProgramRun.canary("", command.toArray(String[]::new));
            assertThat(run.status()).as(run.err()).isZero();
        }
        Path issued = ca.resolve("issued/localhost");
        Files.copy(ca.resolve("ca.crt"), folder.resolve("ca.crt"));
        Files.copy(issued.resolve("localhost.crt"), folder.resolve("mosquitto.crt"));
        Files.copy(issued.resolve("localhost.key"), folder.resolve("mosquitto.key"));
    }

    private void makeBrowsers() throws Exception {
        Peers.run("sh", "-ec", """
                cd "$0"
                for home in trusts knows-nobody; do
                    mkdir -p $home/.pki/nssdb
                    certutil -N --empty-password -d sql:$home/.pki/nssdb
                done
                certutil -A -t C,, -n authority -i ca.crt -d sql:trusts/.pki/nssdb
                """, folder.toString());
    }

    private String browse(String home, int port) throws Exception {
        Path said = folder.resolve(home + ".said");
        ProcessBuilder script = new ProcessBuilder(
                "/usr/bin/node",
                INTEROP.resolve("browser/wss.mjs").toString(),
                "wss://localhost:" + port,
                LIBRARY.toString());
        script.environment().put("HOME", folder.resolve(home).toString());
        Process node =
                script.redirectErrorStream(true).redirectOutput(said.toFile()).start();
        try {
            assertThat(node.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(node.exitValue()).as(Files.readString(said)).isZero();
        } finally {
            node.destroy();
        }
        return Files.readString(said);
    }

    /** Whose certificates the broker has. */
    enum Maker {
        OPENSSL,
        CANARY_CA
    }

    @ParameterizedTest
    @EnumSource
    void aPageOfABrowserThatTrustsTheAuthorityComesInAndNoOther(Maker maker) throws Exception {
        if (maker == Maker.OPENSSL) {
            makeCertificates();
        } else {
            makeOwnCertificates();
        }
        makeBrowsers();
        int port = Program.freePort();
        Path conf =
                Files.writeString(folder.resolve("mosquitto.conf"), """
                listener PORT
                protocol websockets
                allow_anonymous true
                cafile DIR/ca.crt
                certfile DIR/mosquitto.crt
                keyfile DIR/mosquitto.key
                """.replace("PORT", "" + port)
                        .replace("DIR", folder.toString()));
        try (Program broker =
                Program.canary(folder, "broker", "-c", conf.toString()).serves()) {
            assertThat(browse("trusts", port))
                    .isEqualTo("of/a/page VERSION-4\nof/a/page VERSION-5\n");
            assertThat(browse("knows-nobody", port)).isEqualTo("refused\nrefused\n");
            broker.stop();
        }
    }
}
