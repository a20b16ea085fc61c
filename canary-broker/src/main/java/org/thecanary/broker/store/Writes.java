// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What is to be written in one go, as the bytes that RocksDB keeps in its own log: crossing into it once for a group is
 * a tenth of the cost of crossing for each key.
 *
 * <pre>
 *   sequence, 8 bytes of 0 | count, 4 bytes, little-endian | entries
 *   entry: 0x01 key value | 0x00 key | 0x0F first key, key after the last      each with its length as a varint
 * </pre>
 *
 * <p>Owner: confined to its creator.
 */
final class Writes {
    static final byte DELETE = 0x0;
    static final byte PUT = 0x1;
    static final byte DELETE_RANGE = 0xF;
    static final int HEADER = 12;

    private static final int LARGEST_KEPT = 4 << 20;

    private byte[] bytes = new byte[64 * 1024];
    private int length = HEADER;
    private int count;

    void put(RecordWriter key, RecordWriter value) {
        begin(PUT);
        append(key.array(), key.length());
        append(value.array(), value.length());
    }

    void put(byte[] key, byte[] value) {
        begin(PUT);
        append(key, key.length);
        append(value, value.length);
    }

    void delete(RecordWriter key) {
        begin(DELETE);
        append(key.array(), key.length());
    }

    void delete(byte[] key) {
        begin(DELETE);
        append(key, key.length);
    }

    /** What {@link #toBytes} made of others. */
    void add(byte[] group) {
        for (int i = 0; i < 4; i++) {
            count += (group[8 + i] & 0xFF) << (8 * i);
        }
        int size = group.length - HEADER;
        reserve(size);
        System.arraycopy(group, HEADER, bytes, length, size);
        length += size;
    }

    /** Deletes from one key (inclusive) to another (exclusive). */
    void deleteRange(byte[] from, byte[] to) {
        begin(DELETE_RANGE);
        append(from, from.length);
        append(to, to.length);
    }

    int count() {
        return count;
    }

    boolean isEmpty() {
        return count == 0;
    }

    int length() {
        return length;
    }

    void clear() {
        if (bytes.length > LARGEST_KEPT) {
            bytes = new byte[64 * 1024];
        }
        length = HEADER;
        count = 0;
    }

    /** As RocksDB reads it. */
    byte[] toBytes() {
        for (int i = 0; i < 4; i++) {
            bytes[8 + i] = (byte) (count >>> (8 * i));
        }
        return Arrays.copyOf(bytes, length);
    }

    /** Told the table of a key. */
    interface Puts {
        void put(byte table);
    }

    /** Reads what {@link #toBytes} made, up to where it cannot be read: which tables are written to. */
    static void forEachPut(byte[] group, Puts puts) {
        ByteBuffer rest = ByteBuffer.wrap(group, HEADER, group.length - HEADER);
        try {
            while (rest.hasRemaining()) {
                byte kind = rest.get();
                int key = varint(rest);
                if (kind == PUT) {
                    puts.put(rest.get(rest.position()));
                }
                rest.position(rest.position() + key);
                if (kind != DELETE) {
                    int value = varint(rest);
                    rest.position(rest.position() + value);
                }
            }
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            // not ours
        }
    }

    private static int varint(ByteBuffer from) {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = from.get();
            value |= (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private void begin(byte kind) {
        reserve(1);
        bytes[length++] = kind;
        count++;
    }

    private void append(byte[] data, int size) {
        reserve(5 + size);
        int rest = size;
        while (rest >= 0x80) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
        System.arraycopy(data, 0, bytes, length, size);
        length += size;
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
