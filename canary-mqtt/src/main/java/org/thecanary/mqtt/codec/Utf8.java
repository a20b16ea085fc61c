// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import org.thecanary.mqtt.packet.ProtocolException;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The rules for UTF-8 Encoded Strings, specification 1.5.4.
 *
 * <p>Well-formed UTF-8 without surrogates [MQTT-1.5.4-1] and without U+0000 [MQTT-1.5.4-2]. A U+FEFF is a character
 * like others and is kept [MQTT-1.5.4-3]. What the specification says a receiver MAY refuse is refused, as mosquitto
 * does ({@code mosquitto_validate_utf8}): control characters U+0001 to U+001F and U+007F to U+009F, and the
 * non-characters.
 */
final class Utf8 {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGHS = 0x8080_8080_8080_8080L;

    private Utf8() {}

    /**
     * @throws ProtocolException malformed, if a rule is broken
     */
    static void check(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to) {
            if (i + Long.BYTES <= to && isPlain((long) LONG.get(bytes, i))) {
                i += Long.BYTES;
            } else {
                i = checkOne(bytes, i, to);
            }
        }
    }

    /*
     * Eight bytes at once: none has its high bit set, none is below 0x20, none is 0x7F. With the high bits clear,
     * (x - n) sets a byte's high bit if x < n there; a borrow can only spoil bytes above one that is refused anyway.
     */
    private static boolean isPlain(long eight) {
        long belowSpace = eight - ONES * 0x20;
        long isDelete = (eight ^ ONES * 0x7F) - ONES;
        return ((eight | belowSpace | isDelete) & HIGHS) == 0;
    }

    /** Checks the character that begins here and answers where the next begins. */
    private static int checkOne(byte[] bytes, int index, int to) {
        int first = bytes[index];
        if (first >= 0) {
            allow(first);
            return index + 1;
        }
        // The lead byte's leading ones are the length; what it leaves must not fit a shorter form.
        int length = Integer.numberOfLeadingZeros(~(first << 24));
        if (length < 2 || length > 4 || to - index < length) {
            throw malformed();
        }
        int codePoint = first & (0x7F >> length);
        for (int i = index + 1; i < index + length; i++) {
            if ((bytes[i] & 0xC0) != 0x80) {
                throw malformed();
            }
            codePoint = (codePoint << 6) | (bytes[i] & 0x3F);
        }
        if (codePoint < smallest(length)
                || codePoint > Character.MAX_CODE_POINT
                || (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE)) {
            throw malformed();
        }
        allow(codePoint);
        return index + length;
    }

    private static int smallest(int length) {
        return switch (length) {
            case 2 -> 0x80;
            case 3 -> 0x800;
            default -> 0x1_0000;
        };
    }

    private static void allow(int codePoint) {
        if (codePoint == 0) {
            throw ProtocolException.malformed("[MQTT-1.5.4-2]", "U+0000 in a string");
        }
        if (Character.isISOControl(codePoint)) {
            throw ProtocolException.malformed("1.5.4", "control character in a string");
        }
        if ((codePoint & 0xFFFE) == 0xFFFE || (codePoint >= 0xFDD0 && codePoint <= 0xFDEF)) {
            throw ProtocolException.malformed("1.5.4", "non-character in a string");
        }
    }

    private static ProtocolException malformed() {
        return ProtocolException.malformed("[MQTT-1.5.4-1]", "ill-formed UTF-8");
    }
}
