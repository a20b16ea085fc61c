// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.function.Consumer;

/**
 * MQTT in a WebSocket: bytes out become binary frames, and the content of those that come in is read as one stream, since a
 * frame may hold a part of a packet or several [MQTT-6.0.0-2].
 *
 * <p>Owner: the client's loop.
 */
final class WebSocketLayer extends ChannelDuplexHandler {
    /** More than any packet; a frame is passed on in one piece. */
    private static final int LARGEST_FRAME = 1 << 29;

    private static final int LARGEST_ANSWER = 8 * 1024;

    private static final String NAME = "http-answer";

    private final Consumer<@Nullable String> opened;
    private boolean answered;

    private WebSocketLayer(Consumer<@Nullable String> opened) {
        this.opened = opened;
    }

    /**
     * Asks for the WebSocket.
     *
     * @param opened called once: with null when it is open, else with why not, in words that follow the address
     */
    static void addTo(
            ChannelPipeline pipeline,
            Transport.Tcp transport,
            Transport.WebSocket webSocket,
            long timeoutMillis,
            Consumer<@Nullable String> opened) {
        var config = WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(uri(transport, webSocket))
                .subprotocol("mqtt") // [MQTT-6.0.0-3]
                .allowExtensions(false)
                .maxFramePayloadLength(LARGEST_FRAME)
                .handshakeTimeoutMillis(timeoutMillis)
                .build();
        pipeline.addBefore(Waiting.NAME, null, new HttpClientCodec());
        pipeline.addBefore(Waiting.NAME, NAME, new HttpObjectAggregator(LARGEST_ANSWER));
        pipeline.addBefore(Waiting.NAME, null, new WebSocketClientProtocolHandler(config));
        pipeline.addBefore(Waiting.NAME, null, new WebSocketLayer(opened));
        // the handler asks when it hears that the channel is active, which this one has been for a
        // while
        pipeline.context(NAME).fireChannelActive();
    }

    private static URI uri(Transport.Tcp transport, Transport.WebSocket webSocket) {
        try {
            return new URI(
                    transport.tls() == null ? "ws" : "wss",
                    null,
                    transport.host(),
                    transport.port(),
                    webSocket.path(),
                    null,
                    null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("no WebSocket address: " + e.getMessage(), e);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
            answer(null);
        } else if (event == ClientHandshakeStateEvent.HANDSHAKE_TIMEOUT) {
            answer("does not answer the request for a WebSocket");
        }
        context.fireUserEventTriggered(event);
    }

    private void answer(@Nullable String why) {
        if (!answered) {
            answered = true;
            opened.accept(why);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (answered) {
            context.fireExceptionCaught(cause);
        } else if (cause instanceof WebSocketClientHandshakeException) {
            answer("does not open a WebSocket: " + cause.getMessage());
        } else if (!(cause instanceof IOException)) {
            answer("does not speak WebSocket on this port: " + cause.getMessage());
        } // else the end of the channel follows
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        answer(
                "closed the connection instead of opening a WebSocket; does it speak WebSocket on this port?");
        context.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object frame) {
        if (frame instanceof BinaryWebSocketFrame || frame instanceof ContinuationWebSocketFrame) {
            context.fireChannelRead(((WebSocketFrame) frame).content());
        } else {
            ReferenceCountUtil.release(frame); // [MQTT-6.0.0-1]
            context.close();
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object bytes, ChannelPromise promise) {
        context.write(
                bytes instanceof ByteBuf content ? new BinaryWebSocketFrame(content) : bytes,
                promise);
    }
}
