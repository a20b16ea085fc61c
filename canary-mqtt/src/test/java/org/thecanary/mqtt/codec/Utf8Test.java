// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.ProtocolException;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Random;

/** Is a string accepted exactly when Unicode, the specification and mosquitto's extra rule allow it? */
@Spec({"MQTT-1.5.4-1", "MQTT-1.5.4-2", "MQTT-1.5.4-3"})
class Utf8Test {

    private static boolean accepted(byte[] bytes, int from, int to) {
        try {
            Utf8.check(bytes, from, to);
            return true;
        } catch (ProtocolException _) {
            return false;
        }
    }

    private static boolean allowed(int codePoint) {
        return !Character.isISOControl(codePoint)
                && !(codePoint >= 0xFDD0 && codePoint <= 0xFDEF)
                && (codePoint & 0xFFFF) < 0xFFFE
                && !(codePoint >= 0xD800 && codePoint <= 0xDFFF);
    }

    private static byte[] encode(int codePoint) {
        if (codePoint < 0x80) {
            return new byte[] {(byte) codePoint};
        }
        if (codePoint < 0x800) {
            return new byte[] {(byte) (0xC0 | (codePoint >> 6)), low(codePoint)};
        }
        if (codePoint < 0x1_0000) {
            return new byte[] {
                (byte) (0xE0 | (codePoint >> 12)), low(codePoint >> 6), low(codePoint)
            };
        }
        return new byte[] {
            (byte) (0xF0 | (codePoint >> 18)),
            low(codePoint >> 12),
            low(codePoint >> 6),
            low(codePoint)
        };
    }

    private static byte low(int bits) {
        return (byte) (0x80 | (bits & 0x3F));
    }

    @Test
    void everyCodePointIsJudgedRightWhereverItStands() {
        for (int codePoint = 0; codePoint <= 0x11_FFFF; codePoint++) {
            byte[] bytes = encode(codePoint);
            boolean expected = codePoint <= Character.MAX_CODE_POINT && allowed(codePoint);
            int before = codePoint % 9;
            byte[] within = new byte[before + bytes.length + 9];
            java.util.Arrays.fill(within, (byte) 'a');
            System.arraycopy(bytes, 0, within, before, bytes.length);

            if (accepted(bytes, 0, bytes.length) != expected
                    || accepted(within, 0, within.length) != expected) {
                throw new AssertionError("U+%04X".formatted(codePoint));
            }
        }
    }

    @Test
    void randomBytesAreJudgedAsTheJdkDoes() {
        var random = new Random(20_261_122);
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[1 + random.nextInt(20)];
            for (int j = 0; j < bytes.length; j++) {
                bytes[j] = (byte) (random.nextInt(4) == 0 ? random.nextInt(256) : 'a');
            }
            int from = random.nextInt(bytes.length);
            int to = from + random.nextInt(bytes.length - from + 1);

            assertThat(accepted(bytes, from, to))
                    .as("%s from %d to %d", Bytes.hex(bytes), from, to)
                    .isEqualTo(jdk(bytes, from, to));
        }
    }

    private static boolean jdk(byte[] bytes, int from, int to) {
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, to - from))
                    .codePoints()
                    .allMatch(Utf8Test::allowed);
        } catch (CharacterCodingException _) {
            return false;
        }
    }
}
