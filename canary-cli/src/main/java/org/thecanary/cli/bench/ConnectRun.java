// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.thecanary.cli.bench.Tally.Counts;
import org.thecanary.mqtt.packet.ProtocolVersion;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Connects, is let in, says goodbye, and again, some at a time; the latency is from the first SYN to the CONNACK. Owner:
 * confined to its creator; what is private below, the loop.
 */
final class ConnectRun {
    private final Target target;
    private final ProtocolVersion version;
    private final int atOnce;
    private final @Nullable BrokerProcess process;
    private final Consumer<String> progress;

    private final Tally tally = new Tally();
    private final CompletableFuture<Void> failure = new CompletableFuture<>();
    private boolean running = true;
    private int open;
    private long number;

    ConnectRun(
            Target target,
            ProtocolVersion version,
            int atOnce,
            @Nullable BrokerProcess process,
            Consumer<String> progress) {
        this.target = target;
        this.version = version;
        this.atOnce = atOnce;
        this.process = process;
        this.progress = progress;
    }

    /**
     * Carries it out.
     *
     * @throws BenchException if the broker refuses
     */
    LoadResult run(Duration warmup, Duration duration) throws InterruptedException {
        try (BenchLoop loop = new BenchLoop()) {
            loop.run(() -> {
                for (int i = 0; i < atOnce; i++) {
                    next(loop);
                }
            });
            watch(loop, warmup, "warming up");
            Duration ownBefore = LoadRun.ownCpu();
            Duration brokerBefore = process == null ? Duration.ZERO : process.cpu();
            Counts before = loop.ask(() -> {
                tally.measureFromHere();
                return tally.counts();
            });
            watch(loop, duration, "connect");
            Counts after = loop.ask(tally::counts);
            Histogram latency = loop.ask(tally::latencies);
            Duration brokerCpu = process == null ? null : process.cpu().minus(brokerBefore);
            Duration own = LoadRun.ownCpu().minus(ownBefore);
            long memory = process == null ? 0 : process.residentBytes().orElse(0);
            loop.run(() -> running = false);
            while (loop.ask(() -> open) > 0 && !failure.isDone()) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            return new LoadResult(
                    "connect",
                    target.name(),
                    after.secondsSince(before),
                    after.published() - before.published(),
                    0,
                    0,
                    0,
                    latency,
                    brokerCpu,
                    own,
                    memory);
        }
    }

    private void next(BenchLoop loop) {
        if (!running) {
            return;
        }
        String id = "canary-bench-" + ProcessHandle.current().pid() + "-c" + number++;
        BenchConnection connection = new BenchConnection(target, version, id);
        long begun = System.nanoTime();
        open++;
        connection.accepted.whenComplete((_, problem) -> {
            if (problem != null) {
                failure.completeExceptionally(problem);
                return;
            }
            tally.published++;
            tally.took(System.nanoTime() - begun);
            connection.disconnect();
        });
        connection.closed.whenComplete((_, _) -> {
            open--;
            // Not from within the end of the former one, or the stack would grow.
            loop.executor().execute(() -> next(loop));
        });
        loop.open(target, connection);
    }

    private void watch(BenchLoop loop, Duration length, String what) throws InterruptedException {
        long end = System.nanoTime() + length.toNanos();
        Counts last = loop.ask(tally::counts);
        while (System.nanoTime() < end) {
            TimeUnit.NANOSECONDS.sleep(
                    Math.clamp(end - System.nanoTime(), 1, TimeUnit.SECONDS.toNanos(1)));
            if (failure.isDone()) {
                LoadRun.await(failure, "connecting");
            }
            Counts now = loop.ask(tally::counts);
            Histogram took = loop.ask(tally::takeLatest);
            progress.accept(String.format(
                    Locale.ROOT,
                    "%s  %,.0f/s  p50 %s  p99 %s",
                    what,
                    (now.published() - last.published()) / now.secondsSince(last),
                    LoadResult.micros(took.getValueAtPercentile(50) / 1e3),
                    LoadResult.micros(took.getValueAtPercentile(99) / 1e3)));
            last = now;
        }
    }
}
