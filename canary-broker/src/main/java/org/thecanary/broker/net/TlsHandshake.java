// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.tls.ListenerTls;
import org.thecanary.broker.tls.TlsContext;
import org.thecanary.broker.tls.TlsFailure;

import java.security.cert.X509Certificate;
import java.util.stream.Stream;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Stands behind the TLS handler of a connection: says who came in, or why nobody did.
 *
 * <p>Owner: the connection's loop.
 */
final class TlsHandshake extends ChannelInboundHandlerAdapter {
    private final ListenerTls tls;
    private final TlsContext context;
    private final SslHandler handler;
    private final Newcomer newcomer;
    private boolean failed;

    /** For a handler that was made by this context, the one of now. */
    TlsHandshake(ListenerTls tls, TlsContext context, SslHandler handler, Newcomer newcomer) {
        this.tls = tls;
        this.context = context;
        this.handler = handler;
        this.newcomer = newcomer;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof SslHandshakeCompletionEvent done) {
            if (done.isSuccess()) {
                welcome(context);
            } else {
                refuse(context, TlsFailure.explain(done.cause()));
            }
        }
        super.userEventTriggered(context, event);
    }

    private void welcome(ChannelHandlerContext channel) throws SSLPeerUnverifiedException {
        if (!context.requiresCertificate()) {
            return;
        }
        X509Certificate[] chain = Stream.of(handler.engine().getSession().getPeerCertificates())
                .toArray(X509Certificate[]::new);
        String refusal = tls.context().refusal(chain); // which may be newer than the handshake
        if (refusal == null) {
            newcomer.origin(newcomer.origin().withChain(chain, tls));
        } else {
            refuse(channel, "the client's certificate is refused: " + refusal);
        }
    }

    private void refuse(ChannelHandlerContext context, @Nullable String why) {
        if (!failed && why != null) {
            newcomer.refused("TLS handshake failed: " + why);
        }
        failed = true;
        context.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
        if (failed) {
            return; // it was said
        }
        Throwable tlsCause = cause instanceof DecoderException ? cause.getCause() : cause;
        super.exceptionCaught(context, tlsCause instanceof SSLException ? tlsCause : cause);
    }
}
