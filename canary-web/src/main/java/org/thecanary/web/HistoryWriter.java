// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import org.jspecify.annotations.Nullable;
import org.thecanary.web.history.Entry;
import org.thecanary.web.history.Measurements;

import java.sql.BatchUpdateException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Writes to the history with little patience: a database that does not answer within {@value #PATIENCE_MILLIS} ms counts as
 * one that is away until it does. What such a write was about may be written again, since a value is there once however
 * often it is written.
 *
 * <p>Owner: the ingest's thread.
 */
final class HistoryWriter implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 2_000;
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("web-history").daemon().factory());
    private final Measurements measurements;
    private @Nullable Future<?> slow;
    private boolean away;
    private long retryNanos;
    private String trouble = "";

    HistoryWriter(Measurements measurements) {
        this.measurements = measurements;
    }

    /** Whether the next write would not even be tried. */
    boolean isAway() {
        Future<?> pending = slow;
        return (pending != null && !pending.isDone())
                || (away && System.nanoTime() - retryNanos < 0);
    }

    /** What was wrong when it was last tried, as a sentence; empty: nothing. */
    String trouble() {
        return trouble;
    }

    /**
     * Writes, where it can.
     *
     * @param entries not changed by anybody any more
     * @return whether they are on disk; false: they may be, later
     */
    boolean write(List<Entry> entries) throws InterruptedException {
        if (isAway()) {
            return false;
        }
        slow = null;
        Future<?> write = thread.submit(() -> {
            measurements.write(entries);
            return true;
        });
        try {
            write.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            away = false;
            trouble = "";
            return true;
        } catch (TimeoutException e) {
            slow = write;
            trouble = "The history is slow to answer";
        } catch (ExecutionException e) {
            trouble = "The history cannot be written: " + sentence(e.getCause());
        }
        away = true;
        retryNanos = System.nanoTime() + RETRY_NANOS;
        return false;
    }

    /** Of a batch the driver would say the whole statement first. */
    private static @Nullable String sentence(@Nullable Throwable failure) {
        return failure instanceof BatchUpdateException batch && batch.getCause() != null
                ? batch.getCause().getMessage()
                : failure == null ? null : failure.getMessage();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
