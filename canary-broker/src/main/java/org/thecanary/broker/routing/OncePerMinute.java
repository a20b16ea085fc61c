// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Has each thing said once a minute; of the last 10,000 things it knows when they were.
 *
 * <p>Any thread.
 */
final class OncePerMinute<T> {
    private static final long QUIET_MILLIS = 60_000;
    private static final int MOST_REMEMBERED = 10_000;

    private final ConcurrentHashMap<T, Long> lastSaid = new ConcurrentHashMap<>();

    /** Whether it is to be said now, and is taken as said. */
    boolean isNews(T thing, long nowMillis) {
        Long last = lastSaid.get(thing);
        if (last != null && nowMillis - last < QUIET_MILLIS) {
            return false;
        }
        if (lastSaid.size() >= MOST_REMEMBERED) {
            forgetSome(nowMillis);
        }
        lastSaid.put(thing, nowMillis);
        return true;
    }

    private void forgetSome(long nowMillis) {
        for (Iterator<Long> times = lastSaid.values().iterator(); times.hasNext(); ) {
            if (nowMillis - times.next() >= QUIET_MILLIS || lastSaid.size() >= MOST_REMEMBERED) {
                times.remove();
            }
        }
    }
}
