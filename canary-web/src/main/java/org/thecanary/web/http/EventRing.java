// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.http;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * The latest events, numbered from 1. A reader who falls behind by more than are kept is told so, and goes on with the
 * next: memory is bounded whatever a browser does.
 *
 * <p>Any thread.
 */
public final class EventRing {
    private final String[] events;
    private long last;

    public EventRing(int size) {
        events = new String[size];
    }

    /** Adds an event and wakes the readers. */
    public synchronized void add(String event) {
        last++;
        events[(int) (last % events.length)] = event;
        notifyAll();
    }

    /** The number of the latest; 0: there was none. */
    public synchronized long last() {
        return last;
    }

    /**
     * The events after a number; null: some of them are gone.
     *
     * @param after the last one that was read
     */
    public synchronized @Nullable List<String> after(long after) {
        if (last - after > events.length) {
            return null;
        }
        List<String> found = new ArrayList<>();
        for (long number = after + 1; number <= last; number++) {
            found.add(events[(int) (number % events.length)]);
        }
        return found;
    }

    /** Waits until there is one after that number, or so long. */
    public synchronized void await(long after, long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        for (long left = millis; last <= after && left > 0; ) {
            wait(left);
            left = (end - System.nanoTime()) / 1_000_000;
        }
    }
}
