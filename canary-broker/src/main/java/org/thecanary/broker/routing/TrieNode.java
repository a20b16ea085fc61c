// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One level of the Topic Filters in a {@link SubscriptionTrie}, under the levels before it.
 *
 * <p>A million of these is normal, so a field is one reference, and what it refers to grows with need: nothing, the
 * thing itself, a small array that is never modified, a map.
 *
 * <p>Owner: any thread reads; whoever holds the trie's lock writes.
 */
final class TrieNode {
    /** Most children in an array; beyond it a map, which crafted hash collisions do not slow down. */
    private static final int FEW = 8;

    final String level;

    /** Null, a TrieNode, a TrieNode[] or a ConcurrentHashMap, of levels that are no wildcards. */
    private volatile @Nullable Object children;

    private volatile @Nullable TrieNode plus;

    /** The subscribers to the filter that ends at this node. See {@link TrieNodeSubscribers}. */
    private volatile @Nullable Object here;

    /** The subscribers to the filter that goes on with {@code #}, for which there is no node. */
    private volatile @Nullable Object below;

    TrieNode(String level) {
        this.level = level;
    }

    /** The child that stands for {@code +}. */
    @Nullable
    TrieNode plus() {
        return plus;
    }

    /** The child for a level that is no wildcard. */
    @Nullable
    TrieNode child(String name) {
        Object now = children;
        if (now == null) {
            return null;
        }
        if (now instanceof TrieNode one) {
            return one.level.equals(name) ? one : null;
        }
        if (now instanceof TrieNode[] few) {
            for (TrieNode child : few) {
                if (child.level.equals(name)) {
                    return child;
                }
            }
            return null;
        }
        return map(now).get(name);
    }

    void add(TrieNode child) {
        Object now = children;
        if (child.level.equals("+")) {
            plus = child;
        } else if (now == null) {
            children = child;
        } else if (now instanceof TrieNode one) {
            children = new TrieNode[] {one, child};
        } else if (now instanceof TrieNode[] few) {
            children = few.length < FEW ? appended(few, child) : mapOf(few, child);
        } else {
            map(now).put(child.level, child);
        }
    }

    void remove(TrieNode child) {
        Object now = children;
        if (child == plus) {
            plus = null;
        } else if (now == child) {
            children = null;
        } else if (now instanceof TrieNode[] few) {
            children = few.length == 2
                    ? few[few[0] == child ? 1 : 0]
                    : Arrays.stream(few).filter(other -> other != child).toArray(TrieNode[]::new);
        } else if (now != null) {
            ConcurrentHashMap<String, TrieNode> map = map(now);
            map.remove(child.level);
            if (map.size() <= FEW / 2) {
                children = map.values().toArray(TrieNode[]::new);
            }
        }
    }

    /** Subscribers to the filter that ends here or, if {@code below}, to the one that goes on with {@code #}. */
    @Nullable
    Object subscribers(boolean below) {
        return below ? this.below : here;
    }

    void setSubscribers(boolean below, @Nullable Object subscribers) {
        if (below) {
            this.below = subscribers;
        } else {
            here = subscribers;
        }
    }

    boolean isEmpty() {
        return children == null && plus == null && here == null && below == null;
    }

    /** How many nodes there are under this one. */
    int count() {
        TrieNode wildcard = plus;
        int count = wildcard == null ? 0 : 1 + wildcard.count();
        Object now = children;
        if (now instanceof TrieNode one) {
            count += 1 + one.count();
        } else if (now instanceof TrieNode[] few) {
            count += Arrays.stream(few).mapToInt(child -> 1 + child.count()).sum();
        } else if (now != null) {
            count += map(now).values().stream()
                    .mapToInt(child -> 1 + child.count())
                    .sum();
        }
        return count;
    }

    private static TrieNode[] appended(TrieNode[] few, TrieNode child) {
        TrieNode[] more = Arrays.copyOf(few, few.length + 1);
        more[few.length] = child;
        return more;
    }

    private static ConcurrentHashMap<String, TrieNode> mapOf(TrieNode[] few, TrieNode child) {
        ConcurrentHashMap<String, TrieNode> map = new ConcurrentHashMap<>();
        for (TrieNode other : few) {
            map.put(other.level, other);
        }
        map.put(child.level, child);
        return map;
    }

    @SuppressWarnings("unchecked") // the only map that children refers to
    private static ConcurrentHashMap<String, TrieNode> map(Object children) {
        return (ConcurrentHashMap<String, TrieNode>) children;
    }
}
