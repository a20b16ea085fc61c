// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.config.LogMarkers;
import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.loop.BrokerLoops;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The ports a broker listens on.
 *
 * <p>Any thread.
 */
public final class Listeners implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("broker");

    private final EventLoopGroup group;
    private final Class<? extends ServerChannel> channelType;
    private final BrokerLoops loops;
    private final boolean tcpNoDelay;
    private final List<Channel> open = new ArrayList<>();
    private final Map<BrokerLoop, LoopScratch> scratch = new ConcurrentHashMap<>();

    /** Listeners on the loops of this group. */
    public Listeners(
            EventLoopGroup group,
            Class<? extends ServerChannel> channelType,
            BrokerLoops loops,
            boolean tcpNoDelay) {
        this.group = group;
        this.channelType = channelType;
        this.loops = loops;
        this.tcpNoDelay = tcpNoDelay;
    }

    /**
     * Opens a listener on all its addresses.
     *
     * @throws IOException if one of them cannot be bound; the message says which and why
     */
    public void open(ConnectFlow flow) throws IOException {
        ListenerConfig listener = flow.listener();
        IOException refused = null;
        boolean any = false;
        for (InetSocketAddress address : addresses(listener)) {
            ChannelFuture bound = bind(flow, address).awaitUninterruptibly();
            if (bound.isSuccess()) {
                any = true;
                open.add(bound.channel());
                LOG.info(
                        LogMarkers.NOTICE,
                        "Opening {} listen socket on port {}.",
                        address.getAddress() instanceof Inet6Address ? "ipv6" : "ipv4",
                        ((InetSocketAddress) bound.channel().localAddress()).getPort());
            } else {
                refused = new IOException(
                        "cannot listen on " + describe(address) + ": " + reason(bound.cause()),
                        bound.cause());
                if (any
                        && listener.host() == null
                        && address.getAddress() instanceof Inet6Address) {
                    LOG.debug("no IPv6 here: {}", refused.getMessage());
                    refused = null;
                }
            }
            if (refused != null) {
                throw refused;
            }
        }
    }

    private static String describe(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + " port " + address.getPort();
    }

    private static String reason(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (message.contains("Address already in use")) {
            return "Address already in use; another broker may be running";
        }
        if (message.contains("Permission denied")) {
            return "Permission denied; ports below 1024 need root";
        }
        return message;
    }

    private static List<InetSocketAddress> addresses(ListenerConfig listener) throws IOException {
        List<InetSocketAddress> addresses = new ArrayList<>();
        String host = listener.host();
        if (host == null) {
            // One dual-stack socket would do, but says ::ffff: of every IPv4 client and fails where
            // IPv6 is off.
            add(addresses, InetAddress.getByName("0.0.0.0"), listener);
            add(addresses, InetAddress.getByName("::"), listener);
        } else {
            try {
                for (InetAddress address : InetAddress.getAllByName(host)) {
                    add(addresses, address, listener);
                }
            } catch (UnknownHostException e) {
                throw new IOException("cannot listen on " + host + ": no such host or address", e);
            }
        }
        return addresses;
    }

    private static void add(
            List<InetSocketAddress> addresses, InetAddress address, ListenerConfig listener) {
        boolean wanted = switch (listener.socketDomain()) {
            case BOTH -> true;
            case IPV4 -> address instanceof Inet4Address;
            case IPV6 -> address instanceof Inet6Address;
        };
        if (wanted) {
            addresses.add(new InetSocketAddress(address, listener.port()));
        }
    }

    private ChannelFuture bind(ConnectFlow flow, InetSocketAddress address) {
        return new ServerBootstrap()
                .group(group)
                .channel(channelType)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.TCP_NODELAY, tcpNoDelay)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(32 * 1024, 64 * 1024))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(flow, channel);
                    }
                })
                .bind(address);
    }

    private void accept(ConnectFlow flow, Channel channel) {
        if (!flow.connections().open(flow.listener())) {
            LOG.info(
                    LogMarkers.NOTICE,
                    "Client connection from {} denied: max_connections exceeded.",
                    channel.remoteAddress());
            channel.close();
            return;
        }
        BrokerLoop loop = loops.of(channel.eventLoop());
        loop.turn();
        loop.counters().connectionsAccepted++;
        LoopScratch shared = scratch.computeIfAbsent(loop, LoopScratch::new);
        channel.pipeline().addLast(new Connection(flow, shared));
    }

    /** Stops listening; connections stay. */
    @Override
    public void close() {
        open.forEach(channel -> channel.close().awaitUninterruptibly());
        open.clear();
    }

    /** The ports that are open, in the order they were opened; those asked for as 0 are known only now. */
    public List<Integer> ports() {
        return open.stream()
                .map(channel -> ((InetSocketAddress) channel.localAddress()).getPort())
                .toList();
    }

    /** Ends all connections, as when the broker shuts down. */
    public void endConnections() {
        scratch.forEach((loop, shared) ->
                loop.post(() -> shared.connections.all().forEach(Connection::shutDown)));
    }
}
