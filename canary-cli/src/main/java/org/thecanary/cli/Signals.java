// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import sun.misc.Signal;

import java.util.concurrent.CompletableFuture;

/** How a program that runs on and on comes to its end. */
final class Signals {

    private Signals() {}

    /** Runs a task on a thread of its own whenever this signal comes, such as "HUP"; one run at a time. */
    static void on(String signal, Runnable task) {
        Signal.handle(new Signal(signal), _ -> task.run());
    }

    /**
     * From now on SIGTERM and SIGINT close and end the program with 0, where the JVM left alone would say 143 and 130;
     * so does {@link System#exit}, which ends it with the code in {@code ended}.
     *
     * @param ended completes with an exit code where the program ends by itself
     * @return for {@link #cancel}
     */
    static Thread closeAtEnd(CompletableFuture<Integer> ended, Runnable close) {
        Thread end = new Thread(() -> {
            try {
                close.run();
            } finally {
                Runtime.getRuntime().halt(ended.getNow(0));
            }
        });
        Runtime.getRuntime().addShutdownHook(end);
        return end;
    }

    /** Takes {@link #closeAtEnd} back. */
    static void cancel(Thread end) {
        Runtime.getRuntime().removeShutdownHook(end);
    }
}
