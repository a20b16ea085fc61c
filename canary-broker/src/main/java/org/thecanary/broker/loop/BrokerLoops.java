// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.loop;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;

import org.thecanary.broker.store.Store;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** All loops of a broker. Immutable; any thread. */
public final class BrokerLoops {
    private static final int SHARES = 4;
    private static final long LEAST_SHARE = 64 * 1024;

    private final List<BrokerLoop> loops;
    private final IdentityHashMap<EventExecutor, BrokerLoop> byExecutor = new IdentityHashMap<>();

    /** One loop for each event loop of the group. */
    public BrokerLoops(EventLoopGroup group) {
        List<EventExecutor> executors = new ArrayList<>();
        group.forEach(executors::add);
        List<BrokerLoop> made = new ArrayList<>();
        for (EventExecutor executor : executors) {
            long share = share(Runtime.getRuntime().maxMemory(), executors.size());
            BrokerLoop loop = new BrokerLoop(made.size(), (EventLoop) executor, share);
            made.add(loop);
            byExecutor.put(executor, loop);
        }
        loops = List.copyOf(made);
    }

    /** {@link BrokerLoop#memoryShare} where there is so much memory: a quarter of it for all loops together. */
    public long share(long memory) {
        return share(memory, loops.size());
    }

    private static long share(long memory, int loops) {
        return Math.max(LEAST_SHARE, memory / SHARES / loops);
    }

    /** Has every loop keep what is to be kept; before any of them runs. */
    public void keepIn(Store store) {
        loops.forEach(loop -> loop.durability().store(store));
    }

    /** Completes when one of the loops has ended: with the broker, or by an Error, as where memory has run out. */
    public CompletableFuture<Void> firstEnd() {
        CompletableFuture<Void> end = new CompletableFuture<>();
        loops.forEach(
                loop -> loop.executor().terminationFuture().addListener(_ -> end.complete(null)));
        return end;
    }

    public List<BrokerLoop> all() {
        return loops;
    }

    /** The loop that runs on an event loop of the group. */
    public BrokerLoop of(EventExecutor executor) {
        BrokerLoop loop = byExecutor.get(executor);
        if (loop == null) {
            throw new IllegalArgumentException("not a loop of this broker");
        }
        return loop;
    }
}
