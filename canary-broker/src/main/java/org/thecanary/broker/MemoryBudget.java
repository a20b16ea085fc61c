// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.loop.BrokerLoop.Memory;
import org.thecanary.broker.loop.BrokerLoops;

import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;

/**
 * Watches how much memory is in use and tells the loops when it runs short, so that a broker whose clients do not read
 * gets slow instead of dying.
 *
 * <p>Two budgets: the heap of this JVM, and {@code memory_limit} for the messages that are kept and wait. The heap counts
 * when a collection has left it full, since most of what is in use is garbage otherwise; that is looked at only where it
 * seems full.
 *
 * <p>Confined to its own thread.
 */
final class MemoryBudget implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger("broker");
    private static final long LOOK_MILLIS = 500;
    /** Shares of a budget, in percent. */
    private static final int TIGHT = 75;

    private static final int FULL = 90;

    /** How many looks in a row the heap has to seem full before it is collected to find out. */
    private static final int LOOKS = 4;

    /** What is measured. */
    record Gauges(LongSupplier heapUsed, long heapMaximum, LongSupplier stored, Runnable collect) {}

    private final BrokerLoops loops;
    private final Gauges gauges;
    private final LongSupplier limit;
    private Memory told = Memory.ENOUGH;
    private Memory heap = Memory.ENOUGH;
    private int seemsFull;

    /**
     * @param limit {@code memory_limit} as it is now, bytes; {@link Long#MAX_VALUE} for none
     */
    MemoryBudget(BrokerLoops loops, Gauges gauges, LongSupplier limit) {
        this.loops = loops;
        this.gauges = gauges;
        this.limit = limit;
    }

    /** Looks until the loops have ended. */
    @Override
    public void run() {
        try {
            while (!loops.all().getFirst().executor().isShuttingDown()) {
                Thread.sleep(LOOK_MILLIS);
                tell(look());
            }
        } catch (InterruptedException | RejectedExecutionException e) {
            // the broker ends
        }
    }

    /** How short memory is, by one more look. */
    Memory look() {
        lookAtHeap();
        Memory stored = state(gauges.stored().getAsLong(), limit.getAsLong());
        return heap.compareTo(stored) > 0 ? heap : stored;
    }

    private void lookAtHeap() {
        boolean full = state(gauges.heapUsed().getAsLong(), gauges.heapMaximum()) != Memory.ENOUGH;
        seemsFull = full ? seemsFull + 1 : 0;
        if (!full) {
            heap = Memory.ENOUGH;
        } else if (seemsFull >= LOOKS) {
            seemsFull = 0;
            gauges.collect().run();
            heap = state(gauges.heapUsed().getAsLong(), gauges.heapMaximum());
        }
    }

    private static Memory state(long used, long budget) {
        long percent = budget == Long.MAX_VALUE ? 0 : used / Math.max(1, budget / 100);
        return percent >= FULL ? Memory.FULL : percent >= TIGHT ? Memory.TIGHT : Memory.ENOUGH;
    }

    private void tell(Memory now) {
        if (now == told) {
            return;
        }
        if (now == Memory.ENOUGH) {
            LOG.warn("There is enough memory again.");
        } else if (told == Memory.ENOUGH) {
            LOG.warn("Memory runs short: publishers are slowed down, and messages of QoS 0 for slow"
                    + " clients are dropped.");
        }
        told = now;
        for (BrokerLoop loop : loops.all()) {
            loop.post(() -> loop.memory(now));
        }
    }
}
