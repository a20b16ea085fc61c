// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.ReferenceCounted;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.TlsConfig;

import java.lang.ref.Cleaner;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/**
 * TLS as a listener speaks it from one reload to the next.
 *
 * <p>Immutable, apart from the sessions that clients may resume; any thread.
 */
public final class TlsContext {
    private static final long SESSION_SECONDS = 2 * 60 * 60;

    /** Until the last of its connections ends, a context is kept by that. */
    private static final Cleaner NO_LONGER_USED = Cleaner.create();

    private final SslContext context;
    private final ClientTrust trust;
    private final TlsFiles files;
    private final boolean requiresCertificate;

    static {
        // As mosquitto: renegotiation serves nobody but those who wear out the server.
        // Java has no other switch.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        // A listener has one certificate, whatever it is called; Java ends the handshake of a
        // client that calls it by a name with an underscore, as containers have.
        System.setProperty("jdk.tls.server.disableExtensions", "server_name");
    }

    private TlsContext(
            SslContext context, ClientTrust trust, TlsFiles files, boolean requiresCertificate) {
        this.context = context;
        if (context instanceof ReferenceCounted outsideTheHeap) {
            NO_LONGER_USED.register(this, outsideTheHeap::release);
        }
        this.trust = trust;
        this.files = files;
        this.requiresCertificate = requiresCertificate;
    }

    /**
     * Reads the files. Blocks: never on a loop.
     *
     * @throws TlsException with the problems of all files
     */
    static TlsContext load(TlsConfig config) throws TlsException {
        TlsFiles files = TlsFiles.read(config);
        try {
            ClientTrust trust = new ClientTrust(files, config);
            SslContextBuilder server = config.boringSsl()
                    ? BoringSsl.forServer(files, config)
                    : SslContextBuilder.forServer(
                                    new ServerIdentity(files.shownChain(), files.key()))
                            .sslProvider(SslProvider.JDK);
            SslContext context = server.trustManager(trust)
                    .clientAuth(config.requireCertificate() ? ClientAuth.REQUIRE : ClientAuth.NONE)
                    .protocols(
                            config.tls13Only() ? List.of("TLSv1.3") : List.of("TLSv1.3", "TLSv1.2"))
                    .ciphers(cipherSuites(config), SupportedCipherSuiteFilter.INSTANCE)
                    .sessionTimeout(SESSION_SECONDS)
                    .build();
            return new TlsContext(context, trust, files, config.requireCertificate());
        } catch (GeneralSecurityException | SSLException e) {
            throw new TlsException(List.of("certfile " + config.certFile()
                    + ": this Java cannot use it: " + e.getMessage()));
        }
    }

    /** Where the configuration names none all that Java has, and not the fewer that Netty would choose. */
    private static List<String> cipherSuites(TlsConfig config) throws GeneralSecurityException {
        String[] defaults = SSLContext.getDefault().getDefaultSSLParameters().getCipherSuites();
        List<String> suites = new ArrayList<>();
        suites.addAll(
                config.cipherSuites13() != null
                        ? config.cipherSuites13()
                        : Stream.of(defaults).filter(s -> !s.contains("_WITH_")).toList());
        suites.addAll(
                config.cipherSuites() != null
                        ? config.cipherSuites()
                        : Stream.of(defaults).filter(s -> s.contains("_WITH_")).toList());
        return suites;
    }

    /**
     * The handler of a new connection.
     *
     * @param work where signatures and certificates are computed, away from the loops
     */
    public SslHandler handler(ByteBufAllocator buffers, Executor work) {
        return new SslHandler(context.newEngine(buffers), work) {
            @Override
            public void exceptionCaught(ChannelHandlerContext channel, Throwable cause)
                    throws Exception {
                // Whoever left while a signature was computed
                // leaves nobody here to be told how it ended.
                if (!channel.isRemoved()) {
                    super.exceptionCaught(channel, cause);
                }
            }
        };
    }

    /** Whether clients must show a certificate. */
    public boolean requiresCertificate() {
        return requiresCertificate;
    }

    /** Whether a client that showed these certificates has to leave, its own being the first. */
    public boolean isRevoked(X509Certificate[] chain) {
        return trust.isRevoked(chain);
    }

    /**
     * Why a client that showed these certificates may not come in after all; null if it may.
     *
     * @param chain its own certificate first
     */
    public @Nullable String refusal(X509Certificate[] chain) {
        try {
            trust.checkAgain(chain);
            return null;
        } catch (CertificateException e) {
            return e.getMessage();
        }
    }

    TlsFiles files() {
        return files;
    }
}
