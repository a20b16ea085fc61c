// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net.websocket;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;

/**
 * Frames as Netty reads them, each kept until it is whole. What is kept is told of.
 *
 * <p>Owner: the connection's loop.
 */
final class KeptFrames extends WebSocket13FrameDecoder {
    private final WebSocketUpgrade.Client client;
    private int kept;

    KeptFrames(WebSocketDecoderConfig config, WebSocketUpgrade.Client client) {
        super(config);
        this.client = client;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        super.channelRead(context, message);
        tell(context.isRemoved() ? 0 : actualReadableBytes());
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) {
        tell(0);
    }

    private void tell(int now) {
        int more = now - kept;
        kept = now;
        if (more != 0) {
            client.kept(more);
        }
    }
}
