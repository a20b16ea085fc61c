// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.thecanary.mqtt.packet.ProtocolException;

import java.util.Arrays;

/**
 * Reads the data types of specification 1.5 from a byte array that it does not own, up to a limit.
 *
 * <p>Owner: confined to its creator.
 */
final class WireReader {
    private static final byte[] NOTHING = new byte[0];

    private byte[] bytes = NOTHING;
    private int position;
    private int limit;
    private byte[] rest = NOTHING;

    /** Reads from index {@code from} (inclusive) to {@code to} (exclusive) from now on. */
    void over(byte[] array, int from, int to) {
        over(array, from, to, NOTHING);
    }

    /** The same, with an array behind it of which only {@link #readRest} knows. */
    void over(byte[] array, int from, int to, byte[] behind) {
        bytes = array;
        position = from;
        limit = to;
        rest = behind;
    }

    /** Lets go of the array. */
    void release() {
        over(NOTHING, 0, 0);
    }

    byte[] array() {
        return bytes;
    }

    int position() {
        return position;
    }

    int limit() {
        return limit;
    }

    void limit(int index) {
        limit = index;
    }

    int remaining() {
        return limit - position;
    }

    boolean hasRemaining() {
        return position < limit;
    }

    int readByte() {
        need(1);
        return bytes[position++] & 0xFF;
    }

    int readShort() {
        need(2);
        int high = bytes[position++] & 0xFF;
        return (high << 8) | (bytes[position++] & 0xFF);
    }

    /** 0 to 0xFFFFFFFF. */
    long readInt() {
        long high = readShort();
        return (high << 16) | readShort();
    }

    /** 0 to 268,435,455 in one to four bytes, the fewest that hold it [MQTT-1.5.5-1]. */
    int readVariableByteInteger() {
        int value = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int digit = readByte();
            value |= (digit & 0x7F) << shift;
            if (digit < 0x80) {
                if (digit == 0 && shift > 0) {
                    throw ProtocolException.malformed(
                            "[MQTT-1.5.5-1]", "overlong Variable Byte Integer");
                }
                return value;
            }
        }
        throw ProtocolException.malformed(
                "[MQTT-1.5.5-1]", "Variable Byte Integer of more than four bytes");
    }

    /** Two bytes of length and that many bytes, which are copied. */
    byte[] readBinary() {
        return readBytes(readShort());
    }

    byte[] readBytes(int count) {
        int from = skip(count);
        return count == 0 ? NOTHING : Arrays.copyOfRange(bytes, from, from + count);
    }

    /** All that is left: a copy, or the array behind. */
    byte[] readRest() {
        return rest.length == 0 ? readBytes(remaining()) : rest;
    }

    /** A UTF-8 Encoded String, specification 1.5.4. */
    String readString() {
        int length = readShort();
        int from = skip(length);
        Utf8.check(bytes, from, from + length);
        return length == 0 ? "" : new String(bytes, from, length, UTF_8);
    }

    /** Passes over bytes and says where they began. */
    int skip(int count) {
        need(count);
        int from = position;
        position += count;
        return from;
    }

    /** Every field of the packet has been read: nothing may follow. */
    void expectEnd() {
        if (position < limit) {
            throw ProtocolException.malformed("1.2", "bytes left over at the end of the packet");
        }
    }

    private void need(int count) {
        if (limit - position < count) {
            throw ProtocolException.malformed("1.2", "packet or properties end within a field");
        }
    }
}
