// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

import java.util.concurrent.TimeUnit;

/**
 * The event loops that clients run on; one is enough for many clients. Daemon threads.
 *
 * <p>Who makes it closes it, after its clients. Any thread.
 */
public final class ClientThreads implements AutoCloseable {
    private final EventLoopGroup group;
    private final Class<? extends Channel> tcp;

    /** One loop. */
    public ClientThreads() {
        this(1);
    }

    /**
     * @param loops how many; a client stays on the one it is given
     */
    public ClientThreads(int loops) {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        tcp = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
        group = new MultiThreadIoEventLoopGroup(
                loops, new DefaultThreadFactory("mqtt-client", true), io);
    }

    EventLoop next() {
        return group.next();
    }

    Class<? extends Channel> tcp() {
        return tcp;
    }

    /** Ends the loops without waiting for them. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    }
}
