// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.ToDoubleFunction;

/**
 * The results of several brokers, round by round. What is compared are ratios within a round, since what else the
 * machine does moves both brokers of a round alike. Owner: confined to its creator.
 */
final class Comparison {
    private final Map<String, Map<String, List<LoadResult>>> loads = new LinkedHashMap<>();

    void add(LoadResult result) {
        loads.computeIfAbsent(result.scenario(), _ -> new LinkedHashMap<>())
                .computeIfAbsent(result.broker(), _ -> new ArrayList<>())
                .add(result);
    }

    /** A table in Markdown; × is the ratio to the first broker. */
    String table() {
        StringJoiner table = new StringJoiner("\n", "", "\n");
        table.add(
                "| load | broker | messages/s (min-max) | × | µs CPU a message | × | p50 | p99 |");
        table.add("|---|---|---|---|---|---|---|---|");
        loads.forEach((load, brokers) -> {
            List<LoadResult> first = brokers.values().iterator().next();
            brokers.forEach((broker, results) -> table.add(String.format(
                    Locale.ROOT,
                    "| %s | %s | %,.0f (%,.0f-%,.0f) | %s | %.2f | %s | %s | %s |",
                    load,
                    broker,
                    median(results, LoadResult::perSecond),
                    min(results),
                    max(results),
                    ratio(results, first, LoadResult::perSecond),
                    median(results, LoadResult::brokerMicros),
                    ratio(results, first, LoadResult::brokerMicros),
                    LoadResult.micros(median(results, result -> result.latencyMicros(50))),
                    LoadResult.micros(median(results, result -> result.latencyMicros(99))))));
        });
        return table.toString();
    }

    private static String ratio(
            List<LoadResult> results, List<LoadResult> first, ToDoubleFunction<LoadResult> figure) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(results.size(), first.size()); i++) {
            ratios.add(figure.applyAsDouble(results.get(i)) / figure.applyAsDouble(first.get(i)));
        }
        return String.format(Locale.ROOT, "%.2f", middle(ratios));
    }

    private static double median(List<LoadResult> results, ToDoubleFunction<LoadResult> figure) {
        return middle(results.stream().map(figure::applyAsDouble).toList());
    }

    private static double min(List<LoadResult> results) {
        return results.stream().mapToDouble(LoadResult::perSecond).min().orElseThrow();
    }

    private static double max(List<LoadResult> results) {
        return results.stream().mapToDouble(LoadResult::perSecond).max().orElseThrow();
    }

    /** The median; of an even number, the mean of the two in the middle. */
    static double middle(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(half)
                : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }
}
