// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/** Reads what {@link RecordWriter} wrote. Owner: confined to its creator. */
final class RecordReader {
    private final ByteBuffer bytes;

    RecordReader(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes);
    }

    RecordReader(byte[] bytes, int from) {
        this(bytes);
        this.bytes.position(from);
    }

    int u8() {
        return bytes.get() & 0xFF;
    }

    boolean flag() {
        return bytes.get() != 0;
    }

    int u16() {
        return bytes.getShort() & 0xFFFF;
    }

    long u32() {
        return bytes.getInt() & 0xFFFF_FFFFL;
    }

    long i64() {
        return bytes.getLong();
    }

    @Nullable
    String text() {
        int length = u16();
        if (length == 0xFFFF) {
            return null;
        }
        String text = new String(bytes.array(), bytes.position(), length, UTF_8);
        bytes.position(bytes.position() + length);
        return text;
    }

    String rest() {
        return new String(bytes.array(), bytes.position(), bytes.remaining(), UTF_8);
    }

    boolean hasMore() {
        return bytes.hasRemaining();
    }

    int position() {
        return bytes.position();
    }
}
