// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/** A growing byte array for keys and values, integers big-endian. Owner: confined to its creator. */
final class RecordWriter {
    private static final int LARGEST_KEPT = 1 << 20;

    private byte[] bytes = new byte[256];
    private int length;

    RecordWriter clear() {
        length = 0;
        if (bytes.length > LARGEST_KEPT) {
            bytes = new byte[256];
        }
        return this;
    }

    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    RecordWriter u8(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
        return this;
    }

    RecordWriter flag(boolean value) {
        return u8(value ? 1 : 0);
    }

    RecordWriter u16(int value) {
        return u8(value >>> 8).u8(value);
    }

    RecordWriter u32(long value) {
        return u16((int) (value >>> 16)).u16((int) value);
    }

    RecordWriter i64(long value) {
        return u32(value >>> 32).u32(value);
    }

    /** Without a length. */
    RecordWriter raw(byte[] value, int size) {
        reserve(size);
        System.arraycopy(value, 0, bytes, length, size);
        length += size;
        return this;
    }

    /** At most 65,534 bytes of UTF-8, or null. */
    RecordWriter text(@Nullable String value) {
        if (value == null) {
            return u16(0xFFFF);
        }
        byte[] utf8 = value.getBytes(UTF_8);
        return u16(utf8.length).raw(utf8, utf8.length);
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
