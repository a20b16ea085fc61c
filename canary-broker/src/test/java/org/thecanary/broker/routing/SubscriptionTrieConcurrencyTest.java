// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** What do readers see while others subscribe and unsubscribe? */
class SubscriptionTrieConcurrencyTest {
    private static final int WRITERS = 3;
    private static final int READERS = 3;
    private static final int ROUNDS = 20_000;

    private static final List<String> FILTERS =
            List.of("a/b/c", "a/+/c", "a/#", "#", "a/b/+", "+/b/#", "a/b", "x/y/z/1", "x/y/z/2");

    private final SubscriptionTrie<String> trie = new SubscriptionTrie<>();

    @Test
    void nobodyWhoStaysIsMissedAndNobodyWhoLeftIsFound() throws Exception {
        TopicName topic = TopicName.of("a/b/c");
        Set<String> stay = new HashSet<>();
        for (String filter : FILTERS.subList(0, 6)) {
            for (int i = 0; i < 40; i++) {
                trie.put(TopicFilter.of(filter), "stays" + i, filter + i);
                stay.add(filter + i);
            }
        }
        AtomicInteger writing = new AtomicInteger(WRITERS);
        List<Task> tasks = new ArrayList<>();
        for (int w = 0; w < WRITERS; w++) {
            String writer = "writer" + w + " ";
            Random random = new Random(w);
            tasks.add(() -> {
                try {
                    churn(writer, random);
                } finally {
                    writing.decrementAndGet();
                }
            });
        }
        for (int r = 0; r < READERS; r++) {
            tasks.add(() -> {
                SubscriptionTrie.Matches<String> matches = new SubscriptionTrie.Matches<>();
                while (writing.get() > 0) {
                    matches.clear();
                    trie.match(topic, matches);
                    Set<String> found = new HashSet<>();
                    for (int i = 0; i < matches.size(); i++) {
                        found.add(matches.get(i));
                    }
                    assertTrue(found.containsAll(stay));
                    assertTrue(found.stream().noneMatch(name -> name.contains("elsewhere")));
                }
            });
        }
        run(tasks);

        assertEquals(stay.size(), trie.size());
        for (String filter : FILTERS.subList(0, 6)) {
            for (int i = 0; i < 40; i++) {
                trie.remove(TopicFilter.of(filter), "stays" + i);
            }
        }
        assertEquals(0, trie.nodes());
    }

    private void churn(String writer, Random random) {
        List<Runnable> undo = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            String owner = writer + random.nextInt(100);
            String text = FILTERS.get(random.nextInt(FILTERS.size()));
            TopicFilter filter =
                    TopicFilter.of(random.nextBoolean() ? text : "elsewhere/" + random.nextInt(50));
            trie.put(filter, owner, filter + " of " + owner);
            undo.add(() -> trie.remove(filter, owner));
            if (undo.size() > 100) {
                undo.remove(random.nextInt(undo.size())).run();
            }
        }
        undo.forEach(Runnable::run);
    }

    /** A cache in front of the trie, used as its documentation says, is never behind a change that has returned. */
    @Test
    void cachedMatchesOfTheSameVersionAreUpToDate() throws Exception {
        record Cached(long version, boolean found) {}
        TopicName topic = TopicName.of("a/b/c");
        List<TopicFilter> filters =
                FILTERS.subList(0, 6).stream().map(TopicFilter::of).toList();
        AtomicReference<Cached> cache = new AtomicReference<>(new Cached(-1, false));
        AtomicInteger writing = new AtomicInteger(1);
        List<Task> tasks = new ArrayList<>();
        for (int r = 0; r < READERS; r++) {
            tasks.add(() -> {
                SubscriptionTrie.Matches<String> matches = new SubscriptionTrie.Matches<>();
                while (writing.get() > 0) {
                    long version = trie.watch(topic).version();
                    if (cache.get().version != version) {
                        matches.clear();
                        cache.set(new Cached(version, trie.match(topic, matches) > 0));
                    }
                }
            });
        }
        tasks.add(() -> {
            try {
                for (int i = 0; i < ROUNDS; i++) {
                    TopicFilter filter = filters.get(i % filters.size());
                    trie.put(filter, "owner", "subscriber");
                    Cached now = cache.get();
                    assertTrue(now.version != trie.watch(topic).version() || now.found);
                    trie.remove(filter, "owner");
                    now = cache.get();
                    assertTrue(now.version != trie.watch(topic).version() || !now.found);
                }
            } finally {
                writing.decrementAndGet();
            }
        });
        run(tasks);
    }

    private interface Task {
        void run() throws Exception;
    }

    private static void run(List<Task> tasks) throws Exception {
        try (ExecutorService executor = Executors.newFixedThreadPool(tasks.size())) {
            List<Future<?>> futures = new ArrayList<>();
            for (Task task : tasks) {
                futures.add(executor.submit(() -> {
                    task.run();
                    return null;
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        }
    }
}
