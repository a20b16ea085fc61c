// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.StringTokenizer;

/**
 * Bytes as one writes them on paper, in words separated by spaces:
 *
 * <pre>
 *   82 0005      hexadecimal
 *   'text'       its UTF-8 (no spaces within)
 *   s'text'      the same with its length of two bytes before it
 *   r            the Remaining Length of all that follows
 *   ( … )        what is between, with its length before it: Properties
 * </pre>
 */
public final class Bytes {
    private Bytes() {}

    public static byte[] of(String words) {
        Deque<ByteArrayOutputStream> open = new ArrayDeque<>();
        byte[] head = {};
        open.push(new ByteArrayOutputStream());
        var tokens = new StringTokenizer(words);
        while (tokens.hasMoreTokens()) {
            String word = tokens.nextToken();
            if (word.equals("r")) {
                head = open.element().toByteArray();
                open.element().reset();
            } else if (word.equals("(")) {
                open.push(new ByteArrayOutputStream());
            } else if (word.equals(")")) {
                byte[] inner = open.pop().toByteArray();
                open.element().writeBytes(variableByteInteger(inner.length));
                open.element().writeBytes(inner);
            } else if (word.startsWith("s'")) {
                byte[] text = word.substring(2, word.length() - 1).getBytes(UTF_8);
                open.element().write(text.length >> 8);
                open.element().write(text.length);
                open.element().writeBytes(text);
            } else if (word.startsWith("'")) {
                open.element().writeBytes(word.substring(1, word.length() - 1).getBytes(UTF_8));
            } else {
                open.element().writeBytes(HexFormat.of().parseHex(word));
            }
        }
        byte[] body = open.pop().toByteArray();
        if (head.length == 0) {
            return body;
        }
        return concat(concat(head, variableByteInteger(body.length)), body);
    }

    public static byte[] concat(byte[] first, byte[] second) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(first);
        out.writeBytes(second);
        return out.toByteArray();
    }

    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static byte[] variableByteInteger(int value) {
        var out = new ByteArrayOutputStream();
        int rest = value;
        do {
            int digit = rest % 128;
            rest /= 128;
            out.write(rest > 0 ? digit | 0x80 : digit);
        } while (rest > 0);
        return out.toByteArray();
    }
}
