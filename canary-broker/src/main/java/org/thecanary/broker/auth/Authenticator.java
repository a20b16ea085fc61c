// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.password.PasswordFile;

import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
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
     * @param answer called on any thread, or at once
     */
    public void verify(
            PasswordFile users,
            String username,
            byte @Nullable [] password,
            Consumer<Verdict> answer) {
        if (password == null || password.length == 0) {
            answer.accept(Verdict.REFUSED);
            return;
        }
        threads.execute(() -> {
            running.acquireUninterruptibly();
            boolean right;
            try {
                right = users.verify(username, password);
            } finally {
                running.release();
            }
            answer.accept(right ? Verdict.ACCEPTED : Verdict.REFUSED);
        });
    }
}
