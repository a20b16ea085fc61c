// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import org.thecanary.broker.config.FileState;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Lets CONNECTs wait while a reload goes on, so that who connects after a SIGHUP meets the new rules, as with mosquitto,
 * which does one thing after the other.
 *
 * <p>The JVM hands a signal on some time after it was sent, and a CONNECT may overtake it. So where a file that a reload
 * reads has just changed, the SIGHUP that belongs to the change is waited for a moment.
 *
 * <p>Any thread.
 */
public final class Gate {
    /** For the SIGHUP that follows a change, from the first CONNECT on that meets the change. */
    private static final Duration PATIENCE = Duration.ofMillis(250);

    /** The files are looked at no more often, so that a storm of CONNECTs costs no storm of system calls. */
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(1);

    private final Duration patience;
    private final Duration lookInterval;
    private volatile CompletableFuture<Void> opening = CompletableFuture.completedFuture(null);
    private volatile CompletableFuture<Void> closing = new CompletableFuture<>();
    private volatile Set<Path> files = Set.of();
    private Set<FileState> known = Set.of(); // guarded by this
    private volatile long patientUntil = System.nanoTime();
    private volatile long lookedAt = patientUntil;

    /** Open. */
    public Gate() {
        this(PATIENCE, LOOK_INTERVAL);
    }

    Gate(Duration patience, Duration lookInterval) {
        this.patience = patience;
        this.lookInterval = lookInterval;
    }

    /** These files are read by a reload, and were read. Blocks on them. */
    public synchronized void watch(Collection<Path> read) {
        Set<Path> now = Set.copyOf(read);
        if (!now.equals(files)) {
            files = now;
            known = FileState.of(now);
        }
    }

    /** Closed until the answer is run; closings do not overlap. Blocks on files. */
    public Runnable close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        opening = closed;
        synchronized (this) {
            known = FileState.of(files);
            patientUntil = System.nanoTime();
        }
        CompletableFuture<Void> waitedFor = closing;
        closing = new CompletableFuture<>();
        waitedFor.complete(null);
        return () -> closed.complete(null);
    }

    /** Whether a newcomer may pass; where it may not yet, {@code later} is run when it may, on whatever thread. */
    boolean isOpen(Runnable later) {
        CompletableFuture<Void> now = opening;
        if (!now.isDone()) {
            now.thenRun(later);
            return false;
        }
        long nanos = System.nanoTime();
        boolean looked = nanos - lookedAt < lookInterval.toNanos() && nanos - patientUntil >= 0;
        if (files.isEmpty() || looked) {
            return true;
        }
        lookedAt = nanos;
        Thread.startVirtualThread(
                () -> { // files may block
                    awaitReloadOfChanges();
                    opening.thenRun(later);
                });
        return false;
    }

    private void awaitReloadOfChanges() {
        CompletableFuture<Void> next = closing;
        long nanos = patienceLeft();
        if (nanos > 0) {
            next.copy().completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS).join();
        }
    }

    /** Nanoseconds, 0 where nothing has changed or the change was waited for long enough. */
    private synchronized long patienceLeft() {
        Set<FileState> states = FileState.of(files);
        long now = System.nanoTime();
        if (!states.equals(known)) {
            known = states;
            patientUntil = now + patience.toNanos();
        }
        return Math.max(0, patientUntil - now);
    }
}
