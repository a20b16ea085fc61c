// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.tls.TlsException;
import org.thecanary.mqtt.packet.ReasonCode;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** What becomes of connections when certificates and revocation lists change; by Java's TLS and by BoringSSL? */
@ParameterizedClass(name = "boringSsl={0}")
@ValueSource(booleans = {false, true})
class TlsReloadTest {
    @Parameter
    boolean boringSsl;

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private Certificates certificates;

    @BeforeEach
    void issue() throws Exception {
        certificates =
                new Certificates(folder.resolve("ca")).issueClient("sensor7").issueClient("stolen");
    }

    private void serve(ListenerConfig.Builder listener) {
        listener.tls.boringSsl = boringSsl;
        certificates.serveOwnClients(listener);
        listener.tls.crlFile = certificates.crl();
    }

    private BigInteger serialShown(TestBroker broker) throws Exception {
        try (SSLSocket socket = (SSLSocket) certificates
                .as("sensor7")
                .getSocketFactory()
                .createSocket("127.0.0.1", broker.port())) {
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSerialNumber();
        }
    }

    @Test
    void aNewCertificateIsShownToNewcomersAndThoseWhoAreHereStay() throws Exception {
        try (TestBroker broker = TestBroker.start((_, listener) -> serve(listener));
                TestClient here = broker.openTls(certificates.as("sensor7"))) {
            here.connect(_ -> {});
            BigInteger before = serialShown(broker);

            certificates.renewServer();
            assertThat(serialShown(broker)).isEqualTo(before);
            broker.broker().reloadTls();

            assertThat(serialShown(broker)).isNotEqualTo(before);
            here.expectNothing();
        }
    }

    @Test
    void whoIsRevokedLeavesAndDoesNotResume() throws Exception {
        SSLContext stolen = certificates.as("stolen");
        try (TestBroker broker = TestBroker.start((_, listener) -> serve(listener));
                TestClient thief = broker.openTls(stolen);
                TestClient honest = broker.openTls(certificates.as("sensor7"))) {
            thief.connect(greeting -> greeting.clientId = "thief");
            honest.connect(greeting -> greeting.clientId = "honest");

            certificates.revoke("stolen");
            broker.broker().reloadTls();

            thief.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
            honest.expectNothing();
            assertThatIOException().isThrownBy(() -> broker.openTls(stolen).tryConnect(_ -> {}));
        }
    }

    @Test
    void filesThatAreNoUseChangeNothing() throws Exception {
        try (TestBroker broker = TestBroker.start((_, listener) -> serve(listener))) {
            BigInteger before = serialShown(broker);
            Files.writeString(certificates.certificate("broker"), "half a cert");

            assertThatIOException()
                    .isThrownBy(broker.broker()::reloadTls)
                    .isInstanceOf(TlsException.class)
                    .withMessageContaining("certfile");

            assertThat(serialShown(broker)).isEqualTo(before);
        }
    }

    @Test
    void theFilesThatAReloadReadsAreNamed() throws IOException {
        try (TestBroker broker = TestBroker.start((_, listener) -> serve(listener))) {
            assertThat(broker.broker().tlsFiles())
                    .containsExactlyInAnyOrder(
                            certificates.certificate("broker"),
                            certificates.key("broker"),
                            certificates.ca(),
                            certificates.crl());
        }
    }
}
