// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.routing.TrieNodeSubscribers.Entry;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The subscriptions of all clients by the levels of their Topic Filters, specification 4.7, to find those that a Topic
 * Name matches.
 *
 * <p>At most one subscription for each filter and owner. The ShareName of a filter is not looked at: {@code $share/g/a}
 * and {@code a} meet in one place, and are kept apart by their owners.
 *
 * <p>A match takes no lock and allocates nothing, once a topic's levels are known; those of a topic whose first level no
 * filter has are never asked for. It sees every subscription whose {@link #put} has returned and whose
 * {@link #remove} has not begun, and may or may not see one that changes meanwhile; a subscription that is removed and
 * put again while a match is under way may be seen twice. A match of a topic with n levels visits at most as many nodes
 * as the filters have distinct beginnings that match it: at most 2^(n+1), and never more than there are nodes.
 *
 * <p>Owner: any thread reads and writes; writers wait for each other.
 *
 * @param <S> what stands in the trie for a subscription
 */
public final class SubscriptionTrie<S> {
    /*
     * Versions. Each filter is counted in one place: by its levels before the first wildcard, at most VERSIONED of them;
     * a topic's version is the sum of all places where a filter that matches it can be counted. Counters only rise, so
     * the sum is the same only if each of them is. Different beginnings may share a counter: a cache is then emptied for
     * nothing, which is harmless.
     *
     * A writer counts after its change is visible, a reader asks for the version before it matches. If the count is in
     * the version then the change happened before (the counter is volatile) and the match saw it; if not, the version
     * has risen since, and the result is known to be old. When put or remove returns, no older version is valid.
     */
    private static final int VERSIONED = 3;

    private static final int COUNTERS = 1024;

    private final TrieNode root = new TrieNode("");
    private final AtomicLong wildcardChanges = new AtomicLong();
    private final AtomicLongArray changes = new AtomicLongArray(COUNTERS);
    private final Object lock = new Object();

    /** Level texts seen lately, by hash, so that equal levels of different filters are one String. */
    private final @Nullable String[] levelTexts = new String[512];

    private volatile int size;

    /**
     * Subscribes.
     *
     * @param owner compared by {@code equals}, whose result for it never changes
     * @return the owner's former subscription to this filter, which this one replaces; null if there was none
     */
    public @Nullable S put(TopicFilter filter, Object owner, S subscriber) {
        List<String> levels = filter.levels();
        boolean below = levels.getLast().equals("#");
        synchronized (lock) {
            TrieNode node = root;
            for (int i = 0; i < levels.size() - (below ? 1 : 0); i++) {
                TrieNode next = child(node, levels.get(i));
                if (next == null) {
                    next = new TrieNode(shared(levels.get(i)));
                    node.add(next);
                }
                node = next;
            }
            Object subscribers = node.subscribers(below);
            Entry former = TrieNodeSubscribers.find(subscribers, owner);
            node.setSubscribers(
                    below, TrieNodeSubscribers.with(subscribers, new Entry(owner, subscriber)));
            if (former == null) {
                setSize(size + 1);
            }
            countChange(filter);
            return subscriber(former);
        }
    }

    /** The owner's subscription to this filter, or null if it has none. */
    public @Nullable S get(TopicFilter filter, Object owner) {
        List<String> levels = filter.levels();
        boolean below = levels.getLast().equals("#");
        TrieNode node = root;
        for (int i = 0; i < levels.size() - (below ? 1 : 0); i++) {
            node = child(node, levels.get(i));
            if (node == null) {
                return null;
            }
        }
        return subscriber(TrieNodeSubscribers.find(node.subscribers(below), owner));
    }

    /**
     * Unsubscribes.
     *
     * @return the subscription that was removed, or null if the owner had none
     */
    public @Nullable S remove(TopicFilter filter, Object owner) {
        List<String> levels = filter.levels();
        boolean below = levels.getLast().equals("#");
        int depth = levels.size() - (below ? 1 : 0);
        synchronized (lock) {
            TrieNode[] path = new TrieNode[depth + 1];
            TrieNode node = root;
            path[0] = node;
            for (int i = 0; i < depth; i++) {
                node = child(node, levels.get(i));
                if (node == null) {
                    return null;
                }
                path[i + 1] = node;
            }
            Object subscribers = node.subscribers(below);
            Entry former = TrieNodeSubscribers.find(subscribers, owner);
            if (former == null) {
                return null;
            }
            node.setSubscribers(below, TrieNodeSubscribers.without(subscribers, owner));
            // A reader may stand on a node that goes; it finds there what it would have found
            // before.
            for (int i = depth; i > 0 && path[i].isEmpty(); i--) {
                path[i - 1].remove(path[i]);
            }
            setSize(size - 1);
            countChange(filter);
            return subscriber(former);
        }
    }

    /**
     * Adds the subscriptions that match, one for each filter and owner, in no particular order.
     *
     * @return how many were added
     */
    public int match(TopicName topic, Matches<S> into) {
        int before = into.size();
        if (!topic.startsWithDollar()) { // [MQTT-4.7.2-1]
            TrieNodeSubscribers.addAll(root.subscribers(true), into);
            TrieNode plus = root.plus();
            if (plus != null) {
                match(plus, topic.levels(), 1, into);
            }
        }
        TrieNode literal = root.child(topic.firstLevel());
        if (literal != null) {
            match(literal, topic.levels(), 1, into);
        }
        return into.size() - before;
    }

    /** As deep in calls as the topic has levels, so at most 201. */
    private static void match(TrieNode from, List<String> levels, int depth, Matches<?> into) {
        TrieNode node = from;
        for (int i = depth; i < levels.size(); i++) {
            TrieNodeSubscribers.addAll(node.subscribers(true), into);
            TrieNode plus = node.plus();
            TrieNode literal = node.child(levels.get(i));
            if (plus != null && literal != null) {
                match(plus, levels, i + 1, into);
            }
            node = literal != null ? literal : plus;
            if (node == null) {
                return;
            }
        }
        TrieNodeSubscribers.addAll(node.subscribers(true), into); // "sport/#" matches "sport"
        TrieNodeSubscribers.addAll(node.subscribers(false), into);
    }

    /** Watches what a topic matches. */
    public Watch watch(TopicName topic) {
        return new Watch(topic.startsWithDollar(), counters(topic.utf8(), topic.utf8().length));
    }

    /**
     * Says whether what a topic matches may be another than before, for caches. Any thread.
     */
    public final class Watch {
        private final boolean wildcardsMatchNot;
        private final int[] counters;

        private Watch(boolean wildcardsMatchNot, int[] counters) {
            this.wildcardsMatchNot = wildcardsMatchNot;
            this.counters = counters;
        }

        /**
         * A number that is another one after each change that could alter what the topic matches. To keep the result of a
         * match, ask for the version <em>before</em> it; the result holds as long as the version is the same.
         */
        public long version() {
            long version = wildcardsMatchNot ? 0 : wildcardChanges.get();
            for (int counter : counters) {
                version += changes.get(counter);
            }
            return version;
        }
    }

    private void countChange(TopicFilter filter) {
        byte[] utf8 = filter.unshared().getBytes(UTF_8);
        int wildcard = 0;
        while (wildcard < utf8.length && utf8[wildcard] != '+' && utf8[wildcard] != '#') {
            wildcard++;
        }
        if (wildcard == 0) {
            wildcardChanges.incrementAndGet();
            return;
        }
        int[] counters = counters(utf8, wildcard == utf8.length ? wildcard : wildcard - 1);
        changes.incrementAndGet(counters[counters.length - 1]);
    }

    /** The counters of what the levels begin with: of "a", "a/b" and "a/b/c" for "a/b/c/d". */
    private static int[] counters(byte[] levels, int length) {
        int[] counters = new int[VERSIONED];
        int found = 0;
        int hash = 0;
        for (int i = 0; i < length && found < VERSIONED; i++) {
            if (levels[i] == '/') {
                counters[found++] = counter(hash);
            }
            hash = 31 * hash + levels[i];
        }
        if (found < VERSIONED) {
            counters[found++] = counter(hash);
        }
        return found == VERSIONED ? counters : Arrays.copyOf(counters, found);
    }

    private static int counter(int hash) {
        return (hash * 0x9E3779B9) >>> (Integer.SIZE - Integer.numberOfTrailingZeros(COUNTERS));
    }

    /** How many subscriptions there are. */
    public int size() {
        return size;
    }

    /** How many nodes there are; looks at all of them. */
    int nodes() {
        return root.count();
    }

    private static @Nullable TrieNode child(TrieNode node, String level) {
        return level.equals("+") ? node.plus() : node.child(level);
    }

    private void setSize(int size) {
        assert Thread.holdsLock(lock);
        this.size = size;
    }

    private String shared(String level) {
        assert Thread.holdsLock(lock);
        int at = level.hashCode() & (levelTexts.length - 1);
        String seen = levelTexts[at];
        if (seen != null && seen.equals(level)) {
            return seen;
        }
        levelTexts[at] = level;
        return level;
    }

    @SuppressWarnings("unchecked") // put lets only an S in
    private @Nullable S subscriber(@Nullable Entry entry) {
        return entry == null ? null : (S) entry.subscriber;
    }

    /**
     * Where a match puts what it finds; to be used again and again, so that it stops to grow.
     *
     * <p>Owner: confined to its creator.
     */
    public static final class Matches<S> {
        private @Nullable Object[] found = new Object[16];
        private int size;

        public int size() {
            return size;
        }

        /**
         * The subscription at this place.
         *
         * @param index from 0, less than {@link #size}
         */
        @SuppressWarnings({"unchecked", "NullAway"}) // filled by match up to size
        public S get(int index) {
            return (S) found[index];
        }

        /** Empties it, and refers to no subscription any more. */
        public void clear() {
            Arrays.fill(found, 0, size, null);
            size = 0;
        }

        void add(Object subscriber) {
            if (size == found.length) {
                found = Arrays.copyOf(found, 2 * size);
            }
            found[size++] = subscriber;
        }
    }
}
