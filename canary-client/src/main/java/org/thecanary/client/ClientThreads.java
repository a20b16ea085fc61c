// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The event loops that clients run on; one is enough for many clients. Daemon threads.
 *
 * <p>Who makes it closes it, after its clients. Any thread.
 */
public final class ClientThreads implements AutoCloseable {
    private final EventLoopGroup group;
    private final List<ClientLoop> loops;
    private final AtomicInteger given = new AtomicInteger();

    /** One loop. */
    public ClientThreads() {
        this(1);
    }

    /**
     * Several loops.
     *
     * @param count how many; a client stays on the one it is given
     */
    public ClientThreads(int count) {
        this(count, Sockets.best());
    }

    private ClientThreads(int count, Sockets sockets) {
        group = new MultiThreadIoEventLoopGroup(
                count, new DefaultThreadFactory("mqtt-client", true), sockets.io());
        List<ClientLoop> made = new ArrayList<>();
        for (EventExecutor executor : group) {
            made.add(new ClientLoop((EventLoop) executor, sockets));
        }
        loops = List.copyOf(made);
    }

    /** One loop on the JDK's own sockets: for a program that is soon over, since no native library is unpacked and loaded. */
    public static ClientThreads ofJdk() {
        return new ClientThreads(1, Sockets.NIO);
    }

    ClientLoop next() {
        return loops.get(Math.floorMod(given.getAndIncrement(), loops.size()));
    }

    /** Ends the loops without waiting for them, and with them the connections that are left. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    }
}
