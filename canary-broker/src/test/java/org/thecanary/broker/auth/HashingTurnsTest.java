// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.thecanary.broker.auth.HashingTurns.Asker;
import org.thecanary.broker.auth.HashingTurns.Turn;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Who waits behind whom? */
class HashingTurnsTest {
    private final Set<Asker> guessers = new HashSet<>();
    private final List<String> done = new CopyOnWriteArrayList<>();
    private CompletableFuture<Void> all = CompletableFuture.completedFuture(null);

    /** One place, which is taken until the rows have been joined. */
    private final HashingTurns turns = new HashingTurns(1, guessers::contains);

    private final Turn first = turns.ask(new Asker("192.0.2.99", "first"));

    private void ask(int times, String address, String username) {
        for (int i = 0; i < times; i++) {
            Turn turn = turns.ask(new Asker(address, username));
            all = CompletableFuture.allOf(
                    all,
                    CompletableFuture.runAsync(
                            () -> turn.use(() -> done.add(username)), Thread::startVirtualThread));
        }
    }

    private List<String> order() throws Exception {
        var _ = first.use(() -> true);
        all.get(20, TimeUnit.SECONDS);
        return done;
    }

    @Test
    void anAddressWaitsBehindOneAttemptOfEachOther() throws Exception {
        ask(50, "192.0.2.1", "guesser");
        ask(1, "192.0.2.2", "ann");

        assertThat(order()).hasSize(51).startsWith("guesser", "ann");
    }

    @Test
    void aUserBehindTheSameAddressWaitsBehindOneAttemptOfEachOther() throws Exception {
        ask(50, "192.0.2.1", "guesser");
        ask(50, "192.0.2.1", "another");
        ask(1, "192.0.2.1", "ann");

        assertThat(order()).hasSize(101).startsWith("guesser", "another", "ann");
    }

    @Test
    void thoseWhoAreHeldHaveEverySecondTurnTogether() throws Exception {
        guessers.add(new Asker("192.0.2.1", "guesser"));
        guessers.add(new Asker("192.0.2.2", "another"));
        ask(2, "192.0.2.1", "guesser");
        ask(2, "192.0.2.2", "another");
        ask(2, "192.0.2.3", "ann");
        ask(2, "192.0.2.4", "bob");

        assertThat(order())
                .containsExactly(
                        "guesser", "ann", "another", "bob", "guesser", "ann", "another", "bob");
    }

    @Test
    void thoseWhoAreHeldLeaveAPlaceFree() {
        HashingTurns two = new HashingTurns(2, guessers::contains);
        Asker guesser = new Asker("192.0.2.1", "guesser");
        guessers.add(guesser);
        Turn runs = two.ask(guesser);
        Turn waits = two.ask(guesser);
        Turn ann = two.ask(new Asker("192.0.2.2", "ann"));

        assertThat(runs.isCalled()).isTrue();
        assertThat(waits.isCalled()).isFalse();
        assertThat(ann.isCalled()).isTrue();
    }
}
