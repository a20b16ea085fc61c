// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.loop;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.store.Change;
import org.thecanary.broker.store.Store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * Where what a loop promises waits until it is on disk: PUBACK, PUBREC and PUBCOMP, SUBACK and UNSUBACK, and each packet
 * of QoS 2 whose Packet Identifier must not be forgotten.
 *
 * <p>The changes of a turn are handed to the store together, before any other loop hears of what they are about, so that
 * the store sees an acknowledgement after the message it is for. What was promised in a turn is sent when that turn is
 * committed, and after everything that was promised before: so acknowledgements keep the order of what they acknowledge
 * [MQTT-4.6.0-2], [MQTT-4.6.0-3], [MQTT-4.6.0-4].
 *
 * <p>Owner: its loop.
 */
public final class Durability {
    private final BrokerLoop loop;
    private final ArrayDeque<Turn> committing = new ArrayDeque<>();
    private final List<Runnable> questions = new ArrayList<>(); // that wait for the turn's end
    private @Nullable Store store;
    private @Nullable Turn turn;
    private int promised;

    /** Something that waits for a commit. */
    public interface Promise {
        /** What it is about is on disk. */
        void kept();

        /** That will take a while, since nothing can be written. What is told the client now is not told it again. */
        default boolean refused() {
            return false;
        }
    }

    /** The changes of a turn and what is promised by them. */
    private final class Turn implements Store.Group {
        final List<Change> changes = new ArrayList<>();
        final List<Promise> promises = new ArrayList<>();
        boolean promised;
        boolean committed;

        @Override
        public List<Change> changes() {
            return changes;
        }

        @Override
        public boolean isPromised() {
            return promised;
        }

        @Override
        public void committed() {
            tell(() -> {
                committed = true;
                release();
            });
        }

        @Override
        public void delayed() {
            tell(() -> promises.removeIf(Promise::refused));
        }

        private void tell(Runnable task) {
            try {
                loop.post(task);
            } catch (RejectedExecutionException e) {
                // The loop is over, and with it all that waited here.
            }
        }
    }

    Durability(BrokerLoop loop) {
        this.loop = loop;
    }

    /** The store, or null where nothing is kept. */
    public @Nullable Store store() {
        return store;
    }

    void store(Store opened) {
        store = opened;
    }

    /** Has a change written with this turn's. Only where there is a store. */
    public void add(Change change) {
        Turn now = turn();
        now.changes.add(change);
        if (change.isPromised()) {
            now.promised = true;
            promised++;
        }
    }

    /** How many changes so far are promised, to tell whether there is a new one. */
    public int promises() {
        return promised;
    }

    private Turn turn() {
        assert loop.inLoop();
        Turn now = turn;
        if (now == null) {
            now = new Turn();
            turn = now;
            loop.postFlush();
        }
        return now;
    }

    /** Has something wait for all changes up to now. */
    public void hold(Promise promise) {
        Turn last = turn != null ? turn : committing.peekLast();
        if (last == null) {
            promise.kept();
        } else {
            last.promises.add(promise);
        }
    }

    /** Asks the store for something that this turn's changes may be part of, and so after they were given to it. */
    public void ask(Runnable question) {
        if (turn == null) {
            question.run();
        } else {
            questions.add(question);
        }
    }

    /** Gives this turn's changes to the store. */
    void handOver() {
        Turn now = turn;
        Store keeper = store;
        if (now != null && keeper != null) {
            turn = null;
            committing.add(now);
            keeper.append(now);
            questions.forEach(Runnable::run);
            questions.clear();
        }
    }

    private void release() {
        for (Turn first = committing.peek();
                first != null && first.committed;
                first = committing.peek()) {
            committing.remove();
            // By index, since what is sent may make further promises, though of later turns.
            for (int i = 0; i < first.promises.size(); i++) {
                first.promises.get(i).kept();
            }
        }
    }
}
