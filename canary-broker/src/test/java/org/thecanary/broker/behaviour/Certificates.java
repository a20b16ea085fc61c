// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.credentials.ca.AlternativeName;
import org.thecanary.credentials.ca.CaStore;
import org.thecanary.credentials.ca.CertificateAuthority;
import org.thecanary.credentials.ca.CertificateAuthority.Founding;
import org.thecanary.credentials.ca.CertificateProfile;
import org.thecanary.credentials.ca.CertificateProfile.Use;
import org.thecanary.credentials.ca.KeyKind;
import org.thecanary.credentials.pem.Passphrase;
import org.thecanary.credentials.pem.PemFiles;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CRLReason;
import java.security.cert.Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An authority in a folder, a certificate of it for 127.0.0.1, and clients of it. */
final class Certificates {
    private static final char[] NO_PASSWORD = new char[0];

    private final CertificateAuthority authority;

    Certificates(Path folder) throws Exception {
        this(folder, Clock.systemUTC());
    }

    private Certificates(Path folder, Clock clock) throws Exception {
        authority = CertificateAuthority.create(
                CaStore.at(folder),
                new Founding(
                        "Test CA " + folder.getFileName(), new KeyKind.P256(), 3650, null, false),
                clock,
                new SecureRandom());
        var profile = CertificateProfile.of(
                "broker", Set.of(Use.SERVER), List.of(AlternativeName.parse("127.0.0.1")), null);
        authority.issue("broker", profile, new KeyKind.P256(), false);
    }

    /** One whose certificates end 10 days after they began, 20 days ago. */
    static Certificates expired(Path folder) throws Exception {
        return new Certificates(folder, Clock.offset(Clock.systemUTC(), Duration.ofDays(-20)));
    }

    Path ca() {
        return authority.store().certificateFile();
    }

    Path crl() {
        return authority.store().crlFile();
    }

    Path certificate(String name) {
        return file(name, ".crt");
    }

    Path key(String name) {
        return file(name, ".key");
    }

    private Path file(String name, String end) {
        Path folder = authority.store().certificateFile().getParent();
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.endsWith(name + end)).findFirst().orElseThrow();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    Certificates issueClient(String name) throws Exception {
        var profile = CertificateProfile.of(name, Set.of(Use.CLIENT), List.of(), 10);
        authority.issue(name, profile, new KeyKind.P256(), false);
        return this;
    }

    /** Another certificate in the files of the broker's. */
    void renewServer() throws Exception {
        authority.renew("broker", null, false, false);
    }

    void revoke(String name) throws Exception {
        authority.revoke(name, CRLReason.KEY_COMPROMISE);
    }

    /** TLS with the broker's certificate. */
    void serve(ListenerConfig.Builder listener) {
        listener.tls.certFile = certificate("broker");
        listener.tls.keyFile = key("broker");
    }

    /** TLS that lets in only this authority's clients. */
    void serveOwnClients(ListenerConfig.Builder listener) {
        serve(listener);
        listener.tls.caFile = ca();
        listener.tls.requireCertificate = true;
    }

    /** How a client speaks TLS that trusts this authority, and shows no certificate. */
    SSLContext anonymous() throws Exception {
        return context(null);
    }

    /** How a client speaks TLS that shows this certificate. */
    SSLContext as(String name) throws Exception {
        return showing(this, name);
    }

    /** How a client speaks TLS that trusts this authority, and shows a certificate of any. */
    SSLContext showing(Certificates owner, String name) throws Exception {
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry(
                "own",
                PemFiles.privateKey(owner.key(name), Passphrase.NONE),
                NO_PASSWORD,
                PemFiles.certificates(owner.certificate(name)).toArray(Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(own, NO_PASSWORD);
        return context(keys);
    }

    private SSLContext context(@org.jspecify.annotations.Nullable KeyManagerFactory keys)
            throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", PemFiles.certificates(ca()).getFirst());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys == null ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
