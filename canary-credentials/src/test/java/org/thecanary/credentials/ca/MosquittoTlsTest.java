// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.thecanary.credentials.ca.TestAuthority.P256;
import static org.thecanary.credentials.ca.TestAuthority.client;
import static org.thecanary.credentials.ca.TestAuthority.found;
import static org.thecanary.credentials.ca.TestAuthority.server;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.credentials.Peer;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CRLReason;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Do mosquitto and its clients, and Paho, take our certificates, and refuse a revoked one by our list? */
class MosquittoTlsTest {

    @TempDir
    Path folder;

    private @Nullable Process mosquitto;

    @AfterEach
    void stop() throws Exception {
        if (mosquitto != null) {
            mosquitto.destroy();
            assertThat(mosquitto.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aClientIsLetInByItsCertificateUntilItIsRevoked() throws Exception {
        var broker = Peer.installed("mosquitto");
        for (var kind : List.of(P256, KeyKind.rsa(2048))) {
            var authority = found(folder.resolve(kind.toString()), Clock.systemUTC(), kind);
            server(authority, "localhost", "localhost", "127.0.0.1");
            client(authority, "good");
            client(authority, "stolen");
            int port = start(broker, authority);
            assertThat(publish(authority, "good", port).status()).isZero();
            assertThat(publish(authority, "stolen", port).status()).isZero();
            stop();

            authority.revoke("stolen", CRLReason.KEY_COMPROMISE);
            port = start(broker, authority);

            assertThat(publish(authority, "good", port).status()).isZero();
            assertThat(publish(authority, "stolen", port).status()).isNotZero();
            stop();
            assertThat(Files.readString(folder.resolve("log")))
                    .contains("u'good'")
                    .containsPattern("(?i)certificate verify failed|revoked");
        }
    }

    @Test
    void pahoConnectsWithTheFilesOfAnUnpackedBundle() throws Exception {
        var broker = Peer.installed("mosquitto");
        var python = new Peer("/usr/bin/python3");
        if (System.getenv("CI") == null) {
            org.junit.jupiter.api.Assumptions.assumeTrue(
                    Files.isExecutable(Path.of(python.path()))
                            && python.run("-c", "import paho.mqtt.client").status() == 0,
                    "Paho is not installed");
        }
        var authority = found(folder.resolve("ca"), Clock.systemUTC());
        server(authority, "localhost", "localhost", "127.0.0.1");
        var issued = client(authority, "greenhouse-1");
        int port = start(broker, authority);
        var bundle = folder.resolve("greenhouse-1.zip");
        new DeviceBundle(
                        "greenhouse-1",
                        issued.folder(),
                        DeviceBundle.BrokerAddress.parse("localhost:" + port))
                .write(bundle, false, java.time.Instant.now());
        var script = Files.writeString(folder.resolve("device.py"), """
                import os, sys, zipfile
                import paho.mqtt.client as mqtt
                zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])
                os.chdir(os.path.join(sys.argv[2], 'greenhouse-1'))
                s = dict(l.strip().split('=', 1) for l in open('settings.properties') if l[0] != '#')
                make = getattr(mqtt, 'CallbackAPIVersion', None)
                client = mqtt.Client(*([make.VERSION1] if make else []), client_id=s['client_id'])
                client.tls_set(ca_certs=s['cafile'], certfile=s['certfile'], keyfile=s['keyfile'])
                client.on_connect = lambda c, u, f, rc: (print('connected', rc), c.disconnect())
                client.connect(s['host'], int(s['port']))
                client.loop_forever()
                """);

        assertThat(python.succeed(script, bundle, folder.resolve("device")))
                .contains("connected 0");
    }

    private int start(Peer broker, CertificateAuthority authority) throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        var store = authority.store();
        var own = store.issued("localhost");
        var configuration = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener " + port + " 127.0.0.1\ncafile " + store.certificateFile()
                        + "\ncertfile " + own.resolve("localhost.crt")
                        + "\nkeyfile " + own.resolve("localhost.key")
                        + "\ncrlfile " + store.crlFile()
                        + "\nrequire_certificate true\nuse_identity_as_username true\nuser "
                        + System.getProperty("user.name") + "\n");
        mosquitto = new ProcessBuilder(broker.path(), "-v", "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (java.io.IOException _) {
                return false;
            }
        });
        return port;
    }

    private Peer.Result publish(CertificateAuthority authority, String name, int port)
            throws Exception {
        var own = authority.store().issued(name);
        return Peer.installed("mosquitto_pub")
                .run(
                        "-h",
                        "localhost",
                        "-p",
                        port,
                        "-q",
                        1,
                        "-t",
                        "a",
                        "-m",
                        "b",
                        "--cafile",
                        own.resolve("ca.crt"),
                        "--cert",
                        own.resolve(name + ".crt"),
                        "--key",
                        own.resolve(name + ".key"));
    }
}
