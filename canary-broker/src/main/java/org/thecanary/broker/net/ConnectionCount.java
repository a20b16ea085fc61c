// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import org.thecanary.broker.config.ListenerConfig;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many Network Connections there are, over all listeners and for each.
 *
 * <p>Any thread.
 */
public final class ConnectionCount {
    private final int globalMaximum;
    private final AtomicInteger all = new AtomicInteger();
    private final ConcurrentHashMap<ListenerConfig, AtomicInteger> byListener =
            new ConcurrentHashMap<>();

    /** Counts up to {@code global_max_connections}. */
    public ConnectionCount(int globalMaximum) {
        this.globalMaximum = globalMaximum;
    }

    /** Counts one more, if {@code max_connections} and {@code global_max_connections} allow it. */
    boolean open(ListenerConfig listener) {
        AtomicInteger own = count(listener);
        if (own.incrementAndGet() <= listener.maxConnections()
                && all.incrementAndGet() <= globalMaximum) {
            return true;
        }
        if (own.getAndDecrement() <= listener.maxConnections()) {
            all.decrementAndGet();
        }
        return false;
    }

    void closed(ListenerConfig listener) {
        count(listener).decrementAndGet();
        all.decrementAndGet();
    }

    /** Network Connections now. */
    public int size() {
        return all.get();
    }

    private AtomicInteger count(ListenerConfig listener) {
        return byListener.computeIfAbsent(listener, _ -> new AtomicInteger());
    }
}
