// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.client.Disconnected.Cause;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** TLS with the real mosquitto: who is trusted, who is let in, and what is said when not. */
@Timeout(60)
class MqttClientOverTlsTest {
    private static final int LARGE = 1 << 20;

    @TempDir
    static Path folder;

    private static Certificates certificates;
    private static Mosquitto mosquitto;
    private static ClientThreads threads;
    private static int open;
    private static int mutual;
    private static int misnamed;
    private static int byAddress;
    private static int expired;
    private static int only13;

    @BeforeAll
    static void start() throws Exception {
        certificates = new Certificates(folder)
                .authority("authority")
                .authority("stranger")
                .issue("server", "/CN=server", "DNS:localhost,IP:127.0.0.1", "authority", 2)
                .issue("misnamed", "/CN=localhost", "DNS:other.example", "authority", 2)
                .issue("address", "/CN=127.0.0.1", "", "authority", 2)
                .issue("expired", "/CN=localhost", "", "authority", -1)
                .issue("alice", "/CN=alice", "", "authority", 2)
                .issue("mallory", "/CN=mallory", "", "stranger", 2);
        List<String> lines = new ArrayList<>();
        open = listener(lines, "server");
        mutual = listener(lines, "server", "require_certificate true");
        misnamed = listener(lines, "misnamed");
        byAddress = listener(lines, "address");
        expired = listener(lines, "expired");
        only13 = listener(lines, "server", "tls_version tlsv1.3");
        mosquitto = new Mosquitto(folder, lines.toArray(String[]::new));
        threads = new ClientThreads();
    }

    private static int listener(List<String> lines, String name, String... more) throws Exception {
        int port = Mosquitto.freePort();
        lines.add("listener " + port + " 127.0.0.1");
        lines.add("cafile " + certificates.certificate("authority"));
        lines.add("certfile " + certificates.certificate(name));
        lines.add("keyfile " + certificates.key(name));
        lines.addAll(List.of(more));
        return port;
    }

    @AfterAll
    static void stop() {
        mosquitto.close();
        threads.close();
    }

    private static Tls.Builder trusting() throws Exception {
        return Tls.builder().trust(certificates.read("authority"));
    }

    private static MqttClient client(String host, int port, Tls.Builder tls, ClientEvents events) {
        var options =
                ClientOptions.builder(Transport.tls(host, port, tls.build())).build();
        return new MqttClient(options, threads, events);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    /** Connects and leaves. */
    private static void connects(String host, int port, Tls.Builder tls) throws Exception {
        try (var client = client(host, port, tls, ClientEvents.NONE)) {
            assertThat(get(client.connect()).connAck().reason().isError()).isFalse();
            get(client.disconnect());
        }
    }

    /** Fails to connect because of TLS, for that reason. */
    private static void fails(String host, int port, Tls.Builder tls, String why) throws Exception {
        var end = new CompletableFuture<Disconnected>();
        ClientEvents events = new ClientEvents() {
            @Override
            public void disconnected(Disconnected disconnected) {
                end.complete(disconnected);
            }
        };
        try (var client = client(host, port, tls, events)) {
            var _ = client.connect();
            assertThat(get(end).sentence())
                    .startsWith(host + ":" + port + " ")
                    .contains(why)
                    .doesNotContain("Exception");
            assertThat(get(end).cause()).isEqualTo(Cause.TLS);
        }
    }

    @Test
    void messagesOfAnySizePassBothWays() throws Exception {
        BlockingQueue<byte[]> arrived = new LinkedBlockingQueue<>();
        ClientEvents events = new ClientEvents() {
            @Override
            public void received(Publish publish, Acknowledgement acknowledgement) {
                arrived.add(publish.message().payload());
            }
        };
        try (var client = client("localhost", open, trusting(), events)) {
            get(client.connect());
            get(client.subscribe("tls/#", QoS.AT_LEAST_ONCE));
            for (int size : new int[] {0, 1, 16_384, LARGE}) {
                byte[] payload = new byte[size];
                Arrays.fill(payload, (byte) size);
                get(client.publish("tls/size", payload, QoS.AT_LEAST_ONCE));
                assertThat(arrived.poll(20, TimeUnit.SECONDS)).isEqualTo(payload);
            }
        }
    }

    @Test
    void theAuthorityIsTrustedAndNobodyElse() throws Exception {
        connects("localhost", open, trusting());
        fails(
                "localhost",
                open,
                Tls.builder().trust(certificates.read("stranger")),
                "shows a certificate signed by CN=authority, which is not trusted here");
        fails("localhost", open, Tls.builder(), "signed by CN=authority, which is not trusted");
    }

    @Test
    void theCertificateHasToBeForTheHost() throws Exception {
        connects("127.0.0.1", open, trusting());
        fails(
                "localhost",
                misnamed,
                trusting(),
                "shows a certificate for other.example, not for localhost; connect by one of these names");
        connects("localhost", misnamed, trusting().verifyName(false));
        connects("localhost", misnamed, trusting().serverName("other.example"));
        fails("localhost", open, trusting().serverName("other.example"), "not for other.example");
    }

    @Test
    void anAddressMayStandInTheSubjectWhereThereIsNoAlternativeName() throws Exception {
        connects("127.0.0.1", byAddress, trusting());
        fails(
                "localhost",
                byAddress,
                trusting(),
                "a certificate for CN=127.0.0.1, not for localhost");
        fails(
                "127.0.0.1",
                byAddress,
                Tls.builder().trust(certificates.read("stranger")),
                "signed by CN=authority, which is not trusted");
    }

    @Test
    void aCertificateOfYesterdayIsRefused() throws Exception {
        fails(
                "localhost",
                expired,
                trusting(),
                "shows a certificate that has expired (CN=localhost on ");
    }

    @Test
    void whoTrustsAnythingIsToldNothing() throws Exception {
        connects("localhost", expired, Tls.builder().trustAnything());
        connects("localhost", misnamed, Tls.builder().trustAnything());
    }

    @Test
    void aClientShowsItsCertificateWhereOneIsRequired() throws Exception {
        connects(
                "localhost",
                mutual,
                trusting().identity(certificates.read("alice"), certificates.readKey("alice")));
        fails("localhost", mutual, trusting(), "wants a certificate of this client");
        fails(
                "localhost",
                mutual,
                trusting().identity(certificates.read("mallory"), certificates.readKey("mallory")),
                "does not trust the authority that signed this client's certificate");
    }

    @Test
    void versionAndCipherSuiteAreThoseAskedFor() throws Exception {
        connects("localhost", only13, trusting());
        connects("localhost", only13, trusting().onlyVersion13());
        String aes = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
        var chosen = trusting().cipherSuites12(List.of(aes));
        connects("localhost", only13, chosen);
        assertThat(chosen.build().engine("localhost", only13).getEnabledCipherSuites())
                .contains(aes, "TLS_AES_128_GCM_SHA256")
                .filteredOn(suite -> suite.contains("_WITH_"))
                .containsExactly(aes);
        assertThatThrownBy(() -> trusting().cipherSuites12(List.of("TLS_FOO")).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cipher suite TLS_FOO is not known");
    }

    @Test
    void aProtocolOfferedByAlpnDoesNoHarmWhereTheServerKnowsNone() throws Exception {
        connects("localhost", open, trusting().alpn(List.of("mqtt")));
    }

    @Test
    void aPortWithoutTlsIsToldFromOneWith() throws Exception {
        fails("localhost", mosquitto.port(), trusting(), "TLS on this port");
    }
}
