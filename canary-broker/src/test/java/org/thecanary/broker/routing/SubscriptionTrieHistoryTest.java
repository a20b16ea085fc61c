// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import static org.junit.jupiter.api.Assertions.fail;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Does the trie find what the plain matcher finds, after any history? Each failure names its seed. */
class SubscriptionTrieHistoryTest {
    private static final List<String> LEVELS = List.of("", "a", "b", "$c", "d", "é", "a b");

    /** What histories are about. */
    private enum Shape {
        DEEP,
        WIDE,
        CROWDED
    }

    private sealed interface Step {
        record Put(TopicFilter filter, String owner) implements Step {}

        record Remove(TopicFilter filter, String owner) implements Step {}

        record Match(TopicName topic) implements Step {}
    }

    @Test
    void anyHistoryMatchesAsThePlainMatcher() {
        for (int round = 0; round < 300; round++) {
            long seed = new Random(round).nextLong();
            List<Step> history = history(new Random(seed), 400);
            String wrong = play(history);
            if (wrong != null) {
                List<Step> least = shrink(history);
                fail("seed " + seed + ": " + play(least) + " after " + least);
            }
        }
    }

    private static List<Step> history(Random random, int steps) {
        List<Step> history = new ArrayList<>();
        Shape shape = Shape.values()[random.nextInt(3)];
        for (int i = 0; i < steps; i++) {
            String owner = "owner" + random.nextInt(shape == Shape.CROWDED ? 90 : 4);
            switch (random.nextInt(4)) {
                case 0, 1 -> history.add(new Step.Put(filter(random, shape), owner));
                case 2 -> history.add(new Step.Remove(filter(random, shape), owner));
                default -> history.add(new Step.Match(topic(random, shape)));
            }
        }
        return history;
    }

    private static TopicFilter filter(Random random, Shape shape) {
        List<String> levels = new ArrayList<>();
        int depth = 1 + random.nextInt(shape == Shape.DEEP ? 4 : 2);
        for (int i = 0; i < depth; i++) {
            levels.add(random.nextInt(4) == 0 ? "+" : level(random, shape));
        }
        if (random.nextInt(5) == 0) {
            levels.set(depth - 1, "#");
        }
        String text = String.join("/", levels);
        return TopicFilter.of(text.isEmpty() ? "/" : text);
    }

    private static TopicName topic(Random random, Shape shape) {
        List<String> levels = new ArrayList<>();
        for (int i = 1 + random.nextInt(shape == Shape.DEEP ? 4 : 2); i > 0; i--) {
            levels.add(level(random, shape));
        }
        String text = String.join("/", levels);
        return TopicName.of(text.isEmpty() ? "/" : text);
    }

    private static String level(Random random, Shape shape) {
        return switch (shape) {
            case DEEP -> LEVELS.get(random.nextInt(LEVELS.size()));
            case WIDE -> "n" + random.nextInt(15);
            case CROWDED -> "a";
        };
    }

    /** Null, or what went wrong. */
    private static @Nullable String play(List<Step> history) {
        SubscriptionTrie<Step.Put> trie = new SubscriptionTrie<>();
        Map<Set<Object>, Step.Put> model = new HashMap<>();
        for (Step step : history) {
            String wrong = switch (step) {
                case Step.Put put ->
                    differs(
                            step,
                            model.put(key(put.filter, put.owner), put),
                            trie.put(put.filter, put.owner, put));
                case Step.Remove(TopicFilter filter, String owner) ->
                    differs(step, model.remove(key(filter, owner)), trie.remove(filter, owner));
                case Step.Match(TopicName topic) ->
                    differs(step, expected(model, topic), matched(trie, topic));
            };
            if (wrong == null) {
                wrong = differs("size", model.size(), trie.size());
            }
            if (wrong != null) {
                return wrong;
            }
        }
        for (Step.Put put : model.values()) {
            if (!put.equals(trie.get(put.filter, put.owner))) {
                return "lost " + put;
            }
            trie.remove(put.filter, put.owner);
        }
        return differs("nodes left", 0, trie.nodes());
    }

    private static Set<Object> key(TopicFilter filter, String owner) {
        return Set.of(filter, owner);
    }

    private static Map<Step.Put, Integer> expected(
            Map<Set<Object>, Step.Put> model, TopicName topic) {
        Map<Step.Put, Integer> expected = new HashMap<>();
        for (Step.Put put : model.values()) {
            if (put.filter.matches(topic)) {
                expected.merge(put, 1, Integer::sum);
            }
        }
        return expected;
    }

    private static Map<Step.Put, Integer> matched(
            SubscriptionTrie<Step.Put> trie, TopicName topic) {
        SubscriptionTrie.Matches<Step.Put> matches = new SubscriptionTrie.Matches<>();
        trie.match(topic, matches);
        Map<Step.Put, Integer> found = new HashMap<>();
        for (int i = 0; i < matches.size(); i++) {
            found.merge(matches.get(i), 1, Integer::sum);
        }
        return found;
    }

    private static @Nullable String differs(
            Object what, @Nullable Object expected, @Nullable Object actual) {
        return new HashSet<>(Arrays.asList(expected, actual)).size() == 1
                ? null
                : what + ": expected " + expected + ", was " + actual;
    }

    /** The history without the halves, quarters and so on that are not needed to make it fail. */
    private static List<Step> shrink(List<Step> history) {
        List<Step> least = history;
        for (int part = history.size() / 2; part > 0; part /= 2) {
            for (int from = 0; from + part <= least.size(); ) {
                List<Step> shorter = new ArrayList<>(least);
                shorter.subList(from, from + part).clear();
                if (play(shorter) != null) {
                    least = shorter;
                } else {
                    from += part;
                }
            }
        }
        return least;
    }
}
