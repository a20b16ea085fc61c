// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.List;

/**
 * How a listener speaks TLS.
 *
 * <p>Immutable; any thread.
 *
 * @param certFile option certfile: PEM of the server's certificate and those between it and its authority
 * @param keyFile option keyfile: PEM of its private key
 * @param caFile option cafile: PEM of the authorities of clients; null for none
 * @param caPath option capath: directory of such files; null for none
 * @param crlFile option crlfile: PEM of revocation lists; null for none
 * @param tls13Only {@code tls_version tlsv1.3}; otherwise TLS 1.2 too
 * @param cipherSuites {@code ciphers}: suites of TLS 1.2, by their Java names, best first; null for Java's choice
 * @param cipherSuites13 {@code ciphers_tls1.3}: suites of TLS 1.3, best first; null for Java's choice
 * @param requireCertificate {@code require_certificate}: whether clients must show a certificate; if not, they are not
 *     even asked
 * @param ignoreClientDates {@code disable_client_cert_date_checks}
 * @param boringSsl {@code tls_engine boringssl}: BoringSSL instead of Java's own TLS
 */
public record TlsConfig(
        Path certFile,
        Path keyFile,
        @Nullable Path caFile,
        @Nullable Path caPath,
        @Nullable Path crlFile,
        boolean tls13Only,
        @Nullable List<String> cipherSuites,
        @Nullable List<String> cipherSuites13,
        boolean requireCertificate,
        boolean ignoreClientDates,
        boolean boringSsl) {

    /** The mutable form, for the loader and for tests. Owner: confined to its creator. */
    public static final class Builder {
        public @Nullable Path certFile;
        public @Nullable Path keyFile;
        public @Nullable Path caFile;
        public @Nullable Path caPath;
        public @Nullable Path crlFile;
        public boolean tls13Only;
        public @Nullable List<String> cipherSuites;
        public @Nullable List<String> cipherSuites13;
        public boolean requireCertificate;
        public boolean ignoreClientDates;
        public boolean boringSsl;

        /** Null without a certificate: no TLS. */
        public @Nullable TlsConfig build() {
            Path cert = certFile;
            Path key = keyFile;
            if (cert == null || key == null) {
                return null;
            }
            return new TlsConfig(
                    cert,
                    key,
                    caFile,
                    caPath,
                    crlFile,
                    tls13Only,
                    cipherSuites,
                    cipherSuites13,
                    requireCertificate,
                    ignoreClientDates,
                    boringSsl);
        }
    }
}
