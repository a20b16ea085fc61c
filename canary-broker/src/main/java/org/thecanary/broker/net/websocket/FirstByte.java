// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

import org.thecanary.mqtt.codec.WrongListener;

/**
 * Turns away at once who speaks TLS or MQTT alone where HTTP is expected, and says so; HTTP's decoder would wait for the end
 * of a line. Then it is gone.
 *
 * <p>Owner: the connection's loop.
 */
final class FirstByte extends ChannelInboundHandlerAdapter {
    private final WebSocketUpgrade.Client client;

    FirstByte(WebSocketUpgrade.Client client) {
        this.client = client;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes && bytes.isReadable()) {
            String wrong = WrongListener.forWebSocket(bytes.getByte(bytes.readerIndex()));
            if (wrong != null) {
                ReferenceCountUtil.release(message);
                client.refused(WebSocketUpgrade.NO_WEBSOCKET + wrong);
                context.close();
                return;
            }
            context.pipeline().remove(this);
        }
        context.fireChannelRead(message);
    }
}
