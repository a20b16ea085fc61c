// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The subscribers to one Topic Filter, at most one for each owner: null for none, an {@link Entry}, a small array that
 * is never modified, or a {@link Crowd}.
 *
 * <p>Owner: any thread reads; whoever holds the trie's lock writes.
 */
final class TrieNodeSubscribers {
    private static final int FEW = 32;

    private TrieNodeSubscribers() {}

    /** One subscription. */
    static final class Entry {
        final Object owner;
        final Object subscriber;

        /** Where it stands in its {@link Crowd}; for writers only. */
        private int slot;

        Entry(Object owner, Object subscriber) {
            this.owner = owner;
            this.subscriber = subscriber;
        }
    }

    static @Nullable Entry find(@Nullable Object subscribers, Object owner) {
        if (subscribers instanceof Entry one) {
            return one.owner.equals(owner) ? one : null;
        }
        if (subscribers instanceof Entry[] few) {
            int at = indexOf(few, owner);
            return at < 0 ? null : few[at];
        }
        return subscribers instanceof Crowd crowd ? crowd.byOwner.get(owner) : null;
    }

    /** The subscribers with this one, which takes the place of its owner's former one. */
    static Object with(@Nullable Object subscribers, Entry entry) {
        if (subscribers instanceof Entry one && !one.owner.equals(entry.owner)) {
            return new Entry[] {one, entry};
        }
        if (subscribers instanceof Entry[] few) {
            int at = indexOf(few, entry.owner);
            if (at < 0 && few.length == FEW) {
                return new Crowd(few).put(entry);
            }
            Entry[] more = Arrays.copyOf(few, at < 0 ? few.length + 1 : few.length);
            more[at < 0 ? few.length : at] = entry;
            return more;
        }
        return subscribers instanceof Crowd crowd ? crowd.put(entry) : entry;
    }

    /** The subscribers without this owner's, who has one. */
    static @Nullable Object without(@Nullable Object subscribers, Object owner) {
        if (subscribers instanceof Entry[] few) {
            int at = indexOf(few, owner);
            if (few.length == 2) {
                return few[1 - at];
            }
            Entry[] fewer = Arrays.copyOf(few, few.length - 1);
            System.arraycopy(few, at + 1, fewer, at, fewer.length - at);
            return fewer;
        }
        return subscribers instanceof Crowd crowd ? crowd.remove(owner) : null;
    }

    static void addAll(@Nullable Object subscribers, SubscriptionTrie.Matches<?> into) {
        if (subscribers instanceof Entry one) {
            into.add(one.subscriber);
        } else if (subscribers instanceof Entry[] few) {
            for (Entry entry : few) {
                into.add(entry.subscriber);
            }
        } else if (subscribers instanceof Crowd crowd) {
            crowd.addAll(into);
        }
    }

    private static int indexOf(Entry[] entries, Object owner) {
        for (int i = 0; i < entries.length; i++) {
            if (entries[i].owner.equals(owner)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Many subscribers: an array to walk and a map to find one in it. A slot serves one owner and then stays empty until
     * the array is rebuilt, so that a change costs O(1) in the long run and a reader misses nobody who stays.
     */
    private static final class Crowd {
        final ConcurrentHashMap<Object, Entry> byOwner = new ConcurrentHashMap<>();

        private volatile AtomicReferenceArray<@Nullable Entry> slots;
        private int used;

        Crowd(Entry[] few) {
            slots = new AtomicReferenceArray<>(2 * few.length);
            for (Entry entry : few) {
                put(entry);
            }
        }

        Crowd put(Entry entry) {
            Entry former = byOwner.get(entry.owner);
            if (former == null && used == slots.length()) {
                rebuild();
            }
            entry.slot = former == null ? used++ : former.slot;
            byOwner.put(entry.owner, entry);
            slots.setRelease(entry.slot, entry);
            return this;
        }

        Object remove(Object owner) {
            Entry entry = byOwner.remove(owner);
            if (entry != null) {
                slots.setRelease(entry.slot, null);
            }
            int size = byOwner.size();
            if (size <= FEW / 2) {
                return byOwner.values().toArray(Entry[]::new);
            }
            if (size < used / 4) {
                rebuild();
            }
            return this;
        }

        void addAll(SubscriptionTrie.Matches<?> into) {
            AtomicReferenceArray<@Nullable Entry> now = slots;
            for (int i = 0; i < now.length(); i++) {
                Entry entry = now.getAcquire(i);
                if (entry != null) {
                    into.add(entry.subscriber);
                }
            }
        }

        private void rebuild() {
            AtomicReferenceArray<@Nullable Entry> former = slots;
            AtomicReferenceArray<@Nullable Entry> next =
                    new AtomicReferenceArray<>(2 * byOwner.size());
            int to = 0;
            for (int i = 0; i < used; i++) {
                Entry entry = former.getPlain(i);
                if (entry != null) {
                    entry.slot = to;
                    next.setPlain(to++, entry);
                }
            }
            used = to;
            slots = next;
        }
    }
}
