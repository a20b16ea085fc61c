// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * How many deliveries may be on their way: publishers wait when it is full, and go on when an eighth of it is free, so
 * that writes stay in batches. Owner: the loop.
 */
final class Window {
    private final int copies;
    private final long limit;
    private final List<Publisher> waiting = new ArrayList<>();
    private long underway;

    /**
     * A window.
     *
     * @param copies deliveries a message leads to
     * @param limit deliveries, at least {@code copies}
     */
    Window(int copies, long limit) {
        this.copies = copies;
        this.limit = limit;
    }

    boolean isFull() {
        return underway + copies > limit;
    }

    void published() {
        underway += copies;
    }

    void waits(Publisher publisher) {
        if (!waiting.contains(publisher)) {
            waiting.add(publisher);
        }
    }

    void delivered() {
        underway--;
    }

    /** To be called when a batch of deliveries has been counted. */
    void release() {
        if (!waiting.isEmpty() && underway <= limit - Math.max(copies, limit / 8)) {
            List<Publisher> free = List.copyOf(waiting);
            waiting.clear();
            free.forEach(Publisher::publish);
        }
    }

    long underway() {
        return underway;
    }
}
