// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import io.netty.util.NetUtil;

import java.net.Socket;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The JDK's judgement of a Server's certificate, with two additions: a refusal says what to do, and an address that stands
 * in the subject of a certificate without alternative names is accepted, as mosquitto's clients do; the JDK accepts only a
 * DNS name there.
 */
final class ServerTrust extends X509ExtendedTrustManager {

    /** Why a Server is not trusted, in words that follow "the broker". */
    static final class RefusedException extends CertificateException {
        private static final long serialVersionUID = 1L;

        RefusedException(String words, CertificateException cause) {
            super(words, cause);
        }
    }

    private final X509ExtendedTrustManager pkix;

    ServerTrust(X509ExtendedTrustManager pkix) {
        this.pkix = pkix;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
            throws CertificateException {
        String host = String.valueOf(engine.getPeerHost());
        try {
            if (isOnlyInSubject(host, chain[0])) {
                pkix.checkServerTrusted(chain, kind); // all but the name
            } else {
                pkix.checkServerTrusted(chain, kind, engine);
            }
        } catch (CertificateException e) {
            throw new RefusedException(words(e, chain, host), e);
        }
    }

    private static boolean isOnlyInSubject(String host, X509Certificate certificate)
            throws CertificateParsingException {
        return NetUtil.isValidIpV4Address(host)
                && certificate.getSubjectAlternativeNames() == null
                && commonName(certificate).equals(host);
    }

    private static String commonName(X509Certificate certificate) {
        for (String part : certificate.getSubjectX500Principal().getName().split(",", -1)) {
            if (part.startsWith("CN=")) {
                return part.substring(3);
            }
        }
        return "";
    }

    private static String words(CertificateException e, X509Certificate[] chain, String host) {
        X509Certificate own = chain[0];
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException
                    || (cause instanceof CertPathValidatorException path
                            && path.getReason() == BasicReason.EXPIRED)) {
                return "shows a certificate that has expired (" + expired(chain)
                        + "); it needs a new one, or the clock here is wrong";
            }
            if (cause instanceof CertificateNotYetValidException) {
                return "shows a certificate that is valid only from "
                        + own.getNotBefore().toInstant() + "; look at the clock here";
            }
            if (cause instanceof CertPathValidatorException path
                    && path.getReason() == BasicReason.ALGORITHM_CONSTRAINED) {
                return "shows a certificate whose key or signature is too weak ("
                        + own.getSigAlgName()
                        + "); it needs a new one";
            }
        }
        String message = String.valueOf(e.getMessage());
        if (message.startsWith("No subject alternative")
                || message.startsWith("No name matching")) {
            return "shows a certificate for " + names(own) + ", not for " + host
                    + "; connect by one of these names, or give it a certificate for this one";
        }
        X509Certificate last = chain[chain.length - 1];
        return own.getIssuerX500Principal().equals(own.getSubjectX500Principal())
                ? "shows a self-signed certificate ("
                        + own.getSubjectX500Principal().getName()
                        + ") that is not trusted here; if it is yours, name it as cafile"
                : "shows a certificate signed by "
                        + last.getIssuerX500Principal().getName()
                        + ", which is not trusted here; if that is your authority, name its certificate as cafile";
    }

    private static String expired(X509Certificate[] chain) {
        X509Certificate first = chain[0];
        for (X509Certificate certificate : chain) {
            if (certificate
                    .getNotAfter()
                    .toInstant()
                    .isBefore(first.getNotAfter().toInstant())) {
                first = certificate;
            }
        }
        return first.getSubjectX500Principal().getName() + " on "
                + first.getNotAfter().toInstant();
    }

    private static String names(X509Certificate certificate) {
        try {
            var names = certificate.getSubjectAlternativeNames();
            if (names != null) {
                return String.join(
                        ", ",
                        names.stream().map(name -> String.valueOf(name.get(1))).toList());
            }
        } catch (CertificateParsingException _) {
            // then its subject has to do
        }
        return certificate.getSubjectX500Principal().getName();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind)
            throws CertificateException {
        pkix.checkServerTrusted(chain, kind);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket)
            throws CertificateException {
        pkix.checkServerTrusted(chain, kind, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind)
            throws CertificateException {
        pkix.checkClientTrusted(chain, kind);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
            throws CertificateException {
        pkix.checkClientTrusted(chain, kind, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket)
            throws CertificateException {
        pkix.checkClientTrusted(chain, kind, socket);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return pkix.getAcceptedIssuers();
    }
}
