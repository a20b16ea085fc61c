// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import java.util.function.Consumer;

/**
 * Counts the messages that wait and their bytes, and says when no more may be read for now, and when again.
 *
 * <p>Any thread; it is said under the lock, so that the last word is the right one.
 */
final class Backpressure {
    static final int PAUSE_AT = 20_000;
    static final int RESUME_AT = 5_000;

    /** Bytes of payloads that may wait; a message may have 64 kB. */
    static final int PAUSE_AT_BYTES = 16 << 20;

    private static final int RESUME_AT_BYTES = PAUSE_AT_BYTES / 4;

    private final Consumer<Boolean> pause;
    private int messages;
    private long bytes;
    private boolean paused;

    /** @param pause told true when nothing more can be taken for now, and false later; must not block */
    Backpressure(Consumer<Boolean> pause) {
        this.pause = pause;
    }

    /** A message waits now. */
    synchronized void came(int payloadBytes) {
        messages++;
        bytes += payloadBytes;
        if (!paused && (messages > PAUSE_AT || bytes > PAUSE_AT_BYTES)) {
            paused = true;
            pause.accept(true);
        }
    }

    /** So many wait no longer. */
    synchronized void went(int count, long payloadBytes) {
        messages -= count;
        bytes -= payloadBytes;
        if (paused && messages < RESUME_AT && bytes < RESUME_AT_BYTES) {
            paused = false;
            pause.accept(false);
        }
    }
}
