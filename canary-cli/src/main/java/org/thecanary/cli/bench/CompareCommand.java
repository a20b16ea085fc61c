// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import org.jspecify.annotations.Nullable;
import org.thecanary.cli.bench.Load.Shape;
import org.thecanary.cli.mosquitto.QuietLogging;
import org.thecanary.cli.terminal.Terminal;
import org.thecanary.cli.text.JsonText;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/** {@code canary bench compare}. */
@Command(
        name = "compare",
        description = "Load several brokers side by side, and print a table.",
        footer = {
            "",
            "Examples:",
            "  canary bench compare",
            "  canary bench compare --broker mosquitto --broker canary --load pairs -q 1 --rounds 5",
            "  canary bench compare --broker here=localhost:1883 --broker there=192.0.2.7:1883",
            "",
            "Brokers take turns, round by round. × is the median of the rounds' ratios to the first broker."
        })
final class CompareCommand implements Callable<Integer> {
    private static final Set<String> LOADS = Set.of("pairs", "fanout", "latency", "connect");
    private static final int PAIRS = 10;
    private static final int SUBSCRIBERS = 100;
    private static final double LATENCY_RATE = 1000;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Mixin
    private MessageOptions messages = new MessageOptions();

    @Option(
            names = "--broker",
            paramLabel = "BROKER",
            description =
                    "canary or mosquitto, which are started for it, or NAME=HOST:PORT. Repeatable. Default: mosquitto and canary.")
    private List<String> brokers = List.of("mosquitto", "canary");

    @Option(
            names = "--load",
            paramLabel = "LOAD",
            split = ",",
            description = "pairs, fanout, latency or connect, comma between. Default: all of them.")
    private List<String> loads = List.of("pairs", "fanout", "latency", "connect");

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Default: ${DEFAULT-VALUE}.")
    private int rounds;

    /** A broker that takes part. */
    private record Competitor(
            Target target,
            @Nullable BrokerProcess process,
            @Nullable StartedBroker started) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        options.check(rounds >= 1, "--rounds is 1 or more");
        options.check(LOADS.containsAll(loads), "--load is one of pairs, fanout, latency, connect");
        QuietLogging.install();
        Terminal terminal = Terminal.overStderr();
        List<Competitor> competitors = new ArrayList<>();
        try {
            for (String broker : brokers) {
                competitors.add(competitor(broker));
            }
            compare(competitors, terminal);
            return 0;
        } catch (BenchException e) {
            System.err.println("Error: " + e.getMessage() + ".");
            return 1;
        } finally {
            if (terminal != null) {
                terminal.show("");
            }
            for (Competitor competitor : competitors) {
                if (competitor.started() != null) {
                    competitor.started().close();
                }
            }
        }
    }

    private Competitor competitor(String broker) throws IOException, InterruptedException {
        StartedBroker started = switch (broker) {
            case "canary" -> StartedBroker.canary();
            case "mosquitto" -> StartedBroker.mosquitto();
            default -> null;
        };
        if (started != null) {
            return new Competitor(
                    new Target(broker, "127.0.0.1", started.port(), null, null, null, false),
                    started.process(),
                    started);
        }
        int equals = broker.indexOf('=');
        int colon = broker.lastIndexOf(':');
        options.check(
                equals > 0 && colon > equals + 1 && broker.substring(colon + 1).matches("\\d{1,5}"),
                "--broker " + broker + " is neither canary, mosquitto nor NAME=HOST:PORT");
        Target target = options.target(
                broker.substring(0, equals),
                broker.substring(equals + 1, colon),
                Integer.parseInt(broker.substring(colon + 1)));
        return new Competitor(
                target, BrokerProcess.listeningOn(target.host(), target.port()).orElse(null), null);
    }

    private void compare(List<Competitor> competitors, @Nullable Terminal terminal)
            throws InterruptedException {
        Comparison comparison = new Comparison();
        for (String load : loads) {
            for (int round = 1; round <= rounds; round++) {
                for (Competitor competitor : competitors) {
                    String where = load + ", round " + round + ", " + competitor.target() + ": ";
                    LoadResult result = run(load, competitor, line -> {
                        if (terminal != null) {
                            terminal.show(where + line);
                        }
                    });
                    comparison.add(result);
                    if (options.json()) {
                        System.out.println(JsonText.of(result.asMap()));
                    }
                }
            }
        }
        if (!options.json()) {
            System.out.print(comparison.table());
        }
    }

    private LoadResult run(
            String load, Competitor competitor, java.util.function.Consumer<String> progress)
            throws InterruptedException {
        Target target = competitor.target();
        if (load.equals("connect")) {
            return new ConnectRun(target, options.version(), PAIRS, competitor.process(), progress)
                    .run(options.warmup(), options.duration());
        }
        Load wanted = switch (load) {
            case "fanout" -> messages.load(options, Shape.FAN_OUT, 1, SUBSCRIBERS);
            case "latency" -> messages.load(options, Shape.PAIRS, PAIRS, PAIRS, LATENCY_RATE);
            default -> messages.load(options, Shape.PAIRS, PAIRS, PAIRS);
        };
        LoadResult result = new LoadRun(target, wanted, competitor.process(), progress).run(load);
        if (!result.sound(messages.mayLose())) {
            throw new BenchException(target + " lost, doubled or misplaced messages of " + load
                    + ": " + result.missing() + " missing, " + result.misplaced() + " misplaced");
        }
        return result;
    }
}
