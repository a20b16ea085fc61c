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
 * seems full: at once where next to nothing is left, else when it has seemed so for a while.
 *
 * <p>Confined to its own thread, but for what a loop asks when it has taken much.
 */
final class MemoryBudget implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger("broker");
    private static final long LOOK_MILLIS = 100;
    /** What is stored is summed over all sessions, so at each of these looks only. */
    private static final int LOOKS_FOR_STORED = 5;
    /** How many looks in a row the heap has to seem tight before it is collected to find out. */
    private static final int LOOKS_TO_COLLECT = 3;
    /** Fewest looks from one collection to the next. */
    private static final int LOOKS_BETWEEN = 20;

    private static final Shares OF_LIMIT = new Shares(75, 90);
    /** A collector whose old generation is full does little else, long before the heap is. */
    private static final Shares OF_HEAP = new Shares(65, 80);

    /** From where on a budget is {@link Memory#TIGHT} and {@link Memory#FULL}, in percent. */
    private record Shares(int tight, int full) {
        Memory of(long used, long budget) {
            long percent = budget == Long.MAX_VALUE ? 0 : used / Math.max(1, budget / 100);
            return percent >= full ? Memory.FULL : percent >= tight ? Memory.TIGHT : Memory.ENOUGH;
        }
    }

    /** What is measured. */
    record Gauges(LongSupplier heapUsed, long heapMaximum, LongSupplier stored, Runnable collect) {}

    private final BrokerLoops loops;
    private final Gauges gauges;
    private final LongSupplier limit;
    private Memory told = Memory.ENOUGH;
    private long toldShare;
    private Memory heap = Memory.ENOUGH;
    private Memory stored = Memory.ENOUGH;
    private int looks;
    private int seemsFull;
    private int sinceCollection = LOOKS_BETWEEN;
    private boolean foundRoom;

    /**
     * @param limit {@code memory_limit} as it is now, bytes; {@link Long#MAX_VALUE} for none
     */
    MemoryBudget(BrokerLoops loops, Gauges gauges, LongSupplier limit) {
        this.loops = loops;
        this.gauges = gauges;
        this.limit = limit;
        loops.all().forEach(loop -> loop.looks(this::seems));
    }

    /** Looks until the loops have ended. */
    @Override
    public void run() {
        try {
            while (!loops.all().getFirst().executor().isShuttingDown()) {
                Thread.sleep(LOOK_MILLIS);
                tell(look());
                if (foundRoom) {
                    loops.all().forEach(loop -> loop.foundRoom(looks));
                }
            }
        } catch (InterruptedException | RejectedExecutionException e) {
            // the broker ends
        }
    }

    /** How short memory is, by one more look. */
    Memory look() {
        lookAtHeap();
        if (looks++ % LOOKS_FOR_STORED == 0) {
            stored = OF_LIMIT.of(gauges.stored().getAsLong(), limit.getAsLong());
        }
        return heap.compareTo(stored) > 0 ? heap : stored;
    }

    /** How short the heap is if nothing in it is garbage. Any thread. */
    private Memory seems() {
        return OF_HEAP.of(gauges.heapUsed().getAsLong(), gauges.heapMaximum());
    }

    private void lookAtHeap() {
        Memory seems = seems();
        seemsFull = seems == Memory.ENOUGH ? 0 : seemsFull + 1;
        sinceCollection++;
        foundRoom = seems == Memory.ENOUGH;
        if (seems == Memory.ENOUGH) {
            heap = Memory.ENOUGH;
        } else if (sinceCollection >= LOOKS_BETWEEN
                && (seems == Memory.FULL || seemsFull >= LOOKS_TO_COLLECT)) {
            seemsFull = 0;
            sinceCollection = 0;
            gauges.collect().run();
            heap = seems();
            foundRoom = heap != Memory.FULL;
        } else if (seems == Memory.FULL && heap == Memory.TIGHT) {
            heap = Memory.FULL; // it was no garbage a moment ago, and has grown since
        }
    }

    /** Tells the loops, where something has changed. */
    void tell(Memory now) {
        long share = loops.share(Math.min(limit.getAsLong(), gauges.heapMaximum()));
        if (now == told && share == toldShare) {
            return;
        }
        if (now == Memory.ENOUGH && told != Memory.ENOUGH) {
            LOG.warn("There is enough memory again.");
        } else if (now != Memory.ENOUGH && told == Memory.ENOUGH) {
            LOG.warn("Memory runs short: publishers are slowed down, and messages of QoS 0 for slow"
                    + " clients are dropped.");
        }
        told = now;
        toldShare = share;
        for (BrokerLoop loop : loops.all()) {
            loop.post(() -> loop.memory(now, share));
        }
    }
}
