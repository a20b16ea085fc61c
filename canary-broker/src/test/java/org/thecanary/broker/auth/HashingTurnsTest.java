// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.thecanary.broker.auth.HashingTurns.Asker;
import org.thecanary.broker.auth.HashingTurns.Attempt;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;

/** Who waits behind whom? */
class HashingTurnsTest {
    private static final String RIGHT = "right";

    private final Set<Asker> guessers = new HashSet<>();
    private final Set<String> gone = new HashSet<>();
    /** "hash NAME", "accept NAME" and "refuse NAME", as they come. */
    private final List<String> log = new ArrayList<>();

    /** What a thread would do next. */
    private final Queue<Runnable> threads = new ArrayDeque<>();

    private HashingTurns turns = new HashingTurns(1, guessers::contains, threads::add);

    private final class Shown implements Attempt {
        private final Asker asker;
        private final boolean isUser;
        private final String password;
        private boolean right;

        Shown(String address, String username, boolean isUser, String password) {
            asker = new Asker(address, username);
            this.isUser = isUser;
            this.password = password;
        }

        @Override
        public Asker asker() {
            return asker;
        }

        @Override
        public boolean mayBeRight() {
            return isUser;
        }

        @Override
        public boolean isOpen() {
            return !right && !gone.contains(asker.username());
        }

        @Override
        public void hash() {
            log.add("hash " + asker.username());
            right = password.equals(RIGHT);
            if (right) {
                log.add("accept " + asker.username());
            }
        }

        @Override
        public void end() {
            if (!right) {
                log.add("refuse " + asker.username());
            }
        }
    }

    private void user(String address, String username, String password) {
        turns.join(new Shown(address, username, true, password));
    }

    private void wrong(int times, String address, String username) {
        for (int i = 0; i < times; i++) {
            user(address, username, "wrong");
        }
    }

    private void unknown(String address, String username) {
        turns.join(new Shown(address, username, false, "wrong"));
    }

    private void held(String address, String... usernames) {
        for (String username : usernames) {
            guessers.add(new Asker(address, username));
        }
    }

    /** The one place is taken until the rows have been joined. */
    private void first() {
        user("192.0.2.99", "first", RIGHT);
    }

    /** All are held, and their place is taken until the row has been joined. */
    private void firstOfHeld() {
        turns = new HashingTurns(2, _ -> true, threads::add);
        first();
    }

    private List<String> logged() {
        for (Runnable next = threads.poll(); next != null; next = threads.poll()) {
            next.run();
        }
        assertThat(log).startsWith("hash first", "accept first");
        return log.subList(2, log.size());
    }

    private List<String> refused() {
        return logged().stream()
                .filter(line -> line.startsWith("refuse "))
                .map(line -> line.substring("refuse ".length()))
                .toList();
    }

    @Test
    void anAddressWaitsBehindOneAttemptOfEachOther() {
        first();
        wrong(50, "192.0.2.1", "guesser");
        wrong(1, "192.0.2.2", "ann");

        assertThat(refused()).hasSize(51).startsWith("guesser", "ann");
    }

    @Test
    void aUserBehindTheSameAddressWaitsBehindOneAttemptOfEachOther() {
        first();
        wrong(50, "192.0.2.1", "guesser");
        wrong(50, "192.0.2.1", "another");
        wrong(1, "192.0.2.1", "ann");

        assertThat(refused()).hasSize(101).startsWith("guesser", "another", "ann");
    }

    @Test
    void thoseWhoAreHeldHaveEverySecondTurnTogether() {
        held("192.0.2.1", "guesser");
        held("192.0.2.2", "another");
        first();
        wrong(2, "192.0.2.1", "guesser");
        wrong(2, "192.0.2.2", "another");
        wrong(2, "192.0.2.3", "ann");
        wrong(2, "192.0.2.4", "bob");

        assertThat(refused())
                .containsExactly(
                        "guesser", "ann", "another", "bob", "guesser", "ann", "another", "bob");
    }

    @Test
    void thoseWhoAreHeldLeaveAPlaceFree() {
        turns = new HashingTurns(2, guessers::contains, threads::add);
        held("192.0.2.1", "guesser");
        wrong(2, "192.0.2.1", "guesser");
        assertThat(threads).hasSize(1);

        wrong(1, "192.0.2.2", "ann");

        assertThat(threads).hasSize(2);
    }

    @Test
    void aRightPasswordWaitsForNobodyWhoCannotBeRight() {
        firstOfHeld();
        unknown("192.0.2.1", "x");
        unknown("192.0.2.1", "y");
        unknown("192.0.2.1", "z");
        user("192.0.2.1", "ann", RIGHT);

        assertThat(logged())
                .containsExactly(
                        "hash ann",
                        "accept ann",
                        "refuse x",
                        "hash y",
                        "refuse y",
                        "hash z",
                        "refuse z");
    }

    @Test
    void refusalsComeInTurnAndEachAfterOneHashMoreWhoeverIsAUser() {
        firstOfHeld();
        unknown("192.0.2.1", "x");
        wrong(1, "192.0.2.1", "ann");
        unknown("192.0.2.1", "y");
        wrong(1, "192.0.2.1", "bob");

        assertThat(logged())
                .containsExactly(
                        "hash ann",
                        "refuse x",
                        "hash bob",
                        "refuse ann",
                        "hash y",
                        "refuse y",
                        "hash bob",
                        "refuse bob");
    }

    @Test
    void nobodyIsRefusedBeforeHisHashIsKnown() {
        firstOfHeld();
        // Without x ann would come before bob.
        unknown("192.0.2.1", "x");
        wrong(1, "192.0.2.1", "ann");
        user("192.0.2.2", "bob", RIGHT);
        unknown("192.0.2.3", "y");

        assertThat(logged())
                .containsExactly(
                        "hash ann",
                        "refuse x",
                        "hash bob",
                        "accept bob",
                        "hash y",
                        "refuse y",
                        "hash ann",
                        "refuse ann");
    }

    @Test
    void aClientThatHasGoneIsNotHashed() {
        firstOfHeld();
        unknown("192.0.2.1", "x");
        wrong(1, "192.0.2.1", "ann");
        wrong(1, "192.0.2.1", "bob");
        wrong(1, "192.0.2.2", "carl");
        gone.addAll(List.of("ann", "carl"));

        assertThat(logged())
                .containsExactlyInAnyOrder(
                        "hash bob",
                        "refuse x",
                        "refuse carl",
                        "refuse ann",
                        "hash bob",
                        "refuse bob");
    }
}
