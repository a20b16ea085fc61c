// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import sun.misc.Signal;
import sun.misc.SignalHandler;

import java.lang.foreign.FunctionDescriptor;
import java.util.concurrent.CompletableFuture;

/** How a program that runs on and on comes to its end. */
final class Signals {

    private Signals() {}

    /** Runs a task on a thread of its own whenever this signal comes, such as "HUP"; one run at a time. */
    static void on(String signal, Runnable task) {
        SignalHandler handler = _ -> task.run();
        if (SignalHandler.SIG_IGN.equals(Signal.handle(new Signal(signal), handler))) {
            heed(new Signal(signal).getNumber());
            Signal.handle(new Signal(signal), handler);
        }
    }

    /**
     * Nohup ignores SIGHUP, a shell's script SIGINT for what runs in the background, and our launcher those that would end
     * a JVM that has just begun; the JVM leaves it at that where other programs do not. What takes the signal meanwhile
     * is a function that does nothing: the default action, which makes the JVM take the signal too, is to end.
     */
    private static void heed(int signal) {
        CLibrary.call(
                CLibrary.function("signal", FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS)),
                signal,
                CLibrary.address("abs"));
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
        on("INT", () -> System.exit(0));
        on("TERM", () -> System.exit(0));
        return end;
    }

    /** Takes {@link #closeAtEnd} back. */
    static void cancel(Thread end) {
        Runtime.getRuntime().removeShutdownHook(end);
    }
}
