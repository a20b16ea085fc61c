// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Whose password is hashed next. Addresses take turns, and so do the users of an address: who sends a thousand wrong
 * passwords waits behind himself, and a right one waits for no more hashes than there are others to take turns with. Those
 * who are held have one place together.
 *
 * <p>Any thread.
 */
final class HashingTurns {
    /** Who asks. */
    record Asker(String address, String username) {}

    private final int places;
    private final Predicate<Asker> isHeld;
    private final Rotation ordinary = new Rotation();
    private final Rotation held = new Rotation();
    private int running;
    private boolean heldRuns;
    private boolean heldIsNext;

    /**
     * @param places how many hashes are computed at a time
     * @param isHeld asked when somebody's turn comes, since he may have been found to guess meanwhile
     */
    HashingTurns(int places, Predicate<Asker> isHeld) {
        this.places = places;
        this.isHeld = isHeld;
    }

    /** Joins the end of a row. What is asked for has to be used, or the place is lost. */
    synchronized Turn ask(Asker asker) {
        Turn turn = new Turn(asker);
        ordinary.add(turn);
        callNext();
        return turn;
    }

    /** A place in a row. */
    final class Turn {
        private final Asker asker;
        private final CompletableFuture<Rotation> called = new CompletableFuture<>();

        private Turn(Asker asker) {
            this.asker = asker;
        }

        boolean isCalled() {
            return called.isDone();
        }

        /** Does some work in the calling thread, which waits until it is called. */
        <T> T use(Supplier<T> work) {
            Rotation from = called.join();
            try {
                return work.get();
            } finally {
                done(from);
            }
        }
    }

    private synchronized void done(Rotation from) {
        running--;
        if (from == held) {
            heldRuns = false;
        }
        callNext();
    }

    private void callNext() {
        while (running < places) {
            // Where both wait they take turns, so that neither starves the other.
            Turn next = heldIsNext && !heldRuns ? held.poll() : null;
            if (next != null) {
                call(next, held);
                continue;
            }
            next = ordinary.poll();
            if (next == null) {
                next = heldRuns ? null : held.poll();
                if (next == null) {
                    return;
                }
                call(next, held);
            } else if (isHeld.test(next.asker)) {
                held.add(next);
            } else {
                call(next, ordinary);
            }
        }
    }

    private void call(Turn next, Rotation from) {
        running++;
        heldRuns |= from == held;
        heldIsNext = from != held;
        next.called.complete(from);
    }

    /** Addresses in turn, and the users of each in turn. */
    private static final class Rotation {
        private final SequencedMap<String, SequencedMap<String, Deque<Turn>>> addresses =
                new LinkedHashMap<>();

        void add(Turn one) {
            addresses
                    .computeIfAbsent(one.asker.address, _ -> new LinkedHashMap<>())
                    .computeIfAbsent(one.asker.username, _ -> new ArrayDeque<>())
                    .add(one);
        }

        @Nullable
        Turn poll() {
            var address = addresses.pollFirstEntry();
            if (address == null) {
                return null;
            }
            var user = address.getValue().pollFirstEntry();
            Turn one = user.getValue().remove();
            if (!user.getValue().isEmpty()) {
                address.getValue().putLast(user.getKey(), user.getValue());
            }
            if (!address.getValue().isEmpty()) {
                addresses.putLast(address.getKey(), address.getValue());
            }
            return one;
        }
    }
}
