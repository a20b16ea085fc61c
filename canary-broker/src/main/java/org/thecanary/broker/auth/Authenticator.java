// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.password.PasswordFile;
import org.thecanary.credentials.password.PasswordHash;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Checks user names and passwords, away from the loops and never too many at once: a hash costs milliseconds of CPU and,
 * for argon2id, 46 MiB of memory.
 *
 * <p>Any thread.
 */
public final class Authenticator {
    private final Executor threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore running =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors()));
    /** Those who guess share one of the places. */
    private final Semaphore guessing = new Semaphore(1, true);

    private final AcceptedPasswords accepted = new AcceptedPasswords();
    private final GuessingBrake brake = new GuessingBrake();

    /** What became of the attempt. */
    public enum Verdict {
        /** The password is right. */
        ACCEPTED,
        /** It is not, or the user is unknown: the client is not told which. */
        REFUSED
    }

    /**
     * Verifies a password.
     *
     * @param password null: the client sent none, which is refused, as an empty one is
     * @param address of the client, without its port
     * @param answer called on any thread, or at once
     */
    public void verify(
            PasswordFile users,
            String username,
            byte @Nullable [] password,
            String address,
            Consumer<Verdict> answer) {
        if (password == null || password.length == 0) {
            answer.accept(Verdict.REFUSED);
            return;
        }
        PasswordHash line = users.find(username).orElse(null);
        if (line != null && accepted.knows(line, password)) {
            answer.accept(Verdict.ACCEPTED);
            return;
        }
        threads.execute(() -> {
            boolean right = brake.holds(address, username, now())
                    ? inTurn(guessing, () -> isRight(users, username, line, password))
                    : isRight(users, username, line, password);
            if (!right) {
                pause(brake.failed(address, username, now()));
            }
            answer.accept(right ? Verdict.ACCEPTED : Verdict.REFUSED);
        });
    }

    private boolean isRight(
            PasswordFile users, String username, @Nullable PasswordHash line, byte[] password) {
        return inTurn(running, () -> {
            // Another client of the same user may have been first.
            boolean right = (line != null && accepted.knows(line, password))
                    || users.verify(username, password);
            if (right && line != null) {
                accepted.remember(line, password);
            }
            return right;
        });
    }

    private static boolean inTurn(Semaphore places, BooleanSupplier work) {
        places.acquireUninterruptibly();
        try {
            return work.getAsBoolean();
        } finally {
            places.release();
        }
    }

    private static long now() {
        return System.nanoTime() / 1_000_000;
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
