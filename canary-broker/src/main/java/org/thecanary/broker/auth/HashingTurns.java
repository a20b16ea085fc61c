// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/**
 * Whose password is hashed next. Addresses take turns, and so do the users of an address: who sends a thousand wrong
 * passwords waits behind himself, and a right one waits for no more hashes than there are others to take turns with.
 *
 * <p>Those who are held have one place together, and there the hash and the refusal are two things. Each turn computes one
 * hash: of the next attempt that may be right, whoever's turn it is. Each turn ends with one refusal: of the attempt whose
 * turn it is. So a right password waits only for others that may be right, while a refusal comes as late, and costs as much
 * CPU, whether there is such a user or not.
 *
 * <p>Any thread.
 */
final class HashingTurns {
    /** Who asks. */
    record Asker(String address, String username) {}

    /** A password that somebody has shown. One thread at a time calls it; no method waits. */
    interface Attempt {
        Asker asker();

        /** Whether there is such a user. */
        boolean mayBeRight();

        /** Whether somebody waits for the answer, and has none yet. */
        boolean isOpen();

        /** Computes a hash, which costs the same for every user; answers if the password is right. */
        void hash();

        /** The turn is over: what was not found right is refused. */
        void end();
    }

    private final int places;
    private final Predicate<Asker> isHeld;
    private final Executor threads;
    private final Rotation ordinary = new Rotation();
    private final Rotation held = new Rotation();
    /** Those of {@link #held} that may be right and were not hashed yet. */
    private final Rotation heldUsers = new Rotation();

    private int running;
    private boolean heldRuns;
    private boolean heldIsNext;

    /**
     * @param places how many hashes are computed at a time
     * @param isHeld asked when somebody's turn comes, since he may have been found to guess meanwhile
     * @param threads where the hashes are computed
     */
    HashingTurns(int places, Predicate<Asker> isHeld, Executor threads) {
        this.places = places;
        this.isHeld = isHeld;
        this.threads = threads;
    }

    /** Joins the end of a row. */
    synchronized void join(Attempt attempt) {
        ordinary.add(attempt);
        callNext();
    }

    private void callNext() {
        while (running < places && callOne()) {}
    }

    private boolean callOne() {
        // Where both wait they take turns, so that neither starves the other.
        if (heldIsNext && callHeld()) {
            return true;
        }
        Attempt next = ordinary.poll();
        if (next == null) {
            return callHeld();
        }
        if (isHeld.test(next.asker())) {
            held.add(next);
            if (next.mayBeRight()) {
                heldUsers.add(next);
            }
        } else if (next.isOpen()) {
            call(next, next, false);
        } else {
            threads.execute(next::end);
        }
        return true;
    }

    private boolean callHeld() {
        if (heldRuns) {
            return false;
        }
        for (Attempt next = held.poll(); next != null; next = held.poll()) {
            boolean wantsHash = heldUsers.remove(next);
            if (next.isOpen()) {
                call(wantsHash ? next : firstOfHeldUsers(next), next, true);
                return true;
            }
            threads.execute(next::end);
        }
        return false;
    }

    private Attempt firstOfHeldUsers(Attempt otherwise) {
        for (Attempt next = heldUsers.poll(); next != null; next = heldUsers.poll()) {
            if (next.isOpen()) {
                return next;
            }
        }
        return otherwise;
    }

    private void call(Attempt hashed, Attempt ends, boolean takesHeldPlace) {
        running++;
        heldRuns |= takesHeldPlace;
        heldIsNext = !takesHeldPlace;
        threads.execute(() -> {
            // Whose turn it is must have an answer, even where another's hash ends with an error.
            try {
                hashed.hash();
            } finally {
                ends.end();
                leave(takesHeldPlace);
            }
        });
    }

    private synchronized void leave(boolean heldPlace) {
        running--;
        heldRuns &= !heldPlace;
        callNext();
    }

    /** Addresses in turn, and the users of each in turn. */
    private static final class Rotation {
        private final SequencedMap<String, SequencedMap<String, Deque<Attempt>>> addresses =
                new LinkedHashMap<>();

        void add(Attempt one) {
            Asker asker = one.asker();
            addresses
                    .computeIfAbsent(asker.address, _ -> new LinkedHashMap<>())
                    .computeIfAbsent(asker.username, _ -> new ArrayDeque<>())
                    .add(one);
        }

        @Nullable
        Attempt poll() {
            var address = addresses.pollFirstEntry();
            if (address == null) {
                return null;
            }
            var user = address.getValue().pollFirstEntry();
            Attempt one = user.getValue().remove();
            if (!user.getValue().isEmpty()) {
                address.getValue().putLast(user.getKey(), user.getValue());
            }
            if (!address.getValue().isEmpty()) {
                addresses.putLast(address.getKey(), address.getValue());
            }
            return one;
        }

        boolean remove(Attempt one) {
            Asker asker = one.asker();
            var users = addresses.get(asker.address);
            if (users == null) {
                return false;
            }
            var row = users.get(asker.username);
            if (row == null || !row.remove(one)) {
                return false;
            }
            if (row.isEmpty()) {
                users.remove(asker.username);
            }
            if (users.isEmpty()) {
                addresses.remove(asker.address);
            }
            return true;
        }
    }
}
