// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.session.Publication;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.UserProperty;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * The Retained Message of each topic, specification 3.3.1.3.
 *
 * <p>Messages are found by topic or, lazily, by filter with a {@link Cursor}. Times are those of one clock of the
 * caller's choice; a message that has expired is as good as gone, and goes when somebody comes across it.
 *
 * <p>Owner: any thread reads and writes; only those who add or remove a topic wait for each other.
 */
public final class RetainedMessages {
    /** About what a message takes besides its payload and its topic, bytes: its objects, and places in two maps. */
    private static final int OVERHEAD = 400;

    /*
     * Topics are in the order of their levels: '/' counts as the lowest byte, so that a topic is followed by those below
     * it, and these by its next sibling ("a", "a/b", "a!"). Bytes of UTF-8 are in the order of code points, and U+0000
     * does not occur in a topic.
     *
     * A message stands in a Slot rather than in a map itself, because an iterator of a map has fetched the next value
     * already: a Cursor that rests would come back with a message that was replaced meanwhile.
     */
    private final ConcurrentHashMap<TopicName, Slot> byTopic = new ConcurrentHashMap<>();

    private final ConcurrentSkipListMap<byte[], Slot> inOrder =
            new ConcurrentSkipListMap<>(RetainedMessages::compare);

    /** Held to change both maps, so that each has the same slots when it is free. */
    private final Object lock = new Object();

    private final LongAdder count = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder mortal = new LongAdder();
    private final LongAdder memory = new LongAdder();
    private final long mostMemory;

    /** The topic after which the next sweep begins. */
    private final AtomicReference<byte[]> sweptTo = new AtomicReference<>(new byte[0]);

    /** About what a User Property takes besides its characters. */
    private static final int PROPERTY_OVERHEAD = 120;

    /** May take half of the heap: with much more, a collector does little else. */
    public RetainedMessages() {
        this(Runtime.getRuntime().maxMemory() / 2);
    }

    /** May take about so many bytes; {@link #hasRoomFor} says how it stands. */
    RetainedMessages(long mostMemory) {
        this.mostMemory = mostMemory;
    }

    /** Never has a message again once it has none, which is when it leaves the maps. */
    @SuppressWarnings("serial")
    private static final class Slot extends AtomicReference<@Nullable Publication> {
        Slot(Publication retained) {
            super(retained);
        }

        /** The message that was replaced, or null if there is none any more: then this did nothing. */
        @Nullable
        Publication replace(Publication retained) {
            Publication former = get();
            while (former != null && !compareAndSet(former, retained)) {
                former = get();
            }
            return former;
        }
    }

    /**
     * Replaces the topic's message [MQTT-3.3.1-5]; with an empty payload it removes that and is not kept itself
     * [MQTT-3.3.1-6], [MQTT-3.3.1-7].
     *
     * @return the former message of the topic, perhaps expired; null if there was none
     */
    public @Nullable Publication put(Publication retained) {
        if (retained.message().payloadBytes() == 0) {
            return remove(retained.message().topic());
        }
        Slot slot = byTopic.get(retained.message().topic());
        Publication former = slot == null ? null : slot.replace(retained);
        if (former == null) {
            synchronized (lock) {
                former = replaceOrAdd(retained);
            }
        }
        if (former != null) {
            count(former, -1);
        }
        count(retained, 1);
        return former;
    }

    private @Nullable Publication replaceOrAdd(Publication retained) {
        TopicName topic = retained.message().topic();
        Slot slot = byTopic.get(topic);
        if (slot != null) {
            return slot.replace(retained);
        }
        slot = new Slot(retained);
        byTopic.put(topic, slot);
        inOrder.put(topic.utf8(), slot);
        return null;
    }

    /**
     * Forgets the topic's message.
     *
     * @return the message, perhaps expired; null if there was none
     */
    public @Nullable Publication remove(TopicName topic) {
        Slot slot = byTopic.get(topic);
        if (slot == null) {
            return null;
        }
        Publication former = slot.get();
        while (former != null && !remove(slot, former)) {
            former = slot.get();
        }
        return former;
    }

    private boolean remove(Slot slot, Publication retained) {
        synchronized (lock) {
            if (!slot.compareAndSet(retained, null)) {
                return false;
            }
            byTopic.remove(retained.message().topic());
            inOrder.remove(retained.message().topic().utf8());
        }
        count(retained, -1);
        return true;
    }

    /** The topic's message, or null. */
    public @Nullable Publication get(TopicName topic, long nowMillis) {
        Slot slot = byTopic.get(topic);
        return slot == null ? null : live(slot, nowMillis);
    }

    /** The slot's message, or null if it was removed, or has expired and is therefore removed. */
    private @Nullable Publication live(Slot slot, long nowMillis) {
        Publication retained = slot.get();
        while (retained != null && retained.isExpired(nowMillis)) {
            if (remove(slot, retained)) {
                return null;
            }
            retained = slot.get();
        }
        return retained;
    }

    /** Whether a message takes no more than its topic's former one. */
    boolean takesNoMore(Message message) {
        Slot slot = byTopic.get(message.topic());
        Publication retained = slot == null ? null : slot.get();
        return retained != null && message.payloadBytes() <= retained.message().payloadBytes();
    }

    /** Whether one more message is within the memory they may take together. */
    boolean hasRoomFor(Message message) {
        return memory.sum() + memoryOf(message) <= mostMemory;
    }

    private static int memoryOf(Message message) {
        int properties = 0;
        for (UserProperty property : message.properties().userProperties()) {
            properties += PROPERTY_OVERHEAD
                    + property.name().length()
                    + property.value().length();
        }
        return OVERHEAD + message.payloadBytes() + message.topic().utf8().length + properties;
    }

    /** How many messages there are, expired ones that nobody came across included. */
    public long count() {
        return count.sum();
    }

    /** The bytes of their payloads. */
    public long bytes() {
        return bytes.sum();
    }

    /** How many topics a cursor may come across; looks at all of them. */
    int topics() {
        return inOrder.size();
    }

    private void count(Publication retained, int sign) {
        count.add(sign);
        bytes.add((long) sign * retained.message().payloadBytes());
        memory.add((long) sign * memoryOf(retained.message()));
        if (retained.expiresAtMillis() != Long.MAX_VALUE) {
            mortal.add(sign);
        }
    }

    /**
     * Removes expired messages, going on where the last sweep stopped.
     *
     * @param limit most messages to look at
     * @return how many were removed
     */
    public int sweep(long nowMillis, int limit) {
        if (mortal.sum() == 0) {
            return 0;
        }
        byte[] last = sweptTo.get();
        Iterator<Slot> rest = inOrder.tailMap(last, false).values().iterator();
        int removed = 0;
        for (int i = 0; i < limit && rest.hasNext(); i++) {
            Slot slot = rest.next();
            Publication retained = slot.get();
            if (retained == null) {
                continue;
            }
            last = retained.message().topic().utf8();
            if (retained.isExpired(nowMillis) && remove(slot, retained)) {
                removed++;
            }
        }
        sweptTo.set(rest.hasNext() ? last : new byte[0]);
        return removed;
    }

    private Iterator<Slot> from(byte[] topic) {
        return inOrder.tailMap(topic, true).values().iterator();
    }

    /** A look-up of the messages whose topics a filter matches; its ShareName is not looked at. */
    public Cursor cursor(TopicFilter filter) {
        return new Cursor(filter);
    }

    private static int compare(byte[] a, byte[] b) {
        int at = Arrays.mismatch(a, b);
        if (at < 0) {
            return 0;
        }
        if (at == a.length || at == b.length) {
            return a.length - b.length;
        }
        return rank(a[at]) - rank(b[at]);
    }

    private static int rank(byte unit) {
        return unit == '/' ? 0 : unit & 0xFF;
    }

    /**
     * A place among the topics that match a filter, in the order of their levels.
     *
     * <p>Between calls it holds no lock and no more than its place. Messages that are stored all the while are found
     * once, as they are when they are found; those stored or removed meanwhile may or may not be.
     *
     * <p>Owner: confined to its creator.
     */
    public final class Cursor {
        /*
         * Walks through the topics in order. When several in a row do not match, it works out the first topic that could
         * and seeks that: past all topics below a level that is wrong, or on to a literal level that is yet to come.
         */
        private static final int MISSES_BEFORE_SEEK = 8;

        private static final byte[] PAST_DOLLAR = {'$' + 1};

        private final byte[] filter;

        /** Levels before the first wildcard. */
        private final int literals;

        private @Nullable Iterator<Slot> rest;

        private Cursor(TopicFilter asked) {
            filter = asked.unshared().getBytes(UTF_8);
            int bytes = 0;
            int separators = 0;
            while (bytes < filter.length && filter[bytes] != '+' && filter[bytes] != '#') {
                separators += filter[bytes++] == '/' ? 1 : 0;
            }
            boolean exact = bytes == filter.length;
            literals = exact ? separators + 1 : separators;
            rest = exact ? only() : from(start(bytes));
        }

        private @Nullable Iterator<Slot> only() {
            Slot slot = byTopic.get(TopicName.ofUtf8(filter));
            return slot == null ? null : List.of(slot).iterator();
        }

        /** What all that match begin with; "sport/#" also matches "sport". */
        private byte[] start(int wildcard) {
            boolean orParent = wildcard > 0 && filter[wildcard] == '#';
            return Arrays.copyOf(filter, orParent ? wildcard - 1 : wildcard);
        }

        /** The next message, or null if there is none any more. May pass over any number that do not match. */
        public @Nullable Publication next(long nowMillis) {
            Publication next = null;
            while (next == null && !isExhausted()) {
                next = next(nowMillis, Integer.MAX_VALUE);
            }
            return next;
        }

        /**
         * The next message, or null if there is none among the next topics.
         *
         * @param limit most topics to look at, for callers that must not be kept long
         */
        public @Nullable Publication next(long nowMillis, int limit) {
            int misses = 0;
            for (int i = 0; i < limit && rest != null; i++) {
                if (!rest.hasNext()) {
                    rest = null;
                    break;
                }
                Slot slot = rest.next();
                Publication retained = slot.get();
                if (retained == null) {
                    continue;
                }
                int wrong = firstWrongLevel(retained.message().topic().utf8());
                if (wrong < 0) {
                    retained = live(slot, nowMillis);
                    if (retained != null) {
                        return retained;
                    }
                } else if (wrong < literals) {
                    rest = null; // past all that begin as the filter does
                } else if (++misses == MISSES_BEFORE_SEEK) {
                    misses = 0;
                    rest = from(firstThatCouldMatch(retained.message().topic().utf8(), wrong));
                }
            }
            return null;
        }

        /** Whether {@link #next} has looked at the last topic. */
        public boolean isExhausted() {
            return rest == null;
        }

        /** The first level at which the topic is not as the filter asks, at most its number of levels; -1 if it matches. */
        private int firstWrongLevel(byte[] topic) {
            int at = 0; // where a level begins; past the end there is none
            int level = 0;
            for (int asked = 0; asked <= filter.length; level++) {
                boolean wildcard = isWildcard(asked);
                if (wildcard && level == 0 && topic[0] == '$') {
                    return 0; // [MQTT-4.7.2-1]
                }
                if (wildcard && filter[asked] == '#') {
                    return -1;
                }
                if (at > topic.length) {
                    return level;
                }
                int end = levelEnd(topic, at);
                int askedEnd = levelEnd(filter, asked);
                if (!wildcard && !Arrays.equals(topic, at, end, filter, asked, askedEnd)) {
                    return level;
                }
                at = end + 1;
                asked = askedEnd + 1;
            }
            return at > topic.length ? -1 : level;
        }

        /** The lowest topic that could match among those after this one, which is wrong at that level. */
        private byte[] firstThatCouldMatch(byte[] topic, int wrong) {
            if (wrong == 0) {
                return PAST_DOLLAR; // a wrong literal would have ended the walk
            }
            int right = levelStart(topic, wrong) - 1;
            int asked = levelStart(filter, wrong);
            if (asked <= filter.length) {
                int literal = isWildcard(asked) ? 0 : levelEnd(filter, asked) - asked;
                byte[] candidate = Arrays.copyOf(topic, right + 1 + literal);
                candidate[right] = '/';
                System.arraycopy(filter, asked, candidate, right + 1, literal);
                if (compare(candidate, topic) > 0) {
                    return candidate;
                }
            }
            byte[] past = Arrays.copyOf(topic, right + 1);
            past[right] = 1; // past all below: only '/' is lower than U+0001
            return past;
        }

        /** Whether the level of the filter that begins there is one; wildcards are alone in their level. */
        private boolean isWildcard(int at) {
            return at < filter.length && (filter[at] == '+' || filter[at] == '#');
        }
    }

    /** Where a level begins; past the end where there is none. */
    private static int levelStart(byte[] levels, int level) {
        int at = 0;
        for (int i = 0; i < level; i++) {
            at = levelEnd(levels, at) + 1;
        }
        return at;
    }

    private static int levelEnd(byte[] levels, int from) {
        int end = from;
        while (end < levels.length && levels[end] != '/') {
            end++;
        }
        return end;
    }
}
