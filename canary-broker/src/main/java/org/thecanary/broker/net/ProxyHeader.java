// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxySSLTLV;
import io.netty.handler.codec.haproxy.HAProxyTLV;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.broker.config.LogMarkers;
import org.thecanary.broker.config.ProxyConfig;

import java.nio.charset.StandardCharsets;

/**
 * What a proxy says of the client it brings, before the client's first byte: the PROXY protocol of HAProxy.
 *
 * <p>A connection without it is not a proxy's, and ends. Owner: the newcomer's loop.
 */
final class ProxyHeader extends SimpleChannelInboundHandler<HAProxyMessage> {
    private static final Logger LOG = LoggerFactory.getLogger("broker");

    private final ProxyConfig config;
    private final Newcomer newcomer;

    ProxyHeader(ProxyConfig config, Newcomer newcomer) {
        this.config = config;
        this.newcomer = newcomer;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HAProxyMessage header) {
        HAProxyProtocolVersion wanted =
                config.version() == 1 ? HAProxyProtocolVersion.V1 : HAProxyProtocolVersion.V2;
        if (header.protocolVersion() != wanted) {
            refuse(context, "enable_proxy_protocol expects the other version");
            return;
        }
        HAProxySSLTLV tls = null;
        for (HAProxyTLV part : header.tlvs()) {
            if (part instanceof HAProxySSLTLV ssl) {
                tls = ssl;
            }
        }
        if (config.requiresTls() && (tls == null || !tls.isPP2ClientSSL())) {
            refuse(context, "the client did not come to the proxy by TLS");
        } else if (config.requiresCertificate() && !isVerified(tls)) {
            refuse(context, "the proxy has verified no certificate of the client");
        } else {
            Origin origin = newcomer.origin();
            if (header.command() == HAProxyCommand.PROXY && header.sourceAddress() != null) {
                origin = origin.withAddress(header.sourceAddress() + ":" + header.sourcePort());
            }
            newcomer.origin(origin.withCommonName(isVerified(tls) ? commonName(tls) : null));
            context.pipeline().remove(this);
        }
    }

    private static boolean isVerified(@Nullable HAProxySSLTLV tls) {
        return tls != null
                && tls.isPP2ClientSSL()
                && (tls.isPP2ClientCertConn() || tls.isPP2ClientCertSess())
                && tls.verify() == 0;
    }

    private static @Nullable String commonName(@Nullable HAProxySSLTLV tls) {
        if (tls == null) {
            return null;
        }
        for (HAProxyTLV part : tls.encapsulatedTLVs()) {
            if (part.type() == HAProxyTLV.Type.PP2_TYPE_SSL_CN) {
                String name = part.content().toString(StandardCharsets.UTF_8);
                return name.isEmpty() || name.indexOf('\0') >= 0 ? null : name;
            }
        }
        return null;
    }

    private void refuse(ChannelHandlerContext context, String why) {
        LOG.info(
                LogMarkers.NOTICE,
                "Client {} disconnected: PROXY protocol: {}.",
                newcomer.address(),
                why);
        context.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
        if (cause instanceof HAProxyProtocolException) {
            refuse(context, "what comes first is no header of a proxy");
        } else {
            super.exceptionCaught(context, cause);
        }
    }
}
