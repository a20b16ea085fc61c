// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many Network Connections there are, over all listeners and for each.
 *
 * <p>Any thread.
 */
public final class ConnectionCount {
    private final AtomicInteger all = new AtomicInteger();
    private volatile int most = Integer.MAX_VALUE;
    private final ConcurrentHashMap<ConnectFlow, AtomicInteger> byListener =
            new ConcurrentHashMap<>();

    /** From now on there may be no more than these, whatever the configuration says. */
    public void most(int sockets) {
        most = sockets;
    }

    /** Whether it is not the configuration that allows no more. */
    boolean isOutOfSockets() {
        return all.get() >= most;
    }

    /** Counts one more, if {@code max_connections} and {@code global_max_connections} allow it. */
    boolean open(ConnectFlow flow) {
        int maximum = flow.listener().maxConnections();
        AtomicInteger own = count(flow);
        if (own.incrementAndGet() <= maximum
                && all.incrementAndGet() <= Math.min(most, flow.globalMaxConnections())) {
            return true;
        }
        if (own.getAndDecrement() <= maximum) {
            all.decrementAndGet();
        }
        return false;
    }

    void closed(ConnectFlow flow) {
        count(flow).decrementAndGet();
        all.decrementAndGet();
    }

    /** Network Connections now. */
    public int size() {
        return all.get();
    }

    private AtomicInteger count(ConnectFlow flow) {
        return byListener.computeIfAbsent(flow, _ -> new AtomicInteger());
    }
}
