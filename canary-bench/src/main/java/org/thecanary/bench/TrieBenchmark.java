// SPDX-License-Identifier: Apache-2.0
package org.thecanary.bench;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.thecanary.broker.routing.SubscriptionTrie;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Matching and changing a large table of subscriptions: ten filters match each topic. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx3g")
public class TrieBenchmark {
    /** Filters in the table. */
    @Param({"1000", "100000", "1000000"})
    public int filters;

    private final SubscriptionTrie.Matches<Integer> matches = new SubscriptionTrie.Matches<>();
    private final SplittableRandom random = new SplittableRandom(1);
    private SubscriptionTrie<Integer> trie = new SubscriptionTrie<>();
    private int sensors;

    /** A tenth as many sensors as filters: nine clients ask for each by name, and one for its kind by wildcard. */
    @Setup
    public void subscribe() {
        trie = new SubscriptionTrie<>();
        sensors = filters / 10;
        for (int sensor = 0; sensor < sensors; sensor++) {
            for (int client = 0; client < 9; client++) {
                trie.put(TopicFilter.of("site/" + sensor + "/data"), client, client);
            }
            trie.put(TopicFilter.of("site/" + sensor + "/+"), "any", -1);
        }
    }

    @Benchmark
    public int match() {
        matches.clear();
        return trie.match(TopicName.of("site/" + random.nextInt(sensors) + "/data"), matches);
    }

    @Benchmark
    public @Nullable Integer subscribeAndUnsubscribe() {
        TopicFilter filter = TopicFilter.of("site/" + random.nextInt(sensors) + "/status/#");
        trie.put(filter, "one", 1);
        return trie.remove(filter, "one");
    }
}
