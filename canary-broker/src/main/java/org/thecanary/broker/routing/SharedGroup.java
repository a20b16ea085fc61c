// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.loop.SessionRef;
import org.thecanary.broker.routing.Subscriber.ToSession;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The members of one Shared Subscription: same ShareName, same Topic Filter [MQTT-4.8.2-4].
 *
 * <p>Any thread reads; {@link SharedGroups} writes under its lock.
 */
final class SharedGroup {
    private volatile ToSession[] members = new ToSession[0];
    private final AtomicInteger turn = new AtomicInteger();

    /**
     * The member whose turn it is: the next that can take a message at once, else the next that is there at all.
     *
     * @return null if the last member has just left
     */
    @Nullable
    ToSession next() {
        ToSession[] now = members;
        if (now.length == 0) {
            return null;
        }
        int first = Math.floorMod(turn.getAndIncrement(), now.length);
        for (int i = 0; i < now.length; i++) {
            ToSession member = now[(first + i) % now.length];
            if (member.ref().isAvailable()) {
                return member;
            }
        }
        return now[first];
    }

    /** Replaces the subscription of this session, or adds it; whether it was there. */
    boolean put(ToSession member) {
        ToSession[] former = members;
        int at = indexOf(former, member.ref());
        if (at >= 0) {
            ToSession[] replaced = former.clone();
            replaced[at] = member;
            members = replaced;
            return true;
        }
        ToSession[] grown = Arrays.copyOf(former, former.length + 1);
        grown[former.length] = member;
        members = grown;
        return false;
    }

    /** Whether the session was a member. */
    boolean remove(SessionRef ref) {
        ToSession[] former = members;
        int at = indexOf(former, ref);
        if (at < 0) {
            return false;
        }
        ToSession[] shrunk = Arrays.copyOf(former, former.length - 1);
        System.arraycopy(former, at + 1, shrunk, at, former.length - 1 - at);
        members = shrunk;
        return true;
    }

    /** Whether one of the members is kept. */
    boolean hasKept() {
        for (ToSession member : members) {
            if (member.ref().number() != 0) {
                return true;
            }
        }
        return false;
    }

    boolean isEmpty() {
        return members.length == 0;
    }

    private static int indexOf(ToSession[] members, SessionRef ref) {
        for (int i = 0; i < members.length; i++) {
            if (members[i].ref() == ref) {
                return i;
            }
        }
        return -1;
    }
}
