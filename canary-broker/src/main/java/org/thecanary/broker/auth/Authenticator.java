// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.auth.HashingTurns.Asker;
import org.thecanary.credentials.password.PasswordFile;
import org.thecanary.credentials.password.PasswordHash;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
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
    private final AcceptedPasswords accepted = new AcceptedPasswords();
    private final GuessingBrake brake = new GuessingBrake();
    private final HashingTurns turns;

    /** As many passwords are hashed at a time as there are cores. */
    public Authenticator() {
        this(Math.max(1, Runtime.getRuntime().availableProcessors()));
    }

    Authenticator(int places) {
        turns = new HashingTurns(
                places, asker -> brake.holds(asker.address(), asker.username(), now()), threads);
    }

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
     * @param isThere whether the client still waits for the answer; asked on any thread
     * @param answer called on any thread, or at once
     */
    public void verify(
            PasswordFile users,
            String username,
            byte @Nullable [] password,
            String address,
            BooleanSupplier isThere,
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
        turns.join(new HashingTurns.Attempt() {
            private volatile boolean right;

            @Override
            public Asker asker() {
                return new Asker(GuessingBrake.network(address), username);
            }

            @Override
            public boolean mayBeRight() {
                return line != null;
            }

            @Override
            public boolean isOpen() {
                return !right && isThere.getAsBoolean();
            }

            @Override
            public void hash() {
                // Another client of the same user may have been first.
                right = (line != null && accepted.knows(line, password))
                        || users.verify(username, password);
                if (right && line != null) {
                    accepted.remember(line, password);
                    answer.accept(Verdict.ACCEPTED);
                }
            }

            @Override
            public void end() {
                if (!right) {
                    refuse(
                            isOpen() ? brake.failed(address, username, now()) : Duration.ZERO,
                            answer);
                }
            }
        });
    }

    private void refuse(Duration pause, Consumer<Verdict> answer) {
        threads.execute(() -> {
            pause(pause);
            answer.accept(Verdict.REFUSED);
        });
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
