// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;

import org.thecanary.broker.config.TlsConfig;

import java.util.List;
import java.util.Set;

/**
 * TLS by BoringSSL instead of Java's own, as {@code tls_engine boringssl} asks: a handshake takes a fraction of the CPU.
 *
 * <p>Signatures are computed on the loop, by native code that knows the key; who the client is, away from it.
 */
final class BoringSsl {
    private static final Set<String> KEYS = Set.of("RSA", "EC");

    private BoringSsl() {}

    /** @throws TlsException if this machine has none, or it cannot be told what the configuration says */
    static SslContextBuilder forServer(TlsFiles files, TlsConfig config) throws TlsException {
        if (!OpenSsl.isAvailable()) {
            throw new TlsException(
                    List.of("tls_engine boringssl: there is none for this machine, only for"
                            + " Linux with glibc on x86-64 and ARM64. Leave tls_engine out."));
        }
        if (config.cipherSuites13() != null) {
            throw new TlsException(
                    List.of("ciphers_tls1.3: BoringSSL always speaks all suites of TLS 1.3."
                            + " Leave this option out, or tls_engine."));
        }
        if (!KEYS.contains(files.key().getAlgorithm())) {
            throw new TlsException(List.of("keyfile " + config.keyFile()
                    + ": BoringSSL has no use for a key of " + files.key().getAlgorithm()
                    + ", only for RSA and EC. Leave tls_engine out."));
        }
        return SslContextBuilder.forServer(files.key(), files.shownChain())
                .sslProvider(SslProvider.OPENSSL_REFCNT);
    }
}
