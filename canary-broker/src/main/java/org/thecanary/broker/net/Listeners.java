// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.util.concurrent.DefaultThreadFactory;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.config.ListenerConfig.Protocol;
import org.thecanary.broker.config.ListenerConfig.SocketDomain;
import org.thecanary.broker.config.LogMarkers;
import org.thecanary.broker.http.HttpRoutes;
import org.thecanary.broker.http.HttpServer;
import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.loop.BrokerLoops;
import org.thecanary.broker.tls.ListenerTls;
import org.thecanary.broker.tls.TlsException;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The ports a broker listens on.
 *
 * <p>Any thread.
 */
public final class Listeners implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("broker");

    /** {@code IPV6_V6ONLY} of {@code IPPROTO_IPV6}, as Linux numbers them: the IPv4 port is another socket. */
    private static final ChannelOption<Integer> IPV6_ONLY =
            new IntegerUnixChannelOption("IPV6_V6ONLY", 41, 26);

    /** {@code SO_BINDTODEVICE} of {@code SOL_SOCKET}, which takes a name of IFNAMSIZ bytes. */
    private static final int DEVICE_BYTES = 16;

    private static final RawUnixChannelOption BIND_TO_DEVICE =
            new RawUnixChannelOption("SO_BINDTODEVICE", 1, 25, DEVICE_BYTES);

    private final EventLoopGroup group;
    private final boolean epoll;
    private final BrokerLoops loops;
    private final List<Channel> open = new ArrayList<>();
    private final List<Path> unixPaths = new ArrayList<>();
    private final List<Entrance> entrances = new CopyOnWriteArrayList<>();
    private final Map<BrokerLoop, LoopScratch> scratch = new ConcurrentHashMap<>();

    /** Signatures cost milliseconds: the system shares the cores between these threads and the loops. */
    private final ThreadPoolExecutor handshakes = new ThreadPoolExecutor(
            Runtime.getRuntime().availableProcessors(),
            Runtime.getRuntime().availableProcessors(),
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            new DefaultThreadFactory("tls", true));

    /** Listeners on the loops of this group. */
    public Listeners(EventLoopGroup group, boolean epoll, BrokerLoops loops) {
        this.group = group;
        this.loops = loops;
        this.epoll = epoll;
        handshakes.allowCoreThreadTimeOut(true);
    }

    /**
     * Opens a listener on all its addresses; who comes waits for {@link #accept}.
     *
     * @param tls null for none
     * @param monitoring what it answers if its protocol is {@code http_api}
     * @throws IOException if one of them cannot be bound; the message says which and why
     */
    public void open(ConnectFlow flow, @Nullable ListenerTls tls, HttpRoutes monitoring)
            throws IOException {
        ListenerConfig listener = flow.listener();
        Entrance entrance = new Entrance(flow, tls, monitoring);
        entrances.add(entrance);
        entrance.remind(Instant.now(), LOG::warn);
        if (listener.unixPath() != null) {
            openUnix(entrance, listener.unixPath());
            return;
        }
        checkInterface(listener);
        IOException refused = null;
        boolean any = false;
        for (InetSocketAddress address : addresses(listener)) {
            ChannelFuture bound = bind(entrance, address).awaitUninterruptibly();
            if (bound.isSuccess()) {
                any = true;
                open.add(bound.channel());
                LOG.info(
                        "Opening {} listen socket on port {}.",
                        kind(listener, address.getAddress()),
                        ((InetSocketAddress) bound.channel().localAddress()).getPort());
            } else {
                refused = new IOException(
                        "cannot listen on " + describe(address) + ": "
                                + reason(bound.cause(), address.getPort()),
                        bound.cause());
                if (any
                        && listener.host() == null
                        && address.getAddress() instanceof Inet6Address
                        && !isInUse(bound.cause())) {
                    LOG.debug("no IPv6 here: {}", refused.getMessage());
                    refused = null;
                }
            }
            if (refused != null) {
                throw refused;
            }
        }
    }

    private void openUnix(Entrance entrance, Path path) throws IOException {
        UnixSockets.makeWay(path);
        ChannelFuture bound = bootstrap(entrance)
                .channelFactory(
                        epoll
                                ? EpollServerDomainSocketChannel::new
                                : NioServerDomainSocketChannel::new)
                .bind(
                        epoll
                                ? new DomainSocketAddress(path.toString())
                                : UnixDomainSocketAddress.of(path))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen on " + path + ": " + reason(bound.cause(), 0), bound.cause());
        }
        open.add(bound.channel());
        UnixSockets.protect(path);
        unixPaths.add(path);
        LOG.info("Opening unix listen socket on path {}.", path);
    }

    private void checkInterface(ListenerConfig listener) throws IOException {
        String name = listener.bindInterface();
        if (name != null && (!epoll || NetworkInterface.getByName(name) == null)) {
            throw new IOException("bind_interface " + name + ": "
                    + (epoll
                            ? "there is no such interface; there are "
                                    + NetworkInterface.networkInterfaces()
                                            .map(NetworkInterface::getName)
                                            .collect(Collectors.joining(", "))
                            : "only Linux can do that"));
        }
    }

    /** As mosquitto calls it. */
    private static String kind(ListenerConfig listener, InetAddress address) {
        return switch (listener.protocol()) {
            case MQTT -> address instanceof Inet6Address ? "ipv6" : "ipv4";
            case WEBSOCKETS -> "websockets";
            case HTTP_API -> "http api";
        };
    }

    private static String describe(InetSocketAddress address) {
        return Addresses.host(address) + " port " + address.getPort();
    }

    private static boolean isInUse(Throwable cause) {
        return String.valueOf(cause.getMessage()).contains("Address already in use");
    }

    private static String reason(Throwable cause, int port) {
        String message = String.valueOf(cause.getMessage());
        if (isInUse(cause)) {
            return PortOwner.of(port)
                    .map(owner -> "Address already in use by " + owner)
                    .orElse("Address already in use; another broker may be running");
        }
        if (message.contains("Permission denied")) {
            return "Permission denied; ports below 1024 need root, or:"
                    + "  sysctl net.ipv4.ip_unprivileged_port_start=" + port;
        }
        return message;
    }

    private List<InetSocketAddress> addresses(ListenerConfig listener) throws IOException {
        List<InetSocketAddress> addresses = new ArrayList<>();
        String host = listener.host();
        if (host == null) {
            // One dual-stack socket would do, but says ::ffff: of every IPv4 client. Without epoll
            // it
            // is what Java makes of the IPv4 address.
            add(addresses, InetAddress.getByName("0.0.0.0"), listener);
            if (epoll || addresses.isEmpty()) {
                add(addresses, InetAddress.getByName("::"), listener);
            }
        } else {
            try {
                for (InetAddress address : InetAddress.getAllByName(host)) {
                    add(addresses, address, listener);
                }
            } catch (UnknownHostException e) {
                throw new IOException("cannot listen on " + host + ": no such host or address", e);
            }
            if (addresses.isEmpty()) { // and a broker that nobody can reach would look well
                String domain = listener.socketDomain() == SocketDomain.IPV4 ? "ipv4" : "ipv6";
                throw new IOException("cannot listen on " + host + " port " + listener.port()
                        + ": it has no address that socket_domain " + domain + " lets through");
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

    /** A socket of the address's own family, so that the IPv4 port is not the IPv6 port, too. */
    private ServerChannel channel(InetAddress address, @Nullable String device) {
        if (!epoll) {
            return new NioServerSocketChannel();
        }
        EpollServerSocketChannel channel = new EpollServerSocketChannel(
                address instanceof Inet6Address
                        ? SocketProtocolFamily.INET6
                        : SocketProtocolFamily.INET);
        if (device != null) {
            // here and not in the bootstrap, which would go on without
            byte[] name = Arrays.copyOf(device.getBytes(UTF_8), DEVICE_BYTES);
            ByteBuffer value = ByteBuffer.allocateDirect(DEVICE_BYTES).put(name).flip();
            channel.config().setOption(BIND_TO_DEVICE, value);
        }
        return channel;
    }

    private ChannelFuture bind(Entrance entrance, InetSocketAddress address) {
        String device = entrance.flow().listener().bindInterface();
        ServerBootstrap bootstrap = bootstrap(entrance)
                .channelFactory(() -> channel(address.getAddress(), device))
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true);
        if (epoll && address.getAddress() instanceof Inet6Address) {
            bootstrap.option(IPV6_ONLY, 1);
        }
        return bootstrap.bind(address);
    }

    private ServerBootstrap bootstrap(Entrance entrance) {
        return new ServerBootstrap()
                .group(group)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(32 * 1024, 64 * 1024))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(entrance, channel);
                    }
                });
    }

    /** Lets clients in, by all listeners that are open. */
    public void accept() {
        open.forEach(channel -> channel.config().setAutoRead(true));
    }

    private void accept(Entrance entrance, Channel channel) {
        ConnectFlow flow = entrance.flow();
        if (!flow.connections().open(flow)) {
            channel.config().setAutoRead(false);
            afterCloses(channel, () -> acceptOrDeny(entrance, channel));
            return;
        }
        welcome(entrance, channel);
    }

    /**
     * Runs a task on the channel's loop when every loop has looked at its sockets once more: a client that another loop
     * does not know yet to have left must not cost a newcomer its place.
     */
    private void afterCloses(Channel channel, Runnable task) {
        AtomicInteger awaited = new AtomicInteger(loops.all().size());
        for (BrokerLoop loop : loops.all()) {
            // A delay, however short, is not over before the loop has been at its sockets.
            loop.schedule(
                    () -> {
                        if (awaited.decrementAndGet() == 0) {
                            channel.eventLoop().execute(task);
                        }
                    },
                    1);
        }
    }

    private void acceptOrDeny(Entrance entrance, Channel channel) {
        ConnectFlow flow = entrance.flow();
        if (!flow.connections().open(flow)) {
            String address = Addresses.host(channel.remoteAddress());
            if (flow.connections().isOutOfSockets()) {
                LOG.warn(
                        "Unable to accept new connection from {}, system socket count has been exceeded. Try increasing \"ulimit -n\" or equivalent.",
                        address);
            } else {
                LOG.info(
                        LogMarkers.NOTICE,
                        "Client connection from {} denied: max_connections exceeded.",
                        address);
            }
            channel.close();
        } else if (channel.isActive()) {
            welcome(entrance, channel);
            channel.config().setAutoRead(true);
        } else {
            flow.connections().closed(flow);
        }
    }

    private void welcome(Entrance entrance, Channel channel) {
        ConnectFlow flow = entrance.flow();
        if (flow.listener().protocol() == Protocol.HTTP_API) {
            channel.closeFuture().addListener(_ -> flow.connections().closed(flow));
            HttpGuest guest = new HttpGuest(flow, entrance.monitoring(), channel);
            entrance.furnish(channel, guest, handshakes);
            HttpServer.serve(channel.pipeline(), guest);
            return;
        }
        BrokerLoop loop = loops.of(channel.eventLoop());
        loop.turn();
        loop.counters().connectionsAccepted++;
        flow.logNewConnection(channel);
        LoopScratch shared = scratch.computeIfAbsent(loop, LoopScratch::new);
        Connection connection = new Connection(flow, shared);
        entrance.furnish(channel, connection, handshakes);
        channel.pipeline().addLast(connection);
        if (entrance.isPlain()) {
            channel.config().setRecvByteBufAllocator(shared.received);
        }
    }

    /** Stops listening; connections stay. */
    @Override
    public void close() {
        open.forEach(channel -> channel.close().awaitUninterruptibly());
        open.clear();
        unixPaths.forEach(UnixSockets::remove);
        unixPaths.clear();
    }

    /** The ports that are open, in the order they were opened; those asked for as 0 are known only now. */
    public List<Integer> ports() {
        return open.stream()
                .map(Channel::localAddress)
                .filter(InetSocketAddress.class::isInstance)
                .map(address -> ((InetSocketAddress) address).getPort())
                .toList();
    }

    /** Ends all connections, as when the broker shuts down. */
    public void endConnections() {
        forEach(Connection::shutDown);
        handshakes.shutdown();
    }

    /**
     * Reads the TLS files again, of this configuration, for the connections to come; those that are here go on. Call the
     * answer to make it so, and {@link #review} to end the connections of certificates that are revoked now. A listener
     * that the configuration does not have, or has without TLS, keeps what it has.
     *
     * <p>Blocks: never on a loop.
     *
     * @throws TlsException with the problems of all files; then nothing has changed
     */
    public Runnable reloadTls(BrokerConfig config) throws TlsException {
        List<Runnable> changes = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (Entrance entrance : entrances) {
            for (ListenerConfig listener : config.listeners()) {
                if (listener.isAtSamePlaceAs(entrance.flow().listener())) {
                    try {
                        changes.add(entrance.reload(listener.tls()));
                    } catch (TlsException e) {
                        problems.addAll(e.problems());
                    }
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new TlsException(problems.stream().distinct().toList());
        }
        return () -> {
            changes.forEach(Runnable::run);
            remind();
        };
    }

    /** Warns of certificates and lists that end soon. */
    public void remind() {
        Instant now = Instant.now();
        entrances.forEach(entrance -> entrance.remind(now, LOG::warn));
    }

    /** The files and folders that {@link #reloadTls} would read, if they are still the same. */
    public List<Path> tlsFiles() {
        return entrances.stream()
                .flatMap(entrance -> entrance.files().stream())
                .distinct()
                .toList();
    }

    /** Ends the connections of clients that the rules of now would not let in. */
    public void review() {
        forEach(Connection::review);
    }

    private void forEach(Consumer<Connection> task) {
        scratch.forEach(
                (loop, shared) -> loop.post(() -> shared.connections.all().forEach(task)));
    }
}
