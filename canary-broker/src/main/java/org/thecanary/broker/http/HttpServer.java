// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.timeout.ReadTimeoutHandler;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * HTTP/1.1 on a UNIX socket, one request for each connection.
 *
 * <p>Any thread.
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("broker");
    private static final int LARGEST_REQUEST = 64 * 1024;
    private static final int PATIENCE_SECONDS = 10;

    private final Channel channel;

    private HttpServer(Channel channel) {
        this.channel = channel;
    }

    /**
     * Listens on a UNIX socket, which is made now.
     *
     * @param epoll whether the group's transport is epoll, rather than NIO
     * @throws IOException if it cannot be bound
     */
    public static HttpServer onSocket(
            EventLoopGroup group, boolean epoll, Path socket, HttpRoutes routes)
            throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(
                        epoll
                                ? EpollServerDomainSocketChannel.class
                                : NioServerDomainSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        serve(channel.pipeline(), routes::answer);
                    }
                });
        var bound = bootstrap
                .bind(
                        epoll
                                ? new DomainSocketAddress(socket.toString())
                                : UnixDomainSocketAddress.of(socket))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen on " + socket + ": " + bound.cause().getMessage(),
                    bound.cause());
        }
        return new HttpServer(bound.channel());
    }

    /** Makes a connection one that these routes, or whoever stands before them, are asked on. */
    public static void serve(ChannelPipeline pipeline, HttpRoutes.Handler routes) {
        pipeline.addLast(
                new ReadTimeoutHandler(PATIENCE_SECONDS),
                new HttpServerCodec(),
                new HttpObjectAggregator(LARGEST_REQUEST),
                new Asked(routes));
    }

    private static final class Asked extends SimpleChannelInboundHandler<FullHttpRequest> {
        private final HttpRoutes.Handler routes;

        Asked(HttpRoutes.Handler routes) {
            this.routes = routes;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            context.channel().config().setAutoRead(false);
            if (request.decoderResult().isFailure()) {
                send(context, HttpAnswer.text(400, "Bad request.\n"), false);
                return;
            }
            QueryStringDecoder uri = new QueryStringDecoder(request.uri());
            Map<String, String> headers = new HashMap<>();
            request.headers()
                    .forEach(header -> headers.put(
                            header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
            boolean head = request.method().name().equals("HEAD");
            String method = head ? "GET" : request.method().name();
            try {
                HttpQuestion question = new HttpQuestion(
                        method,
                        uri.path(),
                        uri.parameters(),
                        headers,
                        request.content().toString(UTF_8));
                Thread.startVirtualThread(() -> send(context, answer(question), head));
            } catch (IllegalArgumentException e) { // a % without its digits
                send(context, HttpAnswer.text(400, "Bad request.\n"), head);
            }
        }

        private HttpAnswer answer(HttpQuestion question) {
            try {
                return routes.answer(question);
            } catch (Exception e) {
                LOG.error("{} {} failed", question.method(), question.path(), e);
                return HttpAnswer.text(500, "Internal server error.\n");
            }
        }

        private static void send(ChannelHandlerContext context, HttpAnswer answer, boolean head) {
            byte[] body = answer.body().getBytes(UTF_8);
            FullHttpResponse response = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1,
                    HttpResponseStatus.valueOf(answer.status()),
                    head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, answer.type())
                    .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                    .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
                    .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            answer.headers().forEach((name, value) -> response.headers().set(name, value));
            context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close(); // the client went, or never came to its point
        }
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly();
    }
}
