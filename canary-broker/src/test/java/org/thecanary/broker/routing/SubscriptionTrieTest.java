// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

class SubscriptionTrieTest {
    private final SubscriptionTrie<String> trie = new SubscriptionTrie<>();

    @ParameterizedTest
    @CsvSource({
        "sport/tennis/player1/#, sport/tennis/player1",
        "sport/tennis/player1/#, sport/tennis/player1/ranking",
        "sport/tennis/player1/#, sport/tennis/player1/score/wimbledon",
        "sport/#, sport",
        "#, sport/tennis",
        "#, /",
        "/#, /finance",
    })
    @Spec({"MQTT-4.7.1-1", "MQTT-4.7.0-1"})
    void multiLevelWildcardMatchesItsParentAndAllBelow(String filter, String topic) {
        assertEquals(List.of(filter), matchesOf(topic, filter));
    }

    @ParameterizedTest
    @CsvSource({
        "sport/tennis/+, sport/tennis/player1",
        "sport/+, sport/",
        "+, finance",
        "+/+, /finance",
        "/+, /finance",
        "+/tennis/#, sport/tennis",
        "sport/+/player1, sport/tennis/player1",
    })
    @Spec({"MQTT-4.7.1-2", "MQTT-4.7.0-1"})
    void singleLevelWildcardMatchesOneLevel(String filter, String topic) {
        assertEquals(List.of(filter), matchesOf(topic, filter));
    }

    @ParameterizedTest
    @CsvSource({
        "sport/tennis/+, sport/tennis/player1/ranking",
        "sport/+, sport",
        "+, /finance",
        "sport/tennis/#, sport",
        "/finance, finance",
        "finance/, finance",
        "ACCOUNTS, Accounts",
    })
    @Spec({"MQTT-4.7.3-4", "MQTT-4.7.1-2"})
    void levelsAreComparedOneByOneAndExactly(String filter, String topic) {
        assertEquals(List.of(), matchesOf(topic, filter));
    }

    @Test
    @Spec("MQTT-4.7.2-1")
    void wildcardInTheFirstLevelDoesNotMatchDollar() {
        for (String filter : List.of("#", "+/monitor/Clients", "+/#", "$SYS/#", "$SYS/monitor/+")) {
            subscribe(filter, "owner");
        }

        assertEquals(List.of("$SYS/#", "$SYS/monitor/+"), matchesOf("$SYS/monitor/Clients"));
        assertEquals(List.of("$SYS/#"), matchesOf("$SYS"));
        assertEquals(List.of("#", "+/#"), matchesOf("a/$SYS"));
    }

    @Test
    void eachOwnerHasOneSubscriptionToAFilter() {
        assertNull(subscribe("a/b", "x"));
        assertNull(subscribe("a/b", "y"));
        assertEquals("a/b", subscribe("a/b", "x"));

        assertEquals(2, trie.size());
        assertEquals("a/b", trie.get(TopicFilter.of("a/b"), "x"));
        assertNull(trie.get(TopicFilter.of("a/b"), "z"));
        assertNull(trie.get(TopicFilter.of("a/b/c"), "x"));
        assertNull(trie.get(TopicFilter.of("a/#"), "x"));
    }

    @Test
    void sharedSubscriptionMeetsTheOthersAndIsKeptApartByItsOwner() {
        subscribe("$share/group/a/+", "group");
        subscribe("a/+", "client");

        assertEquals(List.of("$share/group/a/+", "a/+"), matchesOf("a/b"));
        assertEquals(2, trie.nodes());
        assertEquals("$share/group/a/+", remove("$share/group/a/+", "group"));
        assertEquals(List.of("a/+"), matchesOf("a/b"));
    }

    @Test
    void theLastSubscriptionTakesItsNodesWithIt() {
        List<String> filters = List.of("a", "a/b/c", "a/+/c", "a/b/#", "+/+/+", "#", "/", "//x");
        filters.forEach(filter -> subscribe(filter, "owner"));

        for (String filter : filters) {
            assertEquals(filter, remove(filter, "owner"));
            assertNull(remove(filter, "owner"));
        }

        assertEquals(0, trie.nodes());
        assertEquals(0, trie.size());
    }

    @Test
    void manyChildrenComeAndGo() {
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 1000; i++) {
                subscribe("devices/" + i + "/state", "owner");
            }
            assertEquals(2001, trie.nodes());
            assertEquals(List.of("devices/77/state"), matchesOf("devices/77/state"));
            for (int i = 999; i >= 0; i--) {
                assertEquals(List.of("devices/0/state"), matchesOf("devices/0/state"));
                remove("devices/" + i + "/state", "owner");
            }
            assertEquals(0, trie.nodes());
        }
    }

    @Test
    void manySubscribersToOneFilterComeAndGo() {
        int many = 100_000;
        for (int i = 0; i < many; i++) {
            subscribe("a", i);
            if (i % 3 == 0) {
                assertEquals("a", subscribe("a", i));
            }
        }
        assertEquals(many, matchesOf("a").size());

        for (int i = 0; i < many; i++) {
            assertEquals("a", remove("a", i));
            if (i % 10_000 == 0 || i > many - 50) {
                assertEquals(many - 1 - i, matchesOf("a").size());
            }
        }
        assertEquals(0, trie.nodes());
    }

    @Test
    void deepestTopicWithWildcardsAtEveryLevelIsMatched() {
        String topic = "a" + "/a".repeat(TopicName.MAX_SEPARATORS);
        String plus = "+" + "/+".repeat(TopicName.MAX_SEPARATORS);
        subscribe(topic, "owner");
        subscribe(plus, "owner");
        for (int i = 0; i < TopicName.MAX_SEPARATORS; i++) {
            subscribe("a/".repeat(i) + "+" + "/a".repeat(TopicName.MAX_SEPARATORS - i), "owner");
        }

        assertEquals(TopicName.MAX_SEPARATORS + 2, matchesOf(topic).size());
    }

    @Test
    void versionChangesWithEachChangeThatConcernsTheTopic() {
        for (String filter : List.of(
                "a/b/c/d", "a/b/c/#", "a/b/#", "a/+/c/d", "a/#", "+/b/c/d", "#", "a/b/c/+")) {
            TopicName topic = TopicName.of("a/b/c/d");
            long before = trie.watch(topic).version();
            subscribe(filter, "owner");
            long subscribed = trie.watch(topic).version();
            assertEquals(subscribed, trie.watch(topic).version());
            subscribe(filter, "owner");
            long replaced = trie.watch(topic).version();
            remove(filter, "owner");
            long removed = trie.watch(topic).version();
            remove(filter, "owner");

            assertNotEquals(before, subscribed, filter);
            assertNotEquals(subscribed, replaced, filter);
            assertNotEquals(replaced, removed, filter);
            assertEquals(removed, trie.watch(topic).version(), filter);
        }
    }

    @Test
    void versionStaysWhenOtherTopicsChange() {
        long before = trie.watch(TopicName.of("sensors/1/temperature")).version();
        long system = trie.watch(TopicName.of("$SYS/uptime")).version();

        subscribe("sensors/2/temperature", "owner");
        subscribe("sensors/1/humidity", "owner");
        subscribe("sensors", "owner");
        assertEquals(
                before + 1, trie.watch(TopicName.of("sensors/1/temperature")).version());
        subscribe("#", "owner");
        assertEquals(system, trie.watch(TopicName.of("$SYS/uptime")).version());
    }

    @Test
    void matchAllocatesNothing() {
        for (int i = 0; i < 200; i++) {
            subscribe("a/" + i + "/c", i);
            subscribe("a/+/c", i);
            subscribe("+/" + i + "/#", i);
        }
        TopicName topic = TopicName.of("a/7/c");
        SubscriptionTrie.Matches<String> matches = new SubscriptionTrie.Matches<>();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        SubscriptionTrie<String>.Watch watch = trie.watch(topic);
        for (int i = 0; i < 20_000; i++) {
            match(topic, watch, matches);
        }

        long least = Long.MAX_VALUE; // the virtual machine itself allocates now and then
        for (int round = 0; round < 10; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) {
                match(topic, watch, matches);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }

        assertEquals(0, least);
        assertEquals(202, matches.size());
    }

    private long match(
            TopicName topic,
            SubscriptionTrie<String>.Watch watch,
            SubscriptionTrie.Matches<String> matches) {
        matches.clear();
        return trie.match(topic, matches) + watch.version();
    }

    @Test
    void clearedMatchesReferToNothing() {
        subscribe("a", "owner");
        SubscriptionTrie.Matches<String> matches = new SubscriptionTrie.Matches<>();
        trie.match(TopicName.of("a"), matches);
        assertEquals(1, matches.size());

        matches.clear();

        assertEquals(0, matches.size());
        assertNull(matches.get(0));
    }

    /** Subscriptions that stand in the way of each other in one place of a map still take little time. */
    @Test
    void levelsWithEqualHashesAreNoAttack() {
        List<String> levels = new ArrayList<>(List.of(""));
        for (int i = 0; i < 14; i++) {
            List<String> longer = new ArrayList<>();
            for (String level : levels) {
                longer.add(level + "Aa");
                longer.add(level + "BB");
            }
            levels = longer;
        }
        assertEquals(1, levels.stream().mapToInt(String::hashCode).distinct().count());

        levels.forEach(level -> subscribe(level, "owner"));

        assertEquals(16_384, trie.size());
        assertTrue(levels.stream().allMatch(level -> matchesOf(level).equals(List.of(level))));
    }

    private @Nullable String subscribe(String filter, Object owner) {
        return trie.put(TopicFilter.of(filter), owner, filter);
    }

    private @Nullable String remove(String filter, Object owner) {
        return trie.remove(TopicFilter.of(filter), owner);
    }

    private List<String> matchesOf(String topic, String filter) {
        subscribe(filter, "owner");
        return matchesOf(topic);
    }

    private List<String> matchesOf(String topic) {
        SubscriptionTrie.Matches<String> matches = new SubscriptionTrie.Matches<>();
        int count = trie.match(TopicName.of(topic), matches);
        assertEquals(matches.size(), count);
        List<String> found = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            found.add(matches.get(i));
        }
        Collections.sort(found);
        return found;
    }
}
