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
import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.broker.config.LogMarkers;
import org.thecanary.broker.config.ProxyConfig;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/**
 * What a proxy says of the client it brings, before the client's first byte: the PROXY protocol of HAProxy.
 *
 * <p>A connection without it is not a proxy's, and ends. Owner: the newcomer's loop.
 */
final class ProxyHeader extends SimpleChannelInboundHandler<HAProxyMessage> {
    private static final Logger LOG = LoggerFactory.getLogger("broker");

    // PP2_SUBTYPE_…, of which Netty does not name all
    private static final byte SSL_VERSION = 0x21;
    private static final byte SSL_CN = 0x22;
    private static final byte SSL_CIPHER = 0x23;

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
            corrupt(context, "it is of the version that enable_proxy_protocol does not expect");
            return;
        }
        if (header.command() == HAProxyCommand.LOCAL) {
            context.close(); // the proxy looks whether we are well; mosquitto hangs up too
            return;
        }
        if (header.sourceAddress() != null) {
            newcomer.origin(newcomer.origin()
                    .withAddress(written(header.sourceAddress()) + ":" + header.sourcePort()));
        }
        HAProxySSLTLV tls = null;
        for (HAProxyTLV part : header.tlvs()) {
            if (part instanceof HAProxySSLTLV ssl) {
                tls = ssl;
            }
        }
        if (config.requiresTls() && (tls == null || !tls.isPP2ClientSSL())) {
            refuse(context, "client did not connect using TLS");
        } else if (config.requiresCertificate() && !isVerified(tls)) {
            refuse(context, "client did not provide a certificate");
        } else {
            logTls(tls);
            newcomer.origin(
                    newcomer.origin().withCommonName(isVerified(tls) ? commonName(tls) : null));
            context.pipeline().remove(this);
        }
    }

    /** An IPv6 address in its short form, as mosquitto logs it. */
    private static String written(String address) {
        InetAddress internet = NetUtil.createInetAddressFromIpAddressString(address);
        return internet == null ? address : NetUtil.toAddressString(internet);
    }

    private void logTls(@Nullable HAProxySSLTLV tls) {
        String version = part(tls, SSL_VERSION);
        String cipher = part(tls, SSL_CIPHER);
        if (version != null && cipher != null) {
            LOG.info(
                    LogMarkers.NOTICE,
                    "Connection from {} negotiated {} cipher {}",
                    newcomer.address(),
                    version,
                    cipher);
        }
    }

    private static boolean isVerified(@Nullable HAProxySSLTLV tls) {
        return tls != null
                && tls.isPP2ClientSSL()
                && (tls.isPP2ClientCertConn() || tls.isPP2ClientCertSess())
                && tls.verify() == 0;
    }

    private static @Nullable String commonName(@Nullable HAProxySSLTLV tls) {
        String name = part(tls, SSL_CN);
        return name == null || name.isEmpty() || name.indexOf('\0') >= 0 ? null : name;
    }

    private static @Nullable String part(@Nullable HAProxySSLTLV tls, byte wanted) {
        if (tls == null) {
            return null;
        }
        for (HAProxyTLV part : tls.encapsulatedTLVs()) {
            if (part.typeByteValue() == wanted) {
                return part.content().toString(StandardCharsets.UTF_8);
            }
        }
        return null;
    }

    private void corrupt(ChannelHandlerContext context, String why) {
        LOG.info("PROXY header from {}: {}.", newcomer.address(), why);
        LOG.info(LogMarkers.NOTICE, "Connection rejected, corrupt PROXY header.");
        context.close();
    }

    private void refuse(ChannelHandlerContext context, String why) {
        LOG.info(LogMarkers.NOTICE, "Connection from {} rejected, {}.", newcomer.address(), why);
        context.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
        if (cause instanceof HAProxyProtocolException) {
            corrupt(context, "what comes first is no header of a proxy");
        } else {
            super.exceptionCaught(context, cause);
        }
    }
}
