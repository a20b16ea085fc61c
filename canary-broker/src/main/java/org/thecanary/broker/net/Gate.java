// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import java.util.concurrent.CompletableFuture;

/**
 * Lets CONNECTs wait while a reload goes on, so that who connects after a SIGHUP meets the new rules, as with mosquitto,
 * which does one thing after the other.
 *
 * <p>Any thread.
 */
public final class Gate {
    private volatile CompletableFuture<Void> opening = CompletableFuture.completedFuture(null);

    /** Closed until the answer is run; closings do not overlap. */
    public Runnable close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        opening = closed;
        return () -> closed.complete(null);
    }

    /** Whether it is open; where it is not, {@code later} is run when it is, on whatever thread. */
    boolean isOpen(Runnable later) {
        CompletableFuture<Void> now = opening;
        if (now.isDone()) {
            return true;
        }
        now.thenRun(later);
        return false;
    }
}
