// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import java.util.Arrays;

/**
 * A growing byte array for the output of one message after another.
 *
 * <p>Owner: confined to its creator.
 */
final class ByteSink {
    private byte[] bytes = new byte[512];
    private int length;

    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
    }

    void truncate(int to) {
        length = to;
    }

    ByteSink put(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
        return this;
    }

    ByteSink put(byte[] from) {
        return put(from, 0, from.length);
    }

    ByteSink put(byte[] from, int start, int count) {
        reserve(count);
        System.arraycopy(from, start, bytes, length, count);
        length += count;
        return this;
    }

    /** A byte string. */
    ByteSink put(String text) {
        int count = text.length();
        reserve(count);
        for (int i = 0; i < count; i++) {
            bytes[length++] = (byte) text.charAt(i);
        }
        return this;
    }

    ByteSink fill(int value, int count) {
        if (count > 0) {
            reserve(count);
            Arrays.fill(bytes, length, length + count, (byte) value);
            length += count;
        }
        return this;
    }

    private void reserve(int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + count));
        }
    }
}
