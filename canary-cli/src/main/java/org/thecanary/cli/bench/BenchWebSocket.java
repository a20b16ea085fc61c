// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * Between a socket and a {@link BenchConnection}, which begins when the WebSocket is open: what is written becomes a binary
 * frame, and what comes in frames is passed on as it is [MQTT-6.0.0-2]. Owner: the loop.
 */
final class BenchWebSocket extends ChannelDuplexHandler {
    /** More than any packet. */
    private static final int LARGEST_FRAME = 1 << 29;

    private static final int LARGEST_ANSWER = 8 * 1024;

    private final Target target;
    private final BenchConnection connection;
    private boolean open;

    private BenchWebSocket(Target target, BenchConnection connection) {
        this.target = target;
        this.connection = connection;
    }

    static void addTo(ChannelPipeline pipeline, Target target, BenchConnection connection) {
        var config = WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(uri(target))
                .subprotocol("mqtt") // [MQTT-6.0.0-3]
                .allowExtensions(false)
                .maxFramePayloadLength(LARGEST_FRAME)
                .build();
        pipeline.addLast(
                new HttpClientCodec(),
                new HttpObjectAggregator(LARGEST_ANSWER),
                new WebSocketClientProtocolHandler(config),
                new BenchWebSocket(target, connection));
    }

    private static URI uri(Target target) {
        try {
            String scheme = target.tls() == null ? "ws" : "wss";
            return new URI(scheme, null, target.host(), target.port(), "/mqtt", null, null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("no WebSocket address: " + e.getMessage(), e);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
            open = true;
            context.pipeline().addLast(connection);
        } else if (event == ClientHandshakeStateEvent.HANDSHAKE_TIMEOUT) {
            refused("it does not answer");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof WebSocketClientHandshakeException) {
            refused(String.valueOf(cause.getMessage()));
            context.close();
        } else {
            connection.exceptionCaught(context, cause); // which is not in the pipeline yet
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        refused("it closed the connection");
        context.fireChannelInactive();
    }

    private void refused(String why) {
        if (!open) {
            connection.accepted.completeExceptionally(new BenchException(
                    "no WebSocket at " + target.host() + " port " + target.port() + ": " + why));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object frame) {
        context.fireChannelRead(((WebSocketFrame) frame).content());
    }

    @Override
    public void write(ChannelHandlerContext context, Object bytes, ChannelPromise promise) {
        context.write(
                bytes instanceof ByteBuf content ? new BinaryWebSocketFrame(content) : bytes,
                promise);
    }
}
