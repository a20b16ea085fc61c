// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.util.ReferenceCountUtil;

import org.thecanary.mqtt.packet.ProtocolException;

/**
 * Bytes out of frames, and frames out of bytes. Where packets begin and end in frames does not matter
 * [MQTT-6.0.0-2].
 */
public final class WebSocketFrames extends ChannelDuplexHandler {
    private boolean closing;
    private boolean deaf;
    private WebSocketCloseStatus reason = WebSocketCloseStatus.NORMAL_CLOSURE;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (closing || deaf) {
            ReferenceCountUtil.release(message);
            return;
        }
        switch (message) {
            case BinaryWebSocketFrame frame -> context.fireChannelRead(frame.content());
            case ContinuationWebSocketFrame frame -> context.fireChannelRead(frame.content());
            case PingWebSocketFrame frame ->
                context.writeAndFlush(new PongWebSocketFrame(frame.content()));
            case TextWebSocketFrame frame -> {
                frame.release();
                refuse(
                        context,
                        WebSocketCloseStatus.INVALID_MESSAGE_TYPE,
                        ProtocolException.protocolError("[MQTT-6.0.0-1]", "text frame"));
            }
            case CloseWebSocketFrame frame -> {
                frame.release();
                context.channel().close(); // through the connection's handlers, and close below
            }
            case ByteBuf early -> decode(context, early);
            default -> ReferenceCountUtil.release(message); // a pong, which nobody asked for
        }
    }

    /** What came in one piece with the HTTP request, which the HTTP decoder hands on when it leaves. */
    private static void decode(ChannelHandlerContext context, ByteBuf early) {
        ChannelHandlerContext decoder = context.pipeline().context(WebSocket13FrameDecoder.class);
        try {
            ((ChannelInboundHandler) decoder.handler()).channelRead(decoder, early);
        } catch (Exception e) {
            decoder.fireExceptionCaught(e);
        }
    }

    /** The connection ends it, with what its version has for last words. */
    private void refuse(
            ChannelHandlerContext context,
            WebSocketCloseStatus status,
            ProtocolException violation) {
        deaf = true;
        reason = status;
        context.fireExceptionCaught(violation);
    }

    /** Says good-bye once. */
    private ChannelFuture goodbye(ChannelHandlerContext context) {
        if (closing || !context.channel().isActive()) {
            return context.newSucceededFuture();
        }
        closing = true;
        if (context.pipeline().get(KeptFrames.class) != null) {
            context.pipeline().remove(KeptFrames.class); // with what it kept; nobody hears the rest
        }
        return context.writeAndFlush(new CloseWebSocketFrame(reason));
    }

    /** Says that nothing more will come. */
    public ChannelFuture closeOutput(ChannelHandlerContext anyContext) {
        return goodbye(anyContext.pipeline().context(this));
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes && bytes.isReadable()) {
            if (closing) {
                bytes.release();
                promise.trySuccess();
            } else {
                context.write(new BinaryWebSocketFrame(bytes), promise); // [MQTT-6.0.0-1]
            }
        } else {
            context.write(message, promise);
        }
    }

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        goodbye(context).addListener(_ -> context.close(promise));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof CorruptedFrameException || cause instanceof DecoderException) {
            refuse(
                    context,
                    WebSocketCloseStatus.PROTOCOL_ERROR,
                    ProtocolException.protocolError(
                            "RFC 6455", "bad WebSocket frame: " + cause.getMessage()));
        } else {
            context.fireExceptionCaught(cause);
        }
    }
}
