// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.auth.AclFile;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.tls.TlsException;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.ReasonCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** Who comes in through a TLS listener, and as whom; by Java's TLS and by BoringSSL? */
@ParameterizedClass(name = "boringSsl={0}")
@ValueSource(booleans = {false, true})
class TlsListenerTest {
    @Parameter
    boolean boringSsl;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path shared;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Certificates certificates;

    @BeforeAll
    static void issue() throws Exception {
        certificates = new Certificates(shared).issueClient("sensor7").issueClient("stolen");
        certificates.revoke("stolen");
    }

    private TestBroker broker(Consumer<ListenerConfig.Builder> tls) throws IOException {
        return TestBroker.start((_, listener) -> {
            listener.tls.boringSsl = boringSsl;
            tls.accept(listener);
        });
    }

    /** Whether a client that shows its certificate gets as far as a CONNACK. */
    private static boolean comesIn(TestBroker broker, SSLContext client) throws IOException {
        try {
            return !broker.openTls(client).tryConnect(_ -> {}).reason().isError();
        } catch (SSLException | java.net.SocketException | java.io.EOFException e) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void messagesOfAllSizesPassBothVersions(String version) throws Exception {
        try (TestBroker broker = broker(certificates::serve);
                TestClient client = broker.openTls(certificates.anonymous(), version)) {
            client.connect(_ -> {});
            client.subscribe("t", 0);
            for (String payload : List.of("", "x", "0123456789".repeat(100_000))) {
                client.publish("t", payload);

                assertThat(client.nextPayload()).isEqualTo(payload);
            }
        }
    }

    @Test
    void tlsVersion13RefusesTls12() throws Exception {
        try (TestBroker broker = broker(listener -> {
            certificates.serve(listener);
            listener.tls.tls13Only = true;
        })) {
            broker.openTls(certificates.anonymous(), "TLSv1.3").connect(_ -> {});

            assertThatIOException()
                    .isThrownBy(() -> broker.openTls(certificates.anonymous(), "TLSv1.2"));
        }
    }

    @Test
    void theLastWordsOfTheBrokerEndInCloseNotify() throws Exception {
        try (TestBroker broker = broker(certificates::serve);
                TestClient client = broker.openTls(certificates.anonymous())) {
            client.connect(_ -> {});
            client.sendBytes("00 00");

            client.expectDisconnect(ReasonCode.PROTOCOL_ERROR); // an SSLException otherwise
        }
    }

    @Test
    void onlyCertificatesOfTheAuthorityComeInWhereOneIsRequired() throws Exception {
        Certificates others = new Certificates(folder.resolve("others")).issueClient("sensor7");
        try (TestBroker broker = broker(certificates::serveOwnClients)) {
            assertThat(comesIn(broker, certificates.as("sensor7"))).isTrue();
            assertThat(comesIn(broker, certificates.anonymous())).isFalse();
            assertThat(comesIn(broker, certificates.showing(others, "sensor7"))).isFalse();
        }
    }

    @Test
    void theCommonNameIsTheUserWhateverConnectSays() throws Exception {
        try (TestBroker broker = TestBroker.start(
                (_, listener) -> {
                    listener.tls.boringSsl = boringSsl;
                    certificates.serveOwnClients(listener);
                    listener.useIdentityAsUsername = true;
                    listener.allowAnonymous = false;
                },
                onlyFor("sensor7"))) {
            TestClient client = broker.openTls(certificates.as("sensor7"));
            client.connect(greeting -> {
                greeting.username = "admin";
                greeting.password = "guess";
            });

            PubAck answer = client.publishAcknowledged("allowed", "x", false);

            assertThat(answer.reason()).isNotEqualTo(ReasonCode.NOT_AUTHORIZED);
            client.publish("denied", "x", 1, false, 2);
            assertThat(client.next(PubAck.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    void theSubjectIsTheUser() throws Exception {
        try (TestBroker broker = TestBroker.start(
                (_, listener) -> {
                    listener.tls.boringSsl = boringSsl;
                    certificates.serveOwnClients(listener);
                    listener.useSubjectAsUsername = true;
                },
                onlyFor("CN=sensor7"))) {
            TestClient client = broker.openTls(certificates.as("sensor7"));
            client.connect(_ -> {});

            assertThat(client.publishAcknowledged("allowed", "x", false).reason())
                    .isNotEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    /** A user may publish to the topic "allowed", and nobody anything else. */
    private AccessRules onlyFor(String user) throws Exception {
        Path file = Files.writeString(
                Files.createTempFile(folder, "acl", ""), "user " + user + "\ntopic allowed\n");
        return new AccessRules(null, AclFile.load(file), false, List.of());
    }

    @Test
    void aUserOfACertificateIsAskedForOne() throws Exception {
        try (TestBroker broker = broker(listener -> {
                    certificates.serve(listener);
                    listener.useIdentityAsUsername = true;
                });
                TestClient client = broker.openTls(certificates.anonymous())) {
            assertThat(client.tryConnect(_ -> {}).reason())
                    .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
    }

    @Test
    void aRevokedCertificateStaysOutside() throws Exception {
        try (TestBroker broker = broker(listener -> {
            certificates.serveOwnClients(listener);
            listener.tls.crlFile = certificates.crl();
        })) {
            assertThat(comesIn(broker, certificates.as("stolen"))).isFalse();
            assertThat(comesIn(broker, certificates.as("sensor7"))).isTrue();
        }
    }

    @Test
    void withoutAListOfItsAuthorityNobodyOfItComesIn() throws Exception {
        Certificates others = new Certificates(folder.resolve("no list of these"));
        try (TestBroker broker = broker(listener -> {
            certificates.serveOwnClients(listener);
            listener.tls.crlFile = others.crl();
        })) {
            assertThat(comesIn(broker, certificates.as("sensor7"))).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anExpiredCertificateComesInOnlyWhereDatesAreIgnored(boolean ignored) throws Exception {
        Certificates old =
                Certificates.expired(folder.resolve("old " + ignored)).issueClient("sensor7");
        try (TestBroker broker = broker(listener -> {
            old.serveOwnClients(listener);
            listener.tls.crlFile = old.crl();
            listener.tls.ignoreClientDates = ignored;
        })) {
            assertThat(comesIn(broker, old.as("sensor7"))).isEqualTo(ignored);
        }
    }

    @Test
    void allFilesThatAreNoUseAreNamedAtOnce() {
        assertThatIOException()
                .isThrownBy(() -> broker(listener -> {
                    listener.tls.certFile = Path.of("/no/such.crt");
                    listener.tls.keyFile = certificates.certificate("broker");
                    listener.tls.crlFile = certificates.ca();
                }))
                .isInstanceOf(TlsException.class)
                .withMessageContaining("certfile /no/such.crt cannot be read")
                .withMessageContaining("broker.crt holds no private key")
                .withMessageContaining("holds no revocation list");
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() {
        assertThatIOException()
                .isThrownBy(() -> broker(listener -> {
                    listener.tls.certFile = certificates.certificate("broker");
                    listener.tls.keyFile = certificates.key("sensor7");
                }))
                .withMessageContaining("is not the key of the certificate in");
    }
}
