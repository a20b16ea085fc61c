// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.thecanary.cli.bench.Tally.Counts;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * One load on one broker, from the first connection to the last: connect, subscribe, warm up, measure, wait for what is
 * still on its way, and look whether all of it came. Owner: confined to its creator.
 */
final class LoadRun {
    private static final int CONNECTING_AT_ONCE = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration SILENCE = Duration.ofSeconds(5);
    private static final Duration TICK = Duration.ofSeconds(1);

    private final Target target;
    private final Load load;
    private final @Nullable BrokerProcess process;
    private final Consumer<String> progress;
    private final Tally tally = new Tally();
    private final List<Publisher> publishers = new ArrayList<>();
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final List<Window> windows = new ArrayList<>();
    private @Nullable Pacer pacer;

    /**
     * A run that is still to come.
     *
     * @param process null where the broker's CPU is not to be seen
     * @param progress takes a line each second
     */
    LoadRun(Target target, Load load, @Nullable BrokerProcess process, Consumer<String> progress) {
        this.target = target;
        this.load = load;
        this.process = process;
        this.progress = progress;
    }

    /**
     * Carries it out.
     *
     * @throws BenchException if the broker refuses or ends it
     */
    LoadResult run(String scenario) throws InterruptedException {
        try (BenchLoop loop = new BenchLoop()) {
            make();
            connect(loop, subscribers);
            for (Subscriber subscriber : subscribers) {
                loop.run(subscriber::subscribe);
                await(subscriber.subscribed, "subscribing");
            }
            connect(loop, publishers);
            loop.run(() -> start(loop));
            watch(loop, load.warmup(), "warming up");
            Duration ownBefore = ownCpu();
            Duration brokerBefore = process == null ? null : process.cpu();
            Counts before = loop.ask(() -> {
                tally.measureFromHere();
                return tally.counts();
            });
            watch(loop, load.duration(), scenario);
            if (load.shape() == Load.Shape.PUBLISH) {
                // What lies in a socket is not published yet.
                loop.run(this::stop);
                settle(loop);
            }
            Counts after = loop.ask(tally::counts);
            Duration brokerCpu = process == null || brokerBefore == null
                    ? null
                    : process.cpu().minus(brokerBefore);
            Duration own = ownCpu().minus(ownBefore);
            Histogram latency = loop.ask(tally::latencies);
            long memory = process == null ? 0 : process.residentBytes().orElse(0);
            loop.run(this::stop);
            settle(loop);
            Counts end = loop.ask(tally::counts);
            goodbye(loop);
            return new LoadResult(
                    scenario,
                    target.name(),
                    after.secondsSince(before),
                    after.published() - before.published(),
                    after.received() - before.received(),
                    load.copies() == 0
                            ? 0
                            : Math.max(0, end.published() * load.copies() - end.received()),
                    end.misplaced(),
                    latency,
                    brokerCpu,
                    own,
                    memory);
        }
    }

    private void make() {
        String id = "canary-bench-" + ProcessHandle.current().pid() + "-";
        Window all = new Window(load.copies(), (long) load.window() * Math.max(1, load.copies()));
        for (int i = 0; i < Math.max(load.publishers(), load.subscribers()); i++) {
            boolean pair = load.shape() == Load.Shape.PAIRS;
            Window window = pair ? new Window(1, load.window()) : all;
            if (pair || i == 0) {
                windows.add(window);
            }
            if (i < load.publishers()) {
                publishers.add(new Publisher(target, load, i, window, tally, id + "p" + i));
            }
            if (i < load.subscribers()) {
                subscribers.add(new Subscriber(target, load, i, window, tally, id + "s" + i));
            }
        }
    }

    private void connect(BenchLoop loop, List<? extends BenchConnection> connections)
            throws InterruptedException {
        for (int i = 0; i < connections.size(); i += CONNECTING_AT_ONCE) {
            List<? extends BenchConnection> some =
                    connections.subList(i, Math.min(connections.size(), i + CONNECTING_AT_ONCE));
            some.forEach(connection -> loop.open(target, connection));
            for (BenchConnection connection : some) {
                await(connection.accepted, "connecting");
            }
        }
    }

    private void start(BenchLoop loop) {
        publishers.forEach(Publisher::start);
        if (load.perSecond() > 0) {
            pacer = new Pacer(loop.executor(), publishers, load.perSecond());
            pacer.start();
        }
    }

    private void stop() {
        if (pacer != null) {
            pacer.stop();
        }
        publishers.forEach(Publisher::stop);
    }

    /** Waits, with a line each second; ends at once where a connection does. */
    private void watch(BenchLoop loop, Duration length, String what) throws InterruptedException {
        long end = System.nanoTime() + length.toNanos();
        Counts last = loop.ask(tally::counts);
        long left = length.toNanos();
        while (left > 0) {
            TimeUnit.NANOSECONDS.sleep(Math.min(left, TICK.toNanos()));
            checkConnections();
            Counts now = loop.ask(tally::counts);
            progress.accept(line(what, last, now, loop.ask(tally::takeLatest), end));
            last = now;
            left = end - System.nanoTime();
        }
    }

    private static String line(String what, Counts last, Counts now, Histogram latency, long end) {
        double seconds = now.secondsSince(last);
        String rates = String.format(
                Locale.ROOT,
                "%s  %,.0f/s published  %,.0f/s received",
                what,
                (now.published() - last.published()) / seconds,
                (now.received() - last.received()) / seconds);
        String took = latency.getTotalCount() == 0
                ? ""
                : "  p50 " + LoadResult.micros(latency.getValueAtPercentile(50) / 1e3) + "  p99 "
                        + LoadResult.micros(latency.getValueAtPercentile(99) / 1e3);
        long left = Math.max(0, Math.round((end - now.nanos()) / 1e9));
        return rates + took + "  " + left + " s left";
    }

    private void checkConnections() {
        for (List<? extends BenchConnection> some : List.of(publishers, subscribers)) {
            for (BenchConnection connection : some) {
                if (connection.closed.isCompletedExceptionally()) {
                    await(connection.closed, "");
                }
                if (connection.closed.isDone()) {
                    throw new BenchException(target + " closed a connection");
                }
            }
        }
    }

    /** Until nothing is on its way any more, or nothing has come for a while. */
    private void settle(BenchLoop loop) throws InterruptedException {
        Counts last = loop.ask(tally::counts);
        long quietSince = System.nanoTime();
        while (loop.ask(this::underway) && System.nanoTime() - quietSince < SILENCE.toNanos()) {
            TimeUnit.MILLISECONDS.sleep(5);
            Counts now = loop.ask(tally::counts);
            if (now.received() != last.received() || now.acknowledged() != last.acknowledged()) {
                quietSince = System.nanoTime();
                last = now;
            }
        }
        for (Publisher publisher : publishers) {
            await(loop.ask(publisher::ping), "waiting for a PINGRESP");
        }
    }

    private boolean underway() {
        return windows.stream().anyMatch(window -> window.underway() > 0)
                || publishers.stream().anyMatch(publisher -> publisher.unacknowledged() > 0);
    }

    private void goodbye(BenchLoop loop) {
        List<BenchConnection> all = new ArrayList<>(publishers);
        all.addAll(subscribers);
        loop.run(() -> all.forEach(BenchConnection::disconnect));
        for (BenchConnection connection : all) {
            await(connection.closed, "disconnecting");
        }
    }

    static <T> T await(CompletableFuture<T> future, String what) {
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof BenchException known
                    ? known
                    : new BenchException(String.valueOf(e.getCause()));
        } catch (TimeoutException e) {
            throw new BenchException(
                    "no answer while " + what + " for " + PATIENCE.toSeconds() + " seconds");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted while " + what);
        }
    }

    static Duration ownCpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }
}
