// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.loop;

import io.netty.channel.EventLoop;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * One event loop and what it owns: connections, sessions, timers, counters, scratch.
 *
 * <p>A <em>turn</em> is what the loop does between two looks at its sockets. Connections that were written to in a turn
 * are flushed once, at its end, and so are the batches for other loops.
 *
 * <p>Owner: its own thread, but for {@link #post} and what is marked so.
 */
public final class BrokerLoop {
    private final int index;
    private final EventLoop executor;
    private final LoopCounters counters = new LoopCounters();
    private final Durability durability = new Durability(this);
    private final List<Flushable> dirty = new ArrayList<>();
    private @Nullable Batch[] batches = new @Nullable Batch[0];
    private boolean flushPosted;
    private Memory memory = Memory.ENOUGH;
    private long arrived; // payload bytes since it looked last
    private long memoryShare;
    private volatile Supplier<Memory> seems = () -> Memory.ENOUGH; // written by who looks
    private volatile int lookFoundRoom; // written by who looks
    private int lookSeen;
    private long takenSince;
    private long nowMillis = System.currentTimeMillis();

    /** Something written to in this turn. */
    public interface Flushable {
        /** Sends what was written. */
        void flushTurn();
    }

    /** How much memory the broker has left, by its budget. */
    public enum Memory {
        ENOUGH,
        /** Who publishes is slowed down, and QoS 0 for slow clients is dropped. */
        TIGHT,
        /** Nothing is queued any more, and nobody and nothing new takes a place. */
        FULL
    }

    BrokerLoop(int index, EventLoop executor, long memoryShare) {
        this.index = index;
        this.executor = executor;
        this.memoryShare = memoryShare;
    }

    /** 0 to the number of loops less one. Any thread. */
    public int index() {
        return index;
    }

    /** Netty's side of this loop. Any thread. */
    public EventLoop executor() {
        return executor;
    }

    /** Any thread. */
    public boolean inLoop() {
        return executor.inEventLoop();
    }

    /** One writer, this loop; any reader. */
    public LoopCounters counters() {
        return counters;
    }

    /** Where what is promised waits for the disk. */
    public Durability durability() {
        return durability;
    }

    /** Runs a task on this loop, after what was posted before, unless the broker has ended. Any thread. */
    public void post(Runnable task) {
        execute(() -> {
            turn();
            task.run();
        });
    }

    /** A loop that has ended takes nothing: its connections are gone, and what its sessions are owed is in the store. */
    private void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            if (!executor.isShuttingDown()) {
                throw e;
            }
        }
    }

    /** Runs a task now if this is the loop, else posts it. Any thread. */
    public void run(Runnable task) {
        if (inLoop()) {
            task.run();
        } else {
            post(task);
        }
    }

    /** Runs a task on this loop after a while, unless the result is cancelled. Any thread. */
    public ScheduledFuture<?> schedule(Runnable task, long delayMillis) {
        return executor.schedule(
                () -> {
                    turn();
                    task.run();
                },
                delayMillis,
                TimeUnit.MILLISECONDS);
    }

    /** Reads the clock: each entry into the loop does so once, rather than each message. */
    public void turn() {
        assert inLoop();
        nowMillis = System.currentTimeMillis();
    }

    /**
     * What the budget says as of now.
     *
     * @param share {@link #memoryShare}
     */
    public void memory(Memory now, long share) {
        assert inLoop();
        memory = now;
        memoryShare = share;
    }

    /**
     * Has this loop look by itself where it has taken much. Any thread.
     *
     * @param asOfNow how short memory is if nothing in it is garbage; called on this loop
     */
    public void looks(Supplier<Memory> asOfNow) {
        seems = asOfNow;
    }

    /**
     * At this look, the memory was found to have room. Any thread.
     *
     * @param look another number each time
     */
    public void foundRoom(int look) {
        lookFoundRoom = look;
    }

    /**
     * A message came, which may have to wait: whether the next may come at once. Large ones that nobody reads fill a small
     * heap before anybody looks; after half a share this looks itself.
     *
     * @param bytes of its payload
     */
    public boolean takesMore(int bytes) {
        assert inLoop();
        arrived += bytes;
        if (arrived > memoryShare / 2 && seems.get() != Memory.FULL) {
            arrived = 0;
        }
        return arrived <= memoryShare / 2;
    }

    /**
     * Takes memory for good. From one look that finds room to the next half of a share may be taken, since more than there
     * is would be filled before anybody looks; then it looks itself.
     *
     * @return false if there is no room; then none was taken
     */
    public boolean takeToStay(int bytes) {
        assert inLoop();
        int latest = lookFoundRoom;
        if (latest != lookSeen) {
            lookSeen = latest;
            takenSince = 0;
        }
        if (memory == Memory.FULL) {
            return false;
        }
        if (takenSince + bytes > memoryShare / 2) {
            if (seems.get() != Memory.ENOUGH) {
                return false;
            }
            takenSince = 0;
        }
        takenSince += bytes;
        return true;
    }

    /** Bytes that what has not left, and what has not come whole, may each take on this loop. */
    public long memoryShare() {
        return memoryShare;
    }

    public Memory memory() {
        return memory;
    }

    /** The clock as of this turn, milliseconds since the epoch. */
    public long nowMillis() {
        return nowMillis;
    }

    /** Has something flushed at the end of this turn. Call once for each turn and thing. */
    public void flushLater(Flushable flushable) {
        assert inLoop();
        dirty.add(flushable);
        postFlush();
    }

    Batch batchFor(BrokerLoop target) {
        if (batches.length <= target.index) {
            batches = Arrays.copyOf(batches, target.index + 1);
        }
        Batch batch = batches[target.index];
        if (batch == null) {
            batch = new Batch(target);
            batches[target.index] = batch;
            postFlush();
        }
        return batch;
    }

    void postFlush() {
        if (!flushPosted) {
            flushPosted = true;
            executor.execute(this::flushTurn); // the loop runs its tasks after its reads
        }
    }

    private void flushTurn() {
        flushPosted = false;
        flushBatches();
        // By index, since a flush that fails may end a connection, whose will dirties others.
        for (int i = 0; i < dirty.size(); i++) {
            dirty.get(i).flushTurn();
        }
        dirty.clear();
    }

    /**
     * Sends the batches of this turn, after its changes to the store; what is posted to their loops later comes after
     * them.
     */
    void flushBatches() {
        durability.handOver();
        for (int i = 0; i < batches.length; i++) {
            Batch batch = batches[i];
            if (batch != null) {
                batches[i] = null;
                batch.target().execute(batch);
            }
        }
    }
}
