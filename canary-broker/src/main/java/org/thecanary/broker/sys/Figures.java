// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.sys;

import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.loop.BrokerLoops;
import org.thecanary.broker.loop.LoopCounters;
import org.thecanary.broker.loop.SessionDirectory;
import org.thecanary.broker.routing.RoutingTable;
import org.thecanary.broker.session.Session;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;

/**
 * The figures of a broker at one moment, over all its loops.
 *
 * <p>Immutable but for {@code counters}, which nobody writes to; any thread.
 *
 * @param uptimeSeconds since the broker was made
 * @param counters of all loops together
 * @param sessions of clients that are connected or away
 * @param connected clients
 * @param subscriptions that are not shared
 * @param sharedSubscriptions of all sessions
 * @param retained Retained Messages, {@code $SYS} included
 * @param retainedBytes of their payloads
 * @param waiting messages that wait for clients or their acknowledgements, as of the last census
 * @param heapBytes used of the JVM's heap
 */
public record Figures(
        long uptimeSeconds,
        LoopCounters counters,
        long sessions,
        long connected,
        long subscriptions,
        long sharedSubscriptions,
        long retained,
        long retainedBytes,
        Waiting waiting,
        long heapBytes) {

    /**
     * Messages that wait for clients or were not acknowledged yet.
     *
     * @param bytes of their payloads
     */
    public record Waiting(long messages, long bytes) {
        static final Waiting NONE = new Waiting(0, 0);
    }

    /** Where the figures come from. Any thread. */
    public static final class Source {
        private final BrokerLoops loops;
        private final SessionDirectory sessions;
        private final RoutingTable table;
        private final long startedNanos = System.nanoTime();
        private volatile Waiting waiting = Waiting.NONE;

        public Source(BrokerLoops loops, SessionDirectory sessions, RoutingTable table) {
            this.loops = loops;
            this.sessions = sessions;
            this.table = table;
        }

        /** The figures now, but for what waits, which is as old as the last {@link #count}. */
        public Figures now() {
            LoopCounters sum = new LoopCounters();
            for (BrokerLoop loop : loops.all()) {
                sum.add(loop.counters());
            }
            Runtime runtime = Runtime.getRuntime();
            return new Figures(
                    (System.nanoTime() - startedNanos) / 1_000_000_000,
                    sum,
                    sessions.size(),
                    sum.clientsConnected,
                    table.subscriptionCount(),
                    table.sharedSubscriptionCount(),
                    table.retained().count(),
                    table.retained().bytes(),
                    waiting,
                    runtime.totalMemory() - runtime.freeMemory());
        }

        /** All clients that have a session. */
        public CompletableFuture<List<Client>> clients() {
            CompletableFuture<List<Client>> all = new CompletableFuture<>();
            ConcurrentLinkedQueue<Client> found = new ConcurrentLinkedQueue<>();
            SessionWalk.over(
                    loops,
                    sessions.all(),
                    ref -> found.add(Client.of(ref)),
                    () -> all.complete(List.copyOf(found)));
            return all;
        }

        /** All subscriptions of all sessions. */
        public CompletableFuture<SubscriptionTree> subscriptions() {
            CompletableFuture<SubscriptionTree> all = new CompletableFuture<>();
            SubscriptionTree tree = new SubscriptionTree();
            SessionWalk.over(
                    loops,
                    sessions.all(),
                    ref -> ref.session()
                            .subscriptions()
                            .forEach(subscription -> tree.add(
                                    subscription.filter(),
                                    ref.clientId(),
                                    subscription.options().qos())),
                    () -> all.complete(tree));
            return all;
        }

        /** Counts what waits in all sessions, then runs a task, on one of the loops; neither if these have ended. */
        public void count(Runnable then) {
            Thread.startVirtualThread(() -> {
                try {
                    LongAdder messages = new LongAdder();
                    LongAdder bytes = new LongAdder();
                    SessionWalk.over(
                            loops,
                            sessions.all(),
                            ref -> {
                                Session session = ref.session();
                                messages.add(session.queuedMessages() + session.inflightMessages());
                                bytes.add(session.queuedBytes() + session.inflightBytes());
                            },
                            () -> {
                                waiting = new Waiting(messages.sum(), bytes.sum());
                                then.run();
                            });
                } catch (RejectedExecutionException e) {
                    // the broker ends
                }
            });
        }
    }
}
