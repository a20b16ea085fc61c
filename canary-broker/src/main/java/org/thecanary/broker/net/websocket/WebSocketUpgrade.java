// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net.websocket;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
import static io.netty.handler.codec.http.HttpResponseStatus.UPGRADE_REQUIRED;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The HTTP request that turns a connection into a WebSocket: answered with 101, or with a status and a sentence.
 *
 * <p>Any path will do, as with mosquitto.
 */
public final class WebSocketUpgrade extends SimpleChannelInboundHandler<FullHttpRequest> {
    static final String NO_WEBSOCKET = "no WebSocket: ";

    private static final List<String> SUB_PROTOCOLS = List.of("mqtt", "mqttv3.1");

    /** Some proxies write the port behind the address, and an IPv6 address in brackets then. */
    private static final Pattern FORWARDED =
            Pattern.compile("\\[(.+)](?::([0-9]{1,5}))?|([^:]+):([0-9]{1,5})|(.+)");

    private final List<String> origins;
    private final int maxFrameBytes;
    private final Client client;

    private WebSocketUpgrade(List<String> origins, int maxFrameBytes, Client client) {
        this.origins = origins;
        this.maxFrameBytes = maxFrameBytes;
        this.client = client;
    }

    /** Who asks to come in. Owner: the connection's loop. */
    public interface Client {
        /** A proxy of this or a private network says that it comes from this "address:port". */
        void forwarded(String address);

        /** It does not come in, and is heard no more. */
        void refused(String why);

        /**
         * So many bytes more are kept of a frame that has not come whole, or so many less where it is negative.
         *
         * @throws org.thecanary.mqtt.packet.ProtocolException if they are too many
         */
        void kept(int bytes);
    }

    /**
     * Adds what turns HTTP into bytes.
     *
     * @param origins the values of Origin that are let in; empty for any or none
     * @param maxHeaderBytes of the request; one with more is refused
     * @param maxFrameBytes a longer frame ends the connection, since a frame is held until it is whole
     */
    public static void addTo(
            ChannelPipeline pipeline,
            List<String> origins,
            int maxHeaderBytes,
            int maxFrameBytes,
            Client client) {
        pipeline.addLast(
                new FirstByte(client),
                new HttpServerCodec(new HttpDecoderConfig()
                        .setMaxInitialLineLength(maxHeaderBytes)
                        .setMaxHeaderSize(maxHeaderBytes)),
                new HttpObjectAggregator(maxHeaderBytes),
                new WebSocketUpgrade(origins, maxFrameBytes, client));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (request.decoderResult().cause() instanceof TooLongHttpHeaderException) {
            refuse(
                    context,
                    REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "the headers of its request are too long; packet_buffer_size allows longer ones");
        } else if (request.decoderResult().isFailure()) {
            refuse(
                    context,
                    BAD_REQUEST,
                    "this is no HTTP request; the port is for MQTT over WebSocket");
        } else if (!HttpHeaderValues.WEBSOCKET.contentEqualsIgnoreCase(
                request.headers().get(HttpHeaderNames.UPGRADE, ""))) {
            refuse(
                    context,
                    UPGRADE_REQUIRED,
                    "the port is for MQTT over WebSocket, which an MQTT client speaks");
        } else if (!isOriginAllowed(request.headers().get(HttpHeaderNames.ORIGIN))) {
            client.refused("non-matching http origin");
            context.close(); // without a word, as mosquitto
        } else if (subProtocols(request).noneMatch(SUB_PROTOCOLS::contains)) {
            // [MQTT-6.0.0-3]
            refuse(context, BAD_REQUEST, "its Sec-WebSocket-Protocol does not offer mqtt");
        } else if (!request.method().equals(HttpMethod.GET)
                || !request.headers()
                        .containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                || !request.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_KEY)) {
            refuse(
                    context,
                    BAD_REQUEST,
                    "its request is not a GET with Connection: Upgrade and a Sec-WebSocket-Key");
        } else {
            upgrade(context, request);
        }
    }

    private boolean isOriginAllowed(@Nullable String origin) {
        return origins.isEmpty() || (origin != null && origins.contains(origin));
    }

    private static Stream<String> subProtocols(FullHttpRequest request) {
        return request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
                .flatMap(line -> Stream.of(line.split(",", -1)))
                .map(String::strip);
    }

    private void upgrade(ChannelHandlerContext context, FullHttpRequest request) {
        WebSocketDecoderConfig decoder = WebSocketDecoderConfig.newBuilder()
                .maxFramePayloadLength(maxFrameBytes)
                .expectMaskedFrames(true)
                .allowExtensions(false)
                .withUTF8Validator(false)
                .closeOnProtocolViolation(false) // WebSocketFrames does
                .build();
        if (!request.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13", false)) {
            client.refused(NO_WEBSOCKET + "its Sec-WebSocket-Version is not 13");
            WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(context.channel())
                    .addListener(ChannelFutureListener.CLOSE);
            return;
        }
        String told = request.headers().get("X-Forwarded-For");
        if (told != null) {
            believe(context.channel().remoteAddress(), told.split(",", -1)[0].strip());
        }
        context.pipeline().replace(this, null, new WebSocketFrames());
        new Handshake(String.join(",", SUB_PROTOCOLS), decoder, client)
                .handshake(context.channel(), request)
                .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    /** Names its headers with capitals: firmware that compares them letter by letter works with mosquitto. */
    private static final class Handshake extends WebSocketServerHandshaker13 {
        private final Client client;

        Handshake(String subProtocols, WebSocketDecoderConfig decoder, Client client) {
            super(null, subProtocols, decoder);
            this.client = client;
        }

        @Override
        protected WebSocketFrameDecoder newWebsocketDecoder() {
            return new KeptFrames(decoderConfig(), client);
        }

        @Override
        protected FullHttpResponse newHandshakeResponse(
                FullHttpRequest request, @Nullable HttpHeaders headers) {
            FullHttpResponse made = super.newHandshakeResponse(request, headers);
            HttpHeaders own = made.headers();
            String accept = own.get(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT);
            own.clear()
                    .set("Upgrade", "WebSocket")
                    .set("Connection", "Upgrade")
                    .set("Sec-WebSocket-Accept", accept);
            if (selectedSubprotocol() != null) {
                own.set("Sec-WebSocket-Protocol", selectedSubprotocol());
            }
            return made;
        }
    }

    /** Anybody can write X-Forwarded-For; a reverse proxy is on this machine or in a private network. */
    private void believe(SocketAddress proxy, String told) {
        Matcher forwarded = FORWARDED.matcher(told);
        if (!forwarded.matches()) {
            return;
        }
        String address = firstOf(forwarded, 1, 3, 5);
        if (address == null
                || !(NetUtil.isValidIpV4Address(address) || NetUtil.isValidIpV6Address(address))) {
            return;
        }
        String port = firstOf(forwarded, 2, 4);
        if (!(proxy instanceof InetSocketAddress socket)) {
            client.forwarded(port == null ? address : address + ":" + port); // by a UNIX socket
        } else if (isNear(socket.getAddress())) {
            client.forwarded(address + ":" + (port == null ? socket.getPort() : port));
        }
    }

    private static @Nullable String firstOf(Matcher matcher, int... groups) {
        for (int group : groups) {
            if (matcher.group(group) != null) {
                return matcher.group(group);
            }
        }
        return null;
    }

    private static boolean isNear(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean uniqueLocal = bytes.length == 16 && (bytes[0] & 0xFE) == 0xFC;
        return address.isLoopbackAddress()
                || address.isSiteLocalAddress()
                || address.isLinkLocalAddress()
                || uniqueLocal;
    }

    /** As where a client goes before all of its request has come; a request with a long body is answered by Netty. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof CodecException) {
            context.close();
        } else {
            context.fireExceptionCaught(cause);
        }
    }

    private void refuse(ChannelHandlerContext context, HttpResponseStatus status, String why) {
        client.refused(NO_WEBSOCKET + why);
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(why + ".\n", UTF_8));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (status.equals(UPGRADE_REQUIRED)) {
            response.headers().set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
        }
        context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }
}
