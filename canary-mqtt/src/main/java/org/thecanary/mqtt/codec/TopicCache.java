// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.topic.InvalidTopicException;
import org.thecanary.mqtt.topic.TopicName;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Topic Names by their bytes, so that a topic seen before costs neither validation nor an object.
 *
 * <p>A table of fixed size with open addressing. A topic is looked for in {@link #PROBES} neighbouring slots and no
 * further, and takes the place of an older one when those are full: crowded hashes, hostile ones included, cost a miss
 * and never a long search. Long topics are not kept.
 *
 * <p>Owner: confined to one thread, whose decoders share it.
 */
public final class TopicCache {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private static final int PROBES = 4;
    private static final int LONGEST_KEPT = 256;

    private final @Nullable TopicName[] names;
    private final int[] hashes;
    private int evict;

    /**
     * @param slots how many topics it keeps at most, rounded up to a power of two
     */
    public TopicCache(int slots) {
        int size = Integer.highestOneBit(Math.max(slots, PROBES) * 2 - 1);
        names = new @Nullable TopicName[size];
        hashes = new int[size];
    }

    /**
     * Reads a Topic Name of a PUBLISH, or {@link TopicName#NONE} where it is empty.
     *
     * @param last the topic to try before all others
     * @throws ProtocolException malformed, if it is no Topic Name; so answers mosquitto too
     */
    TopicName read(WireReader in, TopicName last) {
        int length = in.readShort();
        int from = in.skip(length);
        byte[] bytes = in.array();
        if (isSame(last, bytes, from, length)) {
            return last;
        }
        if (length == 0) {
            return TopicName.NONE;
        }
        return find(bytes, from, length);
    }

    private TopicName find(byte[] bytes, int from, int length) {
        if (length > LONGEST_KEPT) {
            return parse(bytes, from, length);
        }
        int hash = hash(bytes, from, length);
        int mask = names.length - 1;
        int free = -1;
        for (int i = 0; i < PROBES; i++) {
            int slot = (hash + i) & mask;
            TopicName name = names[slot];
            if (name == null) {
                free = slot;
                break;
            }
            if (hashes[slot] == hash && isSame(name, bytes, from, length)) {
                return name;
            }
        }
        TopicName name = parse(bytes, from, length);
        int slot = free >= 0 ? free : (hash + (evict++ & (PROBES - 1))) & mask;
        names[slot] = name;
        hashes[slot] = hash;
        return name;
    }

    private static boolean isSame(TopicName name, byte[] bytes, int from, int length) {
        byte[] utf8 = name.utf8();
        return utf8.length == length && Arrays.equals(utf8, 0, length, bytes, from, from + length);
    }

    static TopicName parse(byte[] bytes, int from, int length) {
        Utf8.check(bytes, from, from + length);
        try {
            return TopicName.ofUtf8(Arrays.copyOfRange(bytes, from, from + length));
        } catch (InvalidTopicException e) {
            throw ProtocolException.malformed(e.statement(), String.valueOf(e.getMessage()));
        }
    }

    static int hash(byte[] bytes, int from, int length) {
        long hash = length;
        int i = from;
        int to = from + length;
        for (; i + Long.BYTES <= to; i += Long.BYTES) {
            hash = mix(hash ^ (long) LONG.get(bytes, i));
        }
        for (; i < to; i++) {
            hash = hash * 31 + bytes[i];
        }
        hash = mix(hash);
        return (int) (hash ^ (hash >>> 32));
    }

    private static long mix(long value) {
        long product = value * 0x9E37_79B9_7F4A_7C15L;
        return product ^ (product >>> 29);
    }
}
