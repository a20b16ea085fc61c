// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.doctor;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.ca.AlternativeName;
import org.thecanary.credentials.ca.CaException;
import org.thecanary.credentials.pem.PemException;
import org.thecanary.credentials.pem.PemFiles;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Looks at a broker's TLS from outside, as a client meets it: name, port, handshake, certificate, and whether MQTT is
 * spoken behind it. Owner: confined to its creator.
 */
final class TlsDoctor {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int CONNACK = 0x20;

    /** MQTT 3.1.1 without a name, so that nobody's session is taken over. */
    private static final byte[] CONNECT = {0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 0};

    private final String host;
    private final int port;
    private final @Nullable Path authorityFile;
    private final @Nullable Path crlFile;
    private final Findings findings = new Findings();
    private final CertificateDoctor certificates;

    /**
     * Nothing is looked at yet.
     *
     * @param authorityFile null: what the JDK trusts
     * @param crlFile null: none
     */
    TlsDoctor(
            String host,
            int port,
            @Nullable Path authorityFile,
            @Nullable Path crlFile,
            Instant now) {
        this.host = host;
        this.port = port;
        this.authorityFile = authorityFile;
        this.crlFile = crlFile;
        this.certificates = new CertificateDoctor(findings, now);
    }

    Findings examine() {
        InetAddress address;
        try {
            InetAddress[] all = InetAddress.getAllByName(host);
            address = all[0];
            findings.ok("host", host + " is " + String.join(", ", texts(all)));
        } catch (UnknownHostException e) {
            findings.wrong(
                    "host",
                    host + " leads to no address",
                    "correct the name, or add it to the DNS or to /etc/hosts");
            return findings;
        }
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(address, port), TIMEOUT_MILLIS);
            plain.setSoTimeout(TIMEOUT_MILLIS);
            findings.ok("port", "somebody listens on port " + port);
            handshake(plain);
        } catch (IOException e) {
            findings.wrong(
                    "port",
                    "no connection to port " + port + ": " + e.getMessage(),
                    "start the broker, or let the port through the firewall");
        }
        return findings;
    }

    private static List<String> texts(InetAddress[] addresses) {
        return Arrays.stream(addresses).map(InetAddress::getHostAddress).toList();
    }

    private void handshake(Socket plain) {
        Recorder recorder = new Recorder();
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {recorder}, null);
            try (SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true)) {
                nameIndication(socket);
                socket.startHandshake();
                findings.ok(
                        "tls",
                        socket.getSession().getProtocol() + " with "
                                + socket.getSession().getCipherSuite());
                chain(recorder.chain);
                mqtt(socket);
            }
        } catch (IOException e) {
            if (recorder.chain.isEmpty()) {
                findings.wrong(
                        "tls",
                        "this is no TLS, or none that Java speaks: " + e.getMessage(),
                        "take the port of a listener with certfile and keyfile, such as 8883");
            } else {
                chain(recorder.chain);
                findings.wrong(
                        "tls", "the handshake fails: " + e.getMessage(), "see the broker's log");
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    private void nameIndication(SSLSocket socket) {
        SSLParameters parameters = socket.getSSLParameters();
        try {
            parameters.setServerNames(List.of(new SNIHostName(host)));
        } catch (IllegalArgumentException e) {
            return; // an address has none [RFC 6066 3]
        }
        socket.setSSLParameters(parameters);
    }

    private void chain(List<X509Certificate> chain) {
        X509Certificate server = chain.getFirst();
        certificates.dates("the certificate", server, "canary ca renew, or canary init --force");
        try {
            X509CRL crl = null;
            if (crlFile != null) {
                crl = PemFiles.crls(crlFile).getFirst();
                certificates.list(crl, "canary ca crl");
            }
            if (authorityFile != null) {
                certificates.chain(chain, PemFiles.certificates(authorityFile).getFirst(), crl);
            } else {
                publicChain(chain);
            }
            certificates.name(
                    server,
                    AlternativeName.parse(host),
                    "call the broker by a name it has, or issue one with --san " + host);
        } catch (PemException | CaException e) {
            findings.wrong("chain", String.valueOf(e.getMessage()), "name another file");
        }
    }

    private void publicChain(List<X509Certificate> chain) {
        try {
            TrustManagerFactory factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager judge) {
                    judge.checkServerTrusted(chain.toArray(X509Certificate[]::new), "UNKNOWN");
                }
            }
            findings.ok("chain", "a public authority signed the certificate");
        } catch (CertificateException e) {
            findings.wrong(
                    "chain",
                    "no public authority signed the certificate",
                    "name your own with --cafile, as clients have to");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java trusts nobody", e);
        }
    }

    private void mqtt(SSLSocket socket) throws IOException {
        try {
            socket.getOutputStream().write(CONNECT);
            socket.getOutputStream().flush();
            byte[] answer = socket.getInputStream().readNBytes(4);
            if (answer.length == 4 && (answer[0] & 0xF0) == CONNACK) {
                findings.ok(
                        "mqtt",
                        answer[3] == 0
                                ? "the broker lets clients in without a password"
                                : "a broker answers, and wants a password");
            } else if (answer.length == 0) {
                findings.ok("mqtt", "the broker wants a certificate, or closes without a word");
            } else {
                findings.wrong("mqtt", "what answers is no MQTT broker", "take the port of MQTT");
            }
        } catch (SSLException e) {
            // With TLS 1.3 a server says so only after the handshake.
            findings.ok("mqtt", "the broker wants a certificate: " + e.getMessage());
        }
    }

    /** Takes every certificate, so that it can be looked at; nothing secret is sent behind it. */
    private static final class Recorder extends X509ExtendedTrustManager {
        private List<X509Certificate> chain = new ArrayList<>();

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String type) {
            chain = List.of(shown);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String type, Socket socket) {
            chain = List.of(shown);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String type, SSLEngine engine) {
            chain = List.of(shown);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String type)
                throws CertificateException {
            throw new CertificateException("this is a client");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String type, Socket socket)
                throws CertificateException {
            checkClientTrusted(shown, type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String type, SSLEngine engine)
                throws CertificateException {
            checkClientTrusted(shown, type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
