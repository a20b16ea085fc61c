// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.LogType;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One place that log lines go to, behind a queue and with a thread of its own: a pipe that nobody reads, or a disk that
 * hangs, holds up neither a loop nor the other places. Lines that find the queue full, or cannot be written, are lost, and a
 * line says how many were.
 *
 * <p>Any thread.
 */
final class LogSink implements AutoCloseable {
    private static final int MOST_WAITING = 10_000;
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final Target target;
    private final BlockingQueue<Line> queue;
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong waiting = new AtomicLong();
    private final Thread writer;
    /** Why lines were not written since the last that was; the writer's. */
    private @Nullable IOException trouble;

    private volatile boolean closed;

    /** A line as it is to be written, without its end. */
    record Line(LogType type, String text) {}

    /** What lines are written to. One thread. */
    interface Target {
        /** May block. */
        void write(Line line) throws IOException;

        /** What was written is to be seen. */
        default void flush() throws IOException {}

        default void close() throws IOException {}
    }

    LogSink(String name, Target target) {
        this(name, target, MOST_WAITING);
    }

    LogSink(String name, Target target, int mostWaiting) {
        this.target = target;
        this.queue = new ArrayBlockingQueue<>(mostWaiting);
        // Not a virtual thread: a write that blocks would hold the carrier of others.
        this.writer = Thread.ofPlatform().daemon().name("log-" + name).unstarted(this::run);
        writer.start();
    }

    /** Has a line written soon; never blocks. */
    void offer(Line line) {
        waiting.incrementAndGet();
        if (!queue.offer(line)) {
            waiting.decrementAndGet();
            lost.incrementAndGet();
        }
    }

    private void run() {
        try {
            while (!closed || !queue.isEmpty()) {
                Line line = queue.take();
                quietly(() -> write(line));
                if (queue.isEmpty()) {
                    quietly(target::flush);
                }
                waiting.decrementAndGet();
            }
        } catch (InterruptedException e) {
            // closed while there was nothing to do
        }
        var _ = Thread.interrupted(); // or a file would be closed before its last lines are written
        quietly(target::close);
    }

    private void write(Line line) throws IOException {
        long missing = 1; // this one, unless it can be written
        try {
            target.write(line);
            missing = lost.getAndSet(0);
            if (missing > 0) {
                target.write(new Line(
                        LogType.WARNING, missing + " log lines were lost here: " + why() + "."));
                trouble = null;
            }
        } catch (IOException e) {
            lost.addAndGet(missing);
            trouble = e;
            throw e;
        }
    }

    private String why() {
        return trouble == null
                ? "they came faster than they were taken"
                : Objects.requireNonNullElse(trouble.getMessage(), trouble.toString());
    }

    private interface Writing {
        void run() throws IOException;
    }

    /** There is nowhere to complain to. */
    private static void quietly(Writing writing) {
        try {
            writing.run();
        } catch (IOException e) {
            // a full disk, a closed pipe: the broker goes on
        }
    }

    /** Waits a moment for what was offered to be written. */
    void flush() {
        long deadline = System.nanoTime() + LAST_WORDS.toNanos();
        try {
            while (waiting.get() > 0 && System.nanoTime() < deadline) {
                Thread.sleep(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes what waits, unless that takes too long. */
    @Override
    public void close() {
        flush();
        closed = true;
        writer.interrupt();
        try {
            writer.join(LAST_WORDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
