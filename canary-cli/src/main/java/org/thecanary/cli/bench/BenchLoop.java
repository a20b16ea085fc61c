// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;

import org.thecanary.client.Tls;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The one loop that carries a load. Any thread. */
final class BenchLoop implements AutoCloseable {
    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
    private static final WriteBufferWaterMark UNSENT =
            new WriteBufferWaterMark(128 * 1024, 256 * 1024);

    private final EventLoopGroup group;
    private final EventLoop loop;
    private final Class<? extends Channel> kind;

    BenchLoop() {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        kind = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
        group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("canary-bench", true), io);
        loop = group.next();
    }

    EventLoop executor() {
        return loop;
    }

    /** Opens a connection; how it fares is told by the connection itself. */
    void open(Target target, BenchConnection connection) {
        new Bootstrap()
                .group(loop)
                .channel(kind)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        Tls tls = target.tls();
                        if (tls != null) {
                            channel.pipeline()
                                    .addLast(new SslHandler(
                                            tls.engine(target.host(), target.port())));
                        }
                        if (target.webSocket()) {
                            BenchWebSocket.addTo(channel.pipeline(), target, connection);
                        } else {
                            channel.pipeline().addLast(connection);
                        }
                    }
                })
                .connect(new InetSocketAddress(target.host(), target.port()))
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        connection.accepted.completeExceptionally(new BenchException(
                                "cannot connect to " + target.host() + " port " + target.port()
                                        + ": " + connected.cause().getMessage()));
                    }
                });
    }

    /** Runs it on the loop, and waits for what it gives. */
    <T> T ask(Supplier<T> question) {
        return CompletableFuture.supplyAsync(question, loop).join();
    }

    void run(Runnable action) {
        CompletableFuture.runAsync(action, loop).join();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
