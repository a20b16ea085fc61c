// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.broker.config.LogMarkers;
import org.thecanary.broker.config.ProxyConfig;

import java.util.List;

/**
 * What a proxy says of the client it brings, before the client's first byte: the PROXY protocol of HAProxy.
 *
 * <p>A connection without it is not a proxy's, and ends. Owner: the newcomer's loop.
 */
final class ProxyHeader extends ByteToMessageDecoder {
    private static final Logger LOG = LoggerFactory.getLogger("broker");

    private final ProxyConfig config;
    private final Newcomer newcomer;
    private boolean refused;
    private int kept;

    ProxyHeader(ProxyConfig config, Newcomer newcomer) {
        this.config = config;
        this.newcomer = newcomer;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        super.channelRead(context, message);
        tell(actualReadableBytes());
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) {
        tell(0);
    }

    private void tell(int now) {
        int more = now - kept;
        kept = now;
        if (more != 0) {
            newcomer.kept(more);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (!refused) {
            int first = in.getUnsignedByte(in.readerIndex());
            try {
                ProxyAnnouncement announced = ProxyAnnouncement.read(in, config.version());
                if (announced != null) {
                    take(context, announced);
                }
            } catch (CorruptedFrameException _) {
                LOG.info(
                        "PROXY header from {}: {}.",
                        newcomer.address(),
                        ProxyAnnouncement.whatElse(first, config.version()));
                LOG.info(LogMarkers.NOTICE, "Connection rejected, corrupt PROXY header.");
                end(context);
            }
        }
        if (refused) {
            in.skipBytes(in.readableBytes()); // what came in the same breath is not for the broker
        }
    }

    private void take(ChannelHandlerContext context, ProxyAnnouncement announced) {
        if (announced.local()) {
            end(context); // the proxy looks whether we are well; mosquitto hangs up too
            return;
        }
        if (announced.address() != null) {
            newcomer.origin(newcomer.origin().withAddress(announced.address()));
        }
        ProxyAnnouncement.Tls tls = announced.tls();
        String commonName = tls == null || !tls.verified() ? null : tls.commonName();
        if (config.requiresTls() && tls == null) {
            refuse(context, "client did not connect using TLS");
        } else if (config.requiresCertificate() && (tls == null || !tls.verified())) {
            refuse(context, "client did not provide a certificate");
        } else {
            if (tls != null && tls.version() != null && tls.cipher() != null) {
                LOG.info(
                        LogMarkers.NOTICE,
                        "Connection from {} negotiated {} cipher {}",
                        newcomer.address(),
                        tls.version(),
                        tls.cipher());
            }
            newcomer.origin(newcomer.origin().withCommonName(commonName));
            context.pipeline().remove(this);
        }
    }

    private void refuse(ChannelHandlerContext context, String why) {
        LOG.info(LogMarkers.NOTICE, "Connection from {} rejected, {}.", newcomer.address(), why);
        end(context);
    }

    private void end(ChannelHandlerContext context) {
        refused = true;
        newcomer.refused(null);
        context.close();
    }
}
