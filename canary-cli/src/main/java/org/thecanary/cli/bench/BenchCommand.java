// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import org.jspecify.annotations.Nullable;
import org.thecanary.cli.bench.Load.Shape;
import org.thecanary.cli.durability.DurabilityCommand;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

/** {@code canary bench}: the loads, one command each. */
@Command(
        name = "bench",
        description = "Load a broker, this one or another, and measure what it does.",
        subcommands = {
            BenchCommand.Connect.class,
            BenchCommand.Publish.class,
            BenchCommand.Subscribe.class,
            BenchCommand.Pairs.class,
            BenchCommand.FanOut.class,
            BenchCommand.Latency.class,
            CompareCommand.class,
            DurabilityCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  canary bench pairs -c 20 -q 1",
            "  canary bench fanout -c 200 -h broker.example.org -u sensor --pw-file sensor.credential",
            "  canary bench pairs -h broker.example.org -p 8884 --cafile ca.crt --cert a.crt --key a.key",
            "  canary bench latency -r 2000 --json",
            "  canary bench compare --broker mosquitto --broker canary",
            "",
            "Exit codes: 0 measured; 1 not, or messages were lost (QoS 1, 2), doubled or out of order.",
            "docs/guide/bench.md says what the figures mean."
        })
public final class BenchCommand implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    @Override
    public void run() {
        if (spec != null) {
            spec.commandLine().usage(System.out);
        }
    }

    @Command(name = "connect", description = "Connect, be let in and disconnect, over and over.")
    static final class Connect implements Callable<Integer> {
        @Mixin
        private BenchOptions options = new BenchOptions();

        @Option(
                names = {"-c", "--connections"},
                paramLabel = "N",
                defaultValue = "20",
                description = "At a time. Default: ${DEFAULT-VALUE}.")
        private int connections;

        @Override
        public Integer call() throws InterruptedException {
            options.check(connections >= 1, "-c is 1 or more");
            Target broker = options.target();
            return options.report(
                    false,
                    progress -> new ConnectRun(
                                    broker,
                                    options.version(),
                                    connections,
                                    options.process(broker),
                                    progress)
                            .run(options.warmup(), options.duration()));
        }
    }

    @Command(name = "pub", description = "Publish to topics that nobody hears.")
    static final class Publish implements Callable<Integer> {
        @Mixin
        private BenchOptions options = new BenchOptions();

        @Mixin
        private MessageOptions messages = new MessageOptions();

        @Option(
                names = {"-c", "--connections"},
                paramLabel = "N",
                defaultValue = "10",
                description = "Publishers. Default: ${DEFAULT-VALUE}.")
        private int connections;

        @Override
        public Integer call() throws InterruptedException {
            return run(
                    options,
                    messages,
                    "pub",
                    messages.load(options, Shape.PUBLISH, connections, 0));
        }
    }

    @Command(
            name = "sub",
            description = "Subscribe, and count what others publish to the topic filter of -t.")
    static final class Subscribe implements Callable<Integer> {
        @Mixin
        private BenchOptions options = new BenchOptions();

        @Mixin
        private MessageOptions messages = new MessageOptions();

        @Option(
                names = {"-c", "--connections"},
                paramLabel = "N",
                defaultValue = "1",
                description = "Subscribers. Default: ${DEFAULT-VALUE}.")
        private int connections;

        @Override
        public Integer call() throws InterruptedException {
            return run(
                    options,
                    messages,
                    "sub",
                    messages.load(options, Shape.SUBSCRIBE, 0, connections));
        }
    }

    @Command(name = "pairs", description = "Publishers, each with a subscriber of its own.")
    static final class Pairs implements Callable<Integer> {
        @Mixin
        private BenchOptions options = new BenchOptions();

        @Mixin
        private MessageOptions messages = new MessageOptions();

        @Option(
                names = {"-c", "--connections"},
                paramLabel = "N",
                defaultValue = "10",
                description = "Pairs. Default: ${DEFAULT-VALUE}.")
        private int pairs;

        @Override
        public Integer call() throws InterruptedException {
            return run(
                    options, messages, "pairs", messages.load(options, Shape.PAIRS, pairs, pairs));
        }
    }

    @Command(name = "fanout", description = "Subscribers that all hear the same publishers.")
    static final class FanOut implements Callable<Integer> {
        @Mixin
        private BenchOptions options = new BenchOptions();

        @Mixin
        private MessageOptions messages = new MessageOptions();

        @Option(
                names = {"-c", "--connections"},
                paramLabel = "N",
                defaultValue = "100",
                description = "Subscribers. Default: ${DEFAULT-VALUE}.")
        private int subscribers;

        @Option(
                names = "--publishers",
                paramLabel = "N",
                defaultValue = "1",
                description = "Publishers. Default: ${DEFAULT-VALUE}.")
        private int publishers;

        @Override
        public Integer call() throws InterruptedException {
            return run(
                    options,
                    messages,
                    "fanout",
                    messages.load(options, Shape.FAN_OUT, publishers, subscribers));
        }
    }

    @Command(
            name = "latency",
            description = "Pairs at a steady rate: how long does a message take?",
            footer = {
                "",
                "The time is from when a message was due, so a broker that halts is charged with all that waited."
            })
    static final class Latency implements Callable<Integer> {
        private static final double DEFAULT_RATE = 1000;

        @Mixin
        private BenchOptions options = new BenchOptions();

        @Mixin
        private MessageOptions messages = new MessageOptions();

        @Option(
                names = {"-c", "--connections"},
                paramLabel = "N",
                defaultValue = "10",
                description = "Pairs. Default: ${DEFAULT-VALUE}.")
        private int pairs;

        @Override
        public Integer call() throws InterruptedException {
            Load load = messages.load(options, Shape.PAIRS, pairs, pairs);
            return run(
                    options,
                    messages,
                    "latency",
                    load.perSecond() > 0
                            ? load
                            : messages.load(options, Shape.PAIRS, pairs, pairs, DEFAULT_RATE));
        }
    }

    private static int run(
            BenchOptions options, MessageOptions messages, String scenario, Load load)
            throws InterruptedException {
        Target broker = options.target();
        return options.report(
                messages.mayLose(),
                progress ->
                        new LoadRun(broker, load, options.process(broker), progress).run(scenario));
    }
}
