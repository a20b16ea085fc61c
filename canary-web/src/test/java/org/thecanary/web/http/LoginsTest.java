// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.web.history.Database;
import org.thecanary.web.history.LoginTable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How often may a password be guessed? */
final class LoginsTest {
    private static final long NOW = 1_795_000_000_000L;

    @TempDir
    Path folder;

    @Test
    void whoAsksManyTimesAtOnceGuessesNoMoreOften() throws Exception {
        People.put(folder, "olga", "operators word", Role.OPERATOR);
        List<Integer> answers = new ArrayList<>();
        try (Database database = Database.sqlite(folder.resolve("history.db"));
                ExecutorService guessers = Executors.newVirtualThreadPerTaskExecutor()) {
            var logins = new Logins(new People(folder), new LoginTable(database));
            List<Callable<Integer>> guesses = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                String guess = "guess " + i;
                guesses.add(() -> statusOf(logins, guess));
            }
            for (Future<Integer> answer : guessers.invokeAll(guesses)) {
                answers.add(answer.get());
            }
        }

        // One more may be under way when the fifth is counted: two are verified at a time.
        assertThat(answers.stream().filter(status -> status == 401).count()).isBetween(5L, 6L);
        assertThat(answers.stream().filter(status -> status == 429).count()).isBetween(34L, 35L);
    }

    @Test
    void aLoginEndsWithThePasswordItWasFor() throws Exception {
        People.put(folder, "olga", "operators word", Role.OPERATOR);
        People.put(folder, "vera", "viewers word", Role.VIEWER);
        try (Database database = Database.sqlite(folder.resolve("history.db"))) {
            var logins = new Logins(new People(folder), new LoginTable(database));
            String olga = logins.logIn("olga", "operators word", "192.0.2.1", NOW);
            String vera = logins.logIn("vera", "viewers word", "192.0.2.2", NOW);
            assertThat(logins.session(olga, NOW)).map(Logins.Session::role).hasValue(Role.OPERATOR);

            People.put(folder, "olga", "another word altogether", Role.OPERATOR);

            var later = new Logins(new People(folder), new LoginTable(database));
            later.recall(NOW);
            for (Logins each : List.of(logins, later)) {
                assertThat(each.session(olga, NOW)).isEmpty();
                assertThat(each.session(vera, NOW)).map(Logins.Session::name).hasValue("vera");
                assertThat(each.session(vera.substring(0, 43) + olga.substring(43), NOW))
                        .isEmpty();
            }
        }
    }

    private static int statusOf(Logins logins, String guess) {
        try {
            var _ = logins.logIn("olga", guess, "192.0.2.1", NOW);
            return 200;
        } catch (Refusal refusal) {
            return refusal.status();
        }
    }
}
