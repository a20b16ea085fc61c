// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Byte strings: texts with one character, 0 to 255, for each byte. */
final class Bytes {
    private Bytes() {}

    static String of(String text) {
        return isAscii(text) ? text : new String(text.getBytes(UTF_8), ISO_8859_1);
    }

    static String of(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }

    static byte[] toArray(String bytes) {
        return bytes.getBytes(ISO_8859_1);
    }

    /** The text that the bytes are the UTF-8 of; what is malformed becomes U+FFFD. */
    static String text(String bytes) {
        return isAscii(bytes) ? bytes : new String(toArray(bytes), UTF_8);
    }

    /**
     * The arguments of this process as the shell gave them. Java decodes them by the locale, and in the C locale loses
     * every byte above 127; the kernel has them still.
     */
    static List<String> arguments(String[] decoded) {
        List<String> given = List.of(decoded);
        if (given.stream().allMatch(Bytes::isAscii)) {
            return given;
        }
        try {
            String all = of(Files.readAllBytes(Path.of("/proc/self/cmdline")));
            List<String> words = List.of(all.split("\0", -1));
            int end = words.size() - 1; // the last word ends with a NUL, too
            List<String> raw = words.subList(Math.max(0, end - decoded.length), end);
            if (raw.size() == decoded.length) {
                return raw;
            }
        } catch (IOException _) {
            // no /proc; what Java made of them has to do
        }
        return given.stream().map(Bytes::of).toList();
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7F) {
                return false;
            }
        }
        return true;
    }

    /** Whether these bytes are UTF-8 at all. */
    static boolean isUtf8(String bytes) {
        return isAscii(bytes) || decode(bytes) != null;
    }

    /** Whether these bytes are UTF-8 as MQTT and mosquitto want it: no controls, surrogates or non-characters. */
    static boolean isMqttText(String bytes) {
        String text = decode(bytes);
        return text != null
                && text.codePoints()
                        .noneMatch(c -> c <= 0x1F
                                || (c >= 0x7F && c <= 0x9F)
                                || (c >= 0xFDD0 && c <= 0xFDEF)
                                || (c & 0xFFFE) == 0xFFFE);
    }

    private static @Nullable String decode(String bytes) {
        try {
            return UTF_8.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(toArray(bytes)))
                    .toString();
        } catch (CharacterCodingException _) {
            return null;
        }
    }
}
