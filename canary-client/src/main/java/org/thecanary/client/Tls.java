// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * How a client speaks TLS: whom it trusts, who it is, and what it offers. Made by {@link #builder}; the JDK's own TLS.
 *
 * <p>Immutable, and good for many connections, of which the later ones resume the session of the earlier. Any thread.
 */
public final class Tls {
    private static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2");

    private final SSLContext context;
    private final Builder settings;

    private Tls(SSLContext context, Builder settings) {
        this.context = context;
        this.settings = settings;
    }

    /** TLS 1.2 and 1.3, trusting what the JDK trusts, verifying the Server's name. */
    public static Builder builder() {
        return new Builder();
    }

    /** One end of a connection to this host, for who carries its bytes himself. */
    public SSLEngine engine(String host, int port) {
        String name = settings.serverName == null ? host : settings.serverName;
        SSLEngine engine = context.createSSLEngine(name, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(settings.versions.toArray(String[]::new));
        if (!settings.cipherSuites.isEmpty()) {
            parameters.setCipherSuites(Stream.concat(
                            Stream.of(parameters.getCipherSuites())
                                    .filter(suite -> !suite.contains("_WITH_")), // TLS 1.3's
                            settings.cipherSuites.stream())
                    .toArray(String[]::new));
        }
        parameters.setApplicationProtocols(settings.alpn.toArray(String[]::new));
        if (settings.verifyName) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        SNIHostName indication = indication(name);
        if (indication != null) {
            parameters.setServerNames(List.of(indication));
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** The JDK would leave out a name without a dot, such as that of a container. */
    private static @Nullable SNIHostName indication(String name) {
        if (NetUtil.isValidIpV4Address(name) || NetUtil.isValidIpV6Address(name)) {
            return null;
        }
        try {
            return new SNIHostName(name);
        } catch (
                IllegalArgumentException _) { // an underscore, which DNS knows and the JDK does not
            return null;
        }
    }

    /** Collects what there is to say about {@link Tls}. Confined to its creator. */
    public static final class Builder {
        private @Nullable List<X509Certificate> authorities;
        private boolean trustAnything;
        private @Nullable PrivateKey key;
        private List<X509Certificate> chain = List.of();
        private @Nullable String serverName;
        private boolean verifyName = true;
        private List<String> versions = VERSIONS;
        private List<String> cipherSuites = List.of();
        private List<String> alpn = List.of();

        private Builder() {}

        /** Trust these authorities, or Servers with exactly such a certificate, and no others. */
        public Builder trust(List<X509Certificate> value) {
            authorities = List.copyOf(value);
            return this;
        }

        /** Verify nothing about the Server. Anybody between here and it can then read and change everything. */
        public Builder trustAnything() {
            trustAnything = true;
            verifyName = false;
            return this;
        }

        /**
         * Who this client is.
         *
         * @param value its certificate, followed by those between it and an authority that the Server trusts
         * @param secret the key of the first
         */
        public Builder identity(List<X509Certificate> value, PrivateKey secret) {
            chain = List.copyOf(value);
            key = secret;
            return this;
        }

        /** The name that the Server is asked for and that its certificate must have; null: the host's. */
        public Builder serverName(@Nullable String value) {
            serverName = value;
            return this;
        }

        /** Whether the certificate must be for the host's name. Without it any Server of the authority will do. */
        public Builder verifyName(boolean value) {
            verifyName = value;
            return this;
        }

        /** TLS 1.3 only. */
        public Builder onlyVersion13() {
            versions = List.of("TLSv1.3");
            return this;
        }

        /**
         * The cipher suites to offer for TLS 1.2, by their names in the TLS registry, such as {@code
         * TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384}; empty: the JDK's choice, as always for TLS 1.3.
         */
        public Builder cipherSuites12(List<String> value) {
            cipherSuites = List.copyOf(value);
            return this;
        }

        /** The protocols to offer by ALPN [RFC 7301]; empty: none. */
        public Builder alpn(List<String> value) {
            alpn = List.copyOf(value);
            return this;
        }

        /**
         * Ready to connect with.
         *
         * @throws IllegalArgumentException if the JDK does not know a cipher suite, or can do nothing with the certificates
         */
        public Tls build() {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(keyManagers(), new TrustManager[] {trustManager()}, null);
                checkCipherSuites(context);
                return new Tls(context, copy());
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalArgumentException(
                        "the certificates are of no use for TLS: " + e.getMessage(), e);
            }
        }

        private Builder copy() {
            var copy = new Builder();
            copy.serverName = serverName;
            copy.verifyName = verifyName;
            copy.versions = versions;
            copy.cipherSuites = cipherSuites;
            copy.alpn = alpn;
            return copy;
        }

        private void checkCipherSuites(SSLContext context) {
            var unknown = new ArrayList<>(cipherSuites);
            unknown.removeAll(Arrays.asList(context.getSupportedSSLParameters().getCipherSuites()));
            if (!unknown.isEmpty()) {
                throw new IllegalArgumentException(
                        "cipher suite " + unknown.getFirst() + " is not known");
            }
        }

        private KeyManager @Nullable [] keyManagers() throws GeneralSecurityException, IOException {
            if (key == null) {
                return null;
            }
            KeyStore store = emptyStore();
            store.setKeyEntry("client", key, new char[0], chain.toArray(X509Certificate[]::new));
            KeyManagerFactory factory =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, new char[0]);
            for (KeyManager manager : factory.getKeyManagers()) {
                if (manager instanceof X509ExtendedKeyManager own) {
                    return new KeyManager[] {new ClientIdentity(own)};
                }
            }
            throw new GeneralSecurityException("this Java has no use for keys");
        }

        private TrustManager trustManager() throws GeneralSecurityException, IOException {
            if (trustAnything) {
                return new TrustAnything();
            }
            KeyStore store = null;
            if (authorities != null) {
                store = emptyStore();
                for (X509Certificate authority : authorities) {
                    store.setCertificateEntry("authority" + store.size(), authority);
                }
            }
            TrustManagerFactory factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager pkix) {
                    return new ServerTrust(pkix);
                }
            }
            throw new GeneralSecurityException("this Java cannot verify certificates");
        }

        private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return store;
        }
    }
}
