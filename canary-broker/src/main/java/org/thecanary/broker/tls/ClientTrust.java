// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.tls;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.TlsConfig;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;

import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Which client certificates a listener accepts: those the JDK's PKIX [RFC 5280 6] leads back to one of its authorities,
 * and that no revocation list names.
 *
 * <p>Revocation is OpenSSL's {@code X509_V_FLAG_CRL_CHECK}, as mosquitto sets it: the client's own certificate is looked
 * up, and where its issuer has no list that is valid today, nobody of that issuer comes in. The JDK's own checker cannot
 * be told to ignore dates, and lets pass what was revoked in this very second.
 *
 * <p>Immutable; any thread.
 */
final class ClientTrust extends X509ExtendedTrustManager {
    private final List<X509Certificate> authorities;
    private final List<X509CRL> crls;
    private final boolean ignoreDates;
    private final KeyStore anchors;
    private final @Nullable X509ExtendedTrustManager pkix;

    ClientTrust(TlsFiles files, TlsConfig config) throws GeneralSecurityException {
        this.authorities = files.authorities();
        this.crls = files.crls();
        this.ignoreDates = config.ignoreClientDates();
        this.anchors = KeyStore.getInstance(KeyStore.getDefaultType());
        try {
            anchors.load(null, null);
        } catch (IOException e) {
            throw new GeneralSecurityException("no empty key store", e);
        }
        for (X509Certificate authority : authorities) {
            anchors.setCertificateEntry(
                    Integer.toString(authorities.indexOf(authority)), authority);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(anchors);
        this.pkix = authorities.isEmpty()
                ? null // PKIX takes no empty set
                : (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    }

    private X509ExtendedTrustManager judge(X509Certificate[] chain) throws CertificateException {
        if (pkix == null) {
            throw new CertificateException(
                    "there is no CA to trust: give this listener a cafile or capath");
        }
        return ignoreDates ? timeless(chain) : pkix;
    }

    /** PKIX on a day when the client's certificate was valid. */
    private X509ExtendedTrustManager timeless(X509Certificate[] chain) throws CertificateException {
        try {
            PKIXBuilderParameters parameters =
                    new PKIXBuilderParameters(anchors, new X509CertSelector());
            parameters.setRevocationEnabled(false);
            parameters.addCertStore(CertStore.getInstance(
                    "Collection", new CollectionCertStoreParameters(List.of(chain))));
            parameters.setDate(Date.from(dayWithin(chain[0], Instant.now())));
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(new CertPathTrustManagerParameters(parameters));
            return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
        } catch (GeneralSecurityException e) {
            throw new CertificateException("it cannot be judged: " + e.getMessage(), e);
        }
    }

    private static Instant dayWithin(X509Certificate certificate, Instant now) {
        Instant from = certificate.getNotBefore().toInstant();
        Instant until = certificate.getNotAfter().toInstant();
        return now.isBefore(from) ? from : now.isAfter(until) ? until : now;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String keyType, SSLEngine engine)
            throws CertificateException {
        judge(chain).checkClientTrusted(chain, keyType, engine);
        checkRevocation(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String keyType, Socket socket)
            throws CertificateException {
        judge(chain).checkClientTrusted(chain, keyType, socket);
        checkRevocation(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String keyType)
            throws CertificateException {
        judge(chain).checkClientTrusted(chain, keyType);
        checkRevocation(chain);
    }

    /**
     * Judges once more what was trusted before: a resumed session brings no handshake, and lists change.
     *
     * @throws CertificateException if the certificate was revoked or has expired since
     */
    void checkAgain(X509Certificate[] chain) throws CertificateException {
        if (!ignoreDates) {
            chain[0].checkValidity();
        }
        checkRevocation(chain);
    }

    /** Whether a list names the certificate. */
    boolean isRevoked(X509Certificate[] chain) {
        return crls.stream()
                .anyMatch(crl ->
                        crl.getIssuerX500Principal().equals(chain[0].getIssuerX500Principal())
                                && crl.isRevoked(chain[0])
                                && isSigned(crl, chain));
    }

    private void checkRevocation(X509Certificate[] chain) throws CertificateException {
        if (crls.isEmpty()) {
            return;
        }
        Instant now = Instant.now();
        Instant outdated = null;
        boolean known = false;
        for (X509CRL crl : crls) {
            if (crl.getIssuerX500Principal().equals(chain[0].getIssuerX500Principal())
                    && isSigned(crl, chain)) {
                if (!ignoreDates && now.isAfter(nextUpdate(crl))) {
                    outdated = nextUpdate(crl);
                } else if (crl.isRevoked(chain[0])) {
                    throw new CertificateException("it was revoked");
                } else {
                    known = true;
                }
            }
        }
        if (!known) {
            throw new CertificateException(
                    outdated == null
                            ? "crlfile has no list of its CA, so it may be revoked"
                            : "the list of crlfile is out of date since " + outdated
                                    + ", so nobody of its CA comes in; renew it");
        }
    }

    private static Instant nextUpdate(X509CRL crl) {
        return crl.getNextUpdate() == null ? Instant.MAX : crl.getNextUpdate().toInstant();
    }

    private boolean isSigned(X509CRL crl, X509Certificate[] chain) {
        return Stream.concat(authorities.stream(), Stream.of(chain))
                .filter(issuer ->
                        issuer.getSubjectX500Principal().equals(crl.getIssuerX500Principal()))
                .anyMatch(issuer -> {
                    try {
                        crl.verify(issuer.getPublicKey()); // remembered by the list
                        return true;
                    } catch (GeneralSecurityException e) {
                        return false;
                    }
                });
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.toArray(X509Certificate[]::new);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String keyType)
            throws CertificateException {
        throw new CertificateException("clients come in here, not servers");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String keyType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, keyType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String keyType, SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, keyType);
    }
}
