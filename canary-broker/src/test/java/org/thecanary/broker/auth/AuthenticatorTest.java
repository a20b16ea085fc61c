// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.broker.auth.Authenticator.Verdict;
import org.thecanary.credentials.password.PasswordFile;
import org.thecanary.credentials.password.PasswordHash;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What does a client that comes again cost, and one that guesses? */
class AuthenticatorTest {
    @TempDir
    Path folder;

    private final Authenticator authenticator = new Authenticator();
    private PasswordFile users;

    @BeforeEach
    void oneUser() throws Exception {
        users = users("secret");
    }

    private PasswordFile users(String password) throws Exception {
        PasswordHash hash = PasswordHash.pbkdf2(password.getBytes(UTF_8), 1000, new SecureRandom());
        return PasswordFile.read(
                Files.writeString(folder.resolve("passwd"), "ann:" + hash.encoded() + "\n"));
    }

    private CompletableFuture<Verdict> ask(String user, String password) {
        CompletableFuture<Verdict> answer = new CompletableFuture<>();
        authenticator.verify(
                users, user, password.getBytes(UTF_8), "192.0.2.1", () -> true, answer::complete);
        return answer;
    }

    private Verdict verdict(String user, String password) throws Exception {
        return ask(user, password).get(20, TimeUnit.SECONDS);
    }

    /** What needs no hash is answered at once, by the thread that asks. */
    private boolean isHashed(String user, String password) throws Exception {
        CompletableFuture<Thread> answering = new CompletableFuture<>();
        authenticator.verify(
                users,
                user,
                password.getBytes(UTF_8),
                "192.0.2.1",
                () -> true,
                _ -> answering.complete(Thread.currentThread()));
        return answering.get(20, TimeUnit.SECONDS) != Thread.currentThread();
    }

    @Test
    void aPasswordThatWasRightOnceIsRightAtOnce() throws Exception {
        assertThat(isHashed("ann", "secret")).isTrue();

        assertThat(ask("ann", "secret")).isCompletedWithValue(Verdict.ACCEPTED);
        assertThat(isHashed("ann", "secret")).isFalse();
    }

    @Test
    void anotherPasswordIsNotTakenForTheOneThatWasRight() throws Exception {
        assertThat(verdict("ann", "secret")).isEqualTo(Verdict.ACCEPTED);

        assertThat(verdict("ann", "secreT")).isEqualTo(Verdict.REFUSED);
        assertThat(verdict("bob", "secret")).isEqualTo(Verdict.REFUSED);
        assertThat(verdict("ann", "")).isEqualTo(Verdict.REFUSED);
    }

    @Test
    void aPasswordThatWasChangedIsForgotten() throws Exception {
        assertThat(verdict("ann", "secret")).isEqualTo(Verdict.ACCEPTED);

        users = users("other");

        assertThat(verdict("ann", "secret")).isEqualTo(Verdict.REFUSED);
        assertThat(verdict("ann", "other")).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void aRightPasswordIsNotHeldBackByWrongOnes() throws Exception {
        assertThat(verdict("ann", "secret")).isEqualTo(Verdict.ACCEPTED);
        for (int i = 0; i < 3 * GuessingBrake.FREE; i++) {
            var _ = ask("ann", "guess " + i);
        }

        assertThat(ask("ann", "secret")).isCompletedWithValue(Verdict.ACCEPTED);
    }

    @Test
    void aClientThatHasGoneCostsNoHashAndIsNoGuesser() throws Exception {
        for (int i = 0; i < 3 * GuessingBrake.FREE; i++) {
            CompletableFuture<Verdict> answer = new CompletableFuture<>();
            authenticator.verify(
                    users,
                    "ann",
                    "secret".getBytes(UTF_8),
                    "192.0.2.1",
                    () -> false,
                    answer::complete);
            assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo(Verdict.REFUSED);
        }

        assertThat(isHashed("ann", "secret")).isTrue();
    }
}
