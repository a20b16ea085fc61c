// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.credentials.ca.AlternativeName;
import org.thecanary.credentials.ca.CaStore;
import org.thecanary.credentials.ca.CertificateAuthority;
import org.thecanary.credentials.ca.CertificateAuthority.Founding;
import org.thecanary.credentials.ca.CertificateProfile;
import org.thecanary.credentials.ca.CertificateProfile.Use;
import org.thecanary.credentials.ca.KeyKind;
import org.thecanary.credentials.pem.PemFiles;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Which certificate does a browser see? */
final class BrowserTlsTest {
    @TempDir
    Path folder;

    private CertificateAuthority authority;
    private Path certificate = Path.of("");
    private Path key = Path.of("");

    @BeforeEach
    void found() throws Exception {
        authority = CertificateAuthority.create(
                CaStore.at(folder.resolve("ca")),
                new Founding("Test CA", new KeyKind.P256(), 30, null, false),
                Clock.systemUTC(),
                new SecureRandom());
        issue();
        Path issued = authority.store().issued("web");
        certificate = issued.resolve("web.crt");
        key = issued.resolve("web.key");
    }

    private void issue() throws Exception {
        var profile = CertificateProfile.of(
                "web", Set.of(Use.SERVER), List.of(AlternativeName.parse("127.0.0.1")), null);
        authority.issue("web", profile, new KeyKind.P256(), true);
    }

    /** The serial number of what a client sees that trusts the authority alone. */
    private BigInteger seen(SSLServerSocket server) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "ca", PemFiles.certificates(authority.store().certificateFile()).getFirst());
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext client = SSLContext.getInstance("TLS");
        client.init(null, trust.getTrustManagers(), null);
        Thread serving = Thread.startVirtualThread(() -> {
            try (SSLSocket socket = (SSLSocket) server.accept()) {
                socket.startHandshake();
                socket.getInputStream().read();
            } catch (IOException e) {
                // the client saw it
            }
        });
        try (SSLSocket socket = (SSLSocket) client.getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.getLocalPort())) {
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSerialNumber();
        } finally {
            serving.join();
        }
    }

    private SSLServerSocket listen() throws Exception {
        return (SSLServerSocket) BrowserTls.context(certificate, key)
                .getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    @Test
    void aRenewedCertificateIsShownWithoutARestart() throws Exception {
        try (SSLServerSocket server = listen()) {
            BigInteger first = seen(server);
            assertThat(first).isEqualTo(serial());

            issue();
            Files.setLastModifiedTime(certificate, FileTime.from(Instant.now().plusSeconds(5)));

            assertThat(seen(server)).isEqualTo(serial()).isNotEqualTo(first);
        }
    }

    private BigInteger serial() throws Exception {
        return PemFiles.certificates(certificate).getFirst().getSerialNumber();
    }

    @Test
    void aFileThatIsSpoiltLaterChangesNothing() throws Exception {
        try (SSLServerSocket server = listen()) {
            BigInteger first = seen(server);

            Files.writeString(certificate, "half a certifi");
            Files.setLastModifiedTime(certificate, FileTime.from(Instant.now().plusSeconds(5)));

            assertThat(seen(server)).isEqualTo(first);
        }
    }

    @Test
    void aKeyOfAnotherCertificateIsRefusedInASentence() throws Exception {
        Path other = Files.copy(key, folder.resolve("other.key"));
        issue();

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> BrowserTls.context(certificate, other))
                .withMessageContaining(other.toString())
                .withMessageEndingWith(".");
    }
}
