// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/**
 * A growing byte array that packets are written to; reused, so that encoding allocates nothing once it has grown.
 *
 * <p>Owner: confined to its creator.
 */
public final class WireWriter {
    private static final int INITIAL_SIZE = 256;

    /** An array above this size is not kept by {@link #clear}. */
    static final int LARGEST_KEPT = 64 * 1024;

    private static final int MAX_STRING = 65_535;
    private static final int MAX_VARIABLE_BYTE_INTEGER = 268_435_455;

    private byte[] bytes = new byte[INITIAL_SIZE];
    private int length;

    /** The bytes written so far, from index 0 to {@link #length}. Valid until the next write. */
    public byte[] array() {
        return bytes;
    }

    public int length() {
        return length;
    }

    /** Forgets all bytes, keeping the array unless a rare giant grew it. */
    public void clear() {
        length = 0;
        if (bytes.length > LARGEST_KEPT) {
            bytes = new byte[INITIAL_SIZE];
        }
    }

    /** Forgets the bytes from an index on. */
    void truncate(int index) {
        length = index;
    }

    void writeByte(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
    }

    void writeShort(int value) {
        reserve(2);
        bytes[length++] = (byte) (value >>> 8);
        bytes[length++] = (byte) value;
    }

    void writeInt(long value) {
        writeShort((int) (value >>> 16));
        writeShort((int) value);
    }

    void writeVariableByteInteger(int value) {
        int rest = value;
        while (rest >= 0x80) {
            writeByte((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        writeByte(rest);
    }

    void writeBytes(byte[] value) {
        reserve(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
    }

    void writeBinary(byte[] value) {
        if (value.length > MAX_STRING) {
            throw new IllegalArgumentException("binary data longer than 65,535 bytes");
        }
        writeShort(value.length);
        writeBytes(value);
    }

    /**
     * @throws IllegalArgumentException if it takes more than 65,535 bytes
     */
    void writeString(String value) {
        int chars = value.length();
        if (chars > MAX_STRING) {
            throw new IllegalArgumentException("string longer than 65,535 bytes");
        }
        reserve(2 + chars);
        int to = length + 2;
        for (int i = 0; i < chars; i++) {
            char c = value.charAt(i);
            if (c >= 0x80) {
                writeBinary(value.getBytes(UTF_8));
                return;
            }
            bytes[to++] = (byte) c;
        }
        writeShort(chars);
        length = to;
    }

    /** Leaves room for a length that {@link #endLength} fills in, and answers the mark to give to it. */
    int beginLength() {
        writeByte(0);
        return length;
    }

    /**
     * Writes how many bytes followed the mark as a Variable Byte Integer in front of them. Lengths below 128, which are
     * nearly all, need no byte moved.
     */
    void endLength(int mark) {
        endLength(mark, 0);
    }

    /** The same, where {@code pending} bytes that count too will be written next. */
    void endLength(int mark, int pending) {
        int written = length - mark;
        int value = written + pending;
        if (value > MAX_VARIABLE_BYTE_INTEGER) {
            throw new IllegalArgumentException("packet longer than 268,435,455 bytes");
        }
        int more = lengthOfVariableByteInteger(value) - 1;
        if (more > 0) {
            reserve(more);
            System.arraycopy(bytes, mark, bytes, mark + more, written);
        }
        length = mark - 1;
        writeVariableByteInteger(value);
        length += written;
    }

    static int lengthOfVariableByteInteger(int value) {
        return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
    }

    void reserve(int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
        }
    }
}
