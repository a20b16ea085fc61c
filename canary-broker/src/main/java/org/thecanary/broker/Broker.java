// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.auth.Authenticator;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.config.LogType;
import org.thecanary.broker.config.Persistence;
import org.thecanary.broker.http.HttpRoutes;
import org.thecanary.broker.http.HttpServer;
import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.loop.BrokerLoops;
import org.thecanary.broker.loop.SessionDirectory;
import org.thecanary.broker.loop.SessionRef;
import org.thecanary.broker.net.ConnectFlow;
import org.thecanary.broker.net.ConnectionCount;
import org.thecanary.broker.net.FileDescriptors;
import org.thecanary.broker.net.Gate;
import org.thecanary.broker.net.IdentifierFights;
import org.thecanary.broker.net.Listeners;
import org.thecanary.broker.routing.Denials.Denial;
import org.thecanary.broker.routing.Reports;
import org.thecanary.broker.routing.Router;
import org.thecanary.broker.routing.RoutingTable;
import org.thecanary.broker.routing.SessionOutbox;
import org.thecanary.broker.session.Session;
import org.thecanary.broker.store.Store;
import org.thecanary.broker.sys.Client;
import org.thecanary.broker.sys.Figures;
import org.thecanary.broker.sys.SysTree;
import org.thecanary.broker.tls.ListenerTls;
import org.thecanary.broker.tls.TlsException;
import org.thecanary.mqtt.packet.ReasonCode;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An MQTT Server: the composition root, where all rooms are wired.
 *
 * <p>Listening when {@link #start} returns; any thread may {@link #close} it, which is final.
 */
public final class Broker implements AutoCloseable {
    /** Of the jar this class came from. */
    public static final String VERSION = Objects.requireNonNullElse(
            Broker.class.getPackage().getImplementationVersion(), "(not packaged)");

    private static final int PATIENCE_SECONDS = 5;

    private final EventLoopGroup group;
    private final Listeners listeners;
    private final RoutingTable table = new RoutingTable();
    private final SessionDirectory directory;
    private final BrokerLoops loops;
    private final ConnectionCount connections = new ConnectionCount();
    private final Gate gate = new Gate();
    private final List<ConnectFlow> flows = new ArrayList<>();
    private final Figures.Source figures;
    private final Reports reports = new Reports();
    private final boolean epoll;
    private volatile boolean closed;
    private final SysTree sysTree;
    private volatile BrokerConfig config;
    private @Nullable ScheduledFuture<?> sweeping;
    private volatile SessionOutbox.RetainSource retainSource;
    private final @Nullable Store store;
    private final Kept kept;
    private final List<Router> routers = new ArrayList<>();

    private Broker(BrokerConfig config, List<AccessRules> rules, int loopCount) {
        this.config = config;
        this.epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.group =
                new MultiThreadIoEventLoopGroup(loopCount, new DefaultThreadFactory("loop"), io);
        this.loops = new BrokerLoops(group);
        this.listeners = new Listeners(group, epoll, loops);
        for (BrokerLoop loop : loops.all()) {
            routers.add(new Router(
                    loop,
                    table,
                    config.queueQos0Messages(),
                    config.upgradeOutgoingQos(),
                    config.allowDuplicateMessages()));
        }
        this.retainSource = retainSource(config, rules);
        ControlApi control = new ControlApi(() -> this.config);
        this.directory = new SessionDirectory(
                loops,
                (ref, loop) -> new SessionOutbox(
                        ref,
                        routers.get(loop.index()),
                        reports,
                        retained -> retainSource.mayStillPublish(retained),
                        control));
        this.figures = new Figures.Source(loops, directory, table);
        this.sysTree = new SysTree(routers.getFirst(), figures);
        this.kept = new Kept(table, directory, loops, routers);
        Persistence persistence = config.persistence();
        this.store = persistence == null
                ? null
                : new Store(persistence.folder(), persistence.sync(), kept);
        if (store != null) {
            loops.keepIn(store);
        }
    }

    private static SessionOutbox.RetainSource retainSource(
            BrokerConfig config, List<AccessRules> rules) {
        return config.checkRetainSource() && rules.stream().anyMatch(rule -> rule.acl() != null)
                ? new RetainSourceRules(rules)
                : _ -> true;
    }

    /**
     * Starts a broker.
     *
     * @param rules users and rules, one for each listener of the configuration
     * @throws IOException if a port cannot be bound, or {@link org.thecanary.broker.tls.TlsException} for TLS files that
     *     are no use; nothing is left running then
     */
    public static Broker start(BrokerConfig config, List<AccessRules> rules) throws IOException {
        return start(config, rules, Runtime.getRuntime().availableProcessors());
    }

    /** Starts a broker with this many loops. */
    public static Broker start(BrokerConfig config, List<AccessRules> rules, int loopCount)
            throws IOException {
        Broker broker = new Broker(config, rules, loopCount);
        try {
            broker.restore();
            broker.listen(rules);
            return broker;
        } catch (IOException e) {
            broker.close();
            throw e;
        }
    }

    /** What was kept is there before anybody can connect. */
    private void restore() throws IOException {
        if (store != null) {
            store.open(kept.restoration(
                    ConnectFlow.sessionLimits(config, config.listeners().getFirst()), store));
        }
    }

    private void listen(List<AccessRules> rules) throws IOException {
        List<Optional<ListenerTls>> tls = ListenerTls.readAll(config.listeners());
        BrokerLoop first = loops.all().getFirst();
        first.executor()
                .submit(() -> sysTree.start(VERSION, config.sysIntervalSeconds()))
                .awaitUninterruptibly(); // it is there before the first client
        sweepRetained();
        Thread.ofPlatform().daemon().name("memory").start(memoryBudget());
        Authenticator authenticator = new Authenticator();
        IdentifierFights fights = new IdentifierFights();
        HttpRoutes monitoring = new BrokerApi(this).monitoring();
        IOException lastRefusal = null;
        for (int i = 0; i < config.listeners().size(); i++) {
            ListenerConfig listener = config.listeners().get(i);
            ConnectFlow flow = new ConnectFlow(
                    config,
                    listener,
                    directory,
                    authenticator,
                    connections,
                    fights,
                    reports.denials(),
                    gate,
                    rules.get(i));
            flows.add(flow);
            try {
                listeners.open(flow, tls.get(i).orElse(null), monitoring);
            } catch (IOException e) {
                if (!config.localOnly()) {
                    throw e;
                }
                lastRefusal = e;
            }
        }
        connections.most(FileDescriptors.forConnections());
        first.executor().scheduleAtFixedRate(listeners::remind, 1, 1, TimeUnit.HOURS);
        if (listeners.ports().isEmpty() && lastRefusal != null) {
            throw lastRefusal;
        }
        listeners.accept(); // nobody meets a broker that then cannot open its last port
    }

    /**
     * Takes over a configuration that was read anew: live connections and sessions get the new rules and limits, and a
     * client that would not be let in any more is disconnected. Ports are neither opened nor closed.
     *
     * <p>Everybody is held to the new rules when it returns. Any thread but a loop's.
     *
     * @param rules one for each listener of the configuration
     * @return what has changed in the configuration and waits for a restart, a sentence each
     * @throws TlsException with the problems of all TLS files; then nothing has changed
     */
    public synchronized List<String> reload(BrokerConfig next, List<AccessRules> rules)
            throws TlsException {
        Runnable tls = listeners.reloadTls(next);
        List<String> waiting = new ArrayList<>();
        List<ConnectFlow> gone = new ArrayList<>(flows);
        for (int i = 0; i < next.listeners().size(); i++) {
            ListenerConfig listener = next.listeners().get(i);
            ConnectFlow flow = gone.stream()
                    .filter(open -> open.listener().isAtSamePlaceAs(listener))
                    .findFirst()
                    .orElse(null);
            if (flow == null) {
                waiting.add(listener.describe() + " is new; it opens at the next start.");
                continue;
            }
            gone.remove(flow);
            if (!flow.listener().isOpenedLike(listener)) {
                waiting.add(listener.describe() + " is to be opened otherwise, at the next start.");
            }
            flow.reload(next, listener.openedLike(flow.listener()), rules.get(i));
        }
        for (ConnectFlow flow : gone) {
            waiting.add(flow.listener().describe()
                    + " is gone from the file; until the next start it stays open, with its former"
                    + " rules.");
        }
        tls.run();
        retainSource = retainSource(next, rules);
        config = next;
        sysTree.interval(next.sysIntervalSeconds());
        sweepRetained();
        listeners.review();
        for (Router router : routers) {
            router.loop()
                    .post(() -> router.reload(
                            next.queueQos0Messages(),
                            next.upgradeOutgoingQos(),
                            next.allowDuplicateMessages()));
        }
        directory.forEach(Session::onRulesChanged);
        awaitTurns();
        return waiting;
    }

    /** A reload begins: who connects from now on waits until the answer is run. One reload at a time; any thread. */
    public Runnable holdNewcomers() {
        return gate.close();
    }

    /** The files that a reload reads: who connects right after a change of one waits for the reload. Blocks on them. */
    public void expectReloadOf(List<Path> files) {
        gate.watch(files);
    }

    private MemoryBudget memoryBudget() {
        Runtime runtime = Runtime.getRuntime();
        return new MemoryBudget(
                loops,
                new MemoryBudget.Gauges(
                        () -> runtime.totalMemory() - runtime.freeMemory(),
                        runtime.maxMemory(),
                        this::storedBytes,
                        System::gc),
                () -> config.limits().memoryLimit());
    }

    /** What {@code memory_limit} is about; not counted where there is no limit. */
    private long storedBytes() {
        if (config.limits().memoryLimit() == Long.MAX_VALUE) {
            return 0;
        }
        figures.count(() -> {});
        Figures now = figures.now();
        return now.retainedBytes()
                + now.waiting().bytes()
                + now.counters().unsentBytes
                + now.counters().unfinishedBytes
                + now.counters().aliasBytes;
    }

    /** {@code retain_expiry_interval}: removes expired Retained Messages now and then; they are never sent anyway. */
    private void sweepRetained() {
        ScheduledFuture<?> former = sweeping;
        if (former != null) {
            former.cancel(false);
        }
        long minutes = config.retainExpiryMinutes();
        sweeping = minutes == 0
                ? null
                : loops.all()
                        .getFirst()
                        .executor()
                        .scheduleAtFixedRate(
                                () -> table.retained()
                                        .sweep(System.currentTimeMillis(), Integer.MAX_VALUE),
                                minutes,
                                minutes,
                                TimeUnit.MINUTES);
    }

    /**
     * Reads certificates, keys, authorities and revocation lists again. Connections go on, but for those of certificates
     * that are revoked now, which have ended when it returns. Any thread but a loop's.
     *
     * @throws TlsException with the problems of all files; then nothing has changed
     */
    public synchronized void reloadTls() throws TlsException {
        listeners.reloadTls(config).run();
        listeners.review();
        awaitTurns();
    }

    /** The files and folders that {@link #reloadTls} reads. */
    public List<Path> tlsFiles() {
        return listeners.tlsFiles();
    }

    /** Waits until every loop has done what was posted to it before. */
    private void awaitTurns() {
        turns().join();
    }

    private CompletableFuture<Void> turns() {
        return CompletableFuture.allOf(loops.all().stream()
                .map(loop -> CompletableFuture.runAsync(() -> {}, loop.executor()))
                .toArray(CompletableFuture[]::new));
    }

    /** Whether every loop does its work still; waits for them a few seconds. Any thread but a loop's. */
    public boolean answers() {
        try {
            turns().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
            return false;
        }
    }

    /** The configuration of now; any thread. */
    public BrokerConfig config() {
        return config;
    }

    /** The open ports, in the order of the listeners and their addresses. */
    public List<Integer> ports() {
        return listeners.ports();
    }

    /** All sessions; any thread. */
    public SessionDirectory sessions() {
        return directory;
    }

    /** Subscriptions and Retained Messages; any thread. */
    public RoutingTable table() {
        return table;
    }

    /** The loops and their counters; any thread. */
    public BrokerLoops loops() {
        return loops;
    }

    /** All clients that have a session; any thread. */
    public CompletableFuture<List<Client>> clients() {
        return figures.clients();
    }

    /** Disconnects a client; false if it was not connected. Any thread. */
    public CompletableFuture<Boolean> kick(String clientId) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        SessionRef ref = directory.find(clientId);
        if (ref == null) {
            done.complete(false);
        } else {
            directory.disconnect(
                    ref,
                    ReasonCode.ADMINISTRATIVE_ACTION,
                    "disconnected by an administrator",
                    done::complete);
        }
        return done;
    }

    /** What clients were lately kept from, the latest last; any thread. */
    public List<Denial> denials() {
        return reports.denials().latest();
    }

    /** What the broker answers to those who may do all; more may be added. */
    public HttpRoutes administration() {
        return new BrokerApi(this).administration();
    }

    /**
     * Answers HTTP on a UNIX socket until the broker ends.
     *
     * @throws IOException if it cannot be bound
     */
    public void serve(Path socket, HttpRoutes routes) throws IOException {
        HttpServer.onSocket(group, epoll, socket, routes);
    }

    /** Whether it has been told to end. */
    public boolean isClosed() {
        return closed;
    }

    /** {@link SysTree#log}. */
    public void logToTopic(LogType type, String line) {
        sysTree.log(type, line);
    }

    /** What the broker counts; any thread. */
    public Figures.Source figures() {
        return figures;
    }

    /** What is kept on disk, or null where nothing is; any thread. */
    public @Nullable Store store() {
        return store;
    }

    /** Network Connections; any thread. */
    public ConnectionCount connections() {
        return connections;
    }

    /** Stops listening, tells the clients and ends their connections, then all loops. */
    @Override
    public void close() {
        closed = true;
        listeners.close();
        listeners.endConnections();
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
        if (store != null) {
            store.close();
        }
    }
}
