// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.jspecify.annotations.Nullable;
import org.thecanary.cli.mosquitto.Json.Value;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads JSON as cJSON 1.7.15 does, which mosquitto_sub checks payloads with: numbers may have leading zeros, strings any
 * byte, and a NUL ends the text.
 *
 * <p>Owner: confined to the reading of one text.
 */
final class JsonReader {
    private static final int DEEPEST = 1000;
    private static final int LONGEST_NUMBER = 63;

    /** What is no JSON. */
    private static final class Invalid extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Invalid() {
            super(null, null, false, false);
        }
    }

    private final byte[] bytes;
    private int at;
    private int depth;

    private JsonReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The value; null: this is no JSON. */
    static @Nullable Value read(byte[] bytes) {
        var reader = new JsonReader(bytes);
        try {
            if (bytes.length >= 3
                    && bytes[0] == (byte) 0xEF
                    && bytes[1] == (byte) 0xBB
                    && bytes[2] == (byte) 0xBF) {
                reader.at = 3;
            }
            reader.space();
            Value value = reader.value();
            reader.space();
            return reader.at == bytes.length ? value : null;
        } catch (Invalid _) {
            return null;
        }
    }

    private int peek() {
        return at < bytes.length ? bytes[at] & 0xFF : 0;
    }

    private void space() {
        while (at < bytes.length && peek() <= ' ' && peek() != 0) {
            at++;
        }
    }

    private void expect(char c) {
        if (at >= bytes.length || peek() != c) {
            throw new Invalid();
        }
        at++;
    }

    private Value value() {
        return switch (peek()) {
            case 'n' -> literal("null");
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case '"' -> new Json.Text(string());
            case '[' -> array();
            case '{' -> object();
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> throw new Invalid();
        };
    }

    private Value literal(String word) {
        for (int i = 0; i < word.length(); i++) {
            expect(word.charAt(i));
        }
        return new Json.Literal(word);
    }

    private Value number() {
        int end = at;
        while (end < bytes.length
                && end - at < LONGEST_NUMBER
                && "+-0123456789eE.".indexOf(bytes[end]) >= 0) {
            end++;
        }
        // strtod: the longest beginning that is a number
        String text = Bytes.of(bytes).substring(at, end);
        for (int length = text.length(); length > 0; length--) {
            String number = text.substring(0, length);
            if (number.matches("-?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?")) {
                at += length;
                return new Json.Numeral(Double.parseDouble(number));
            }
        }
        throw new Invalid();
    }

    private Value array() {
        deeper();
        List<Value> items = new ArrayList<>();
        expect('[');
        space();
        if (peek() == ']') {
            at++;
        } else {
            do {
                space();
                items.add(value());
                space();
            } while (more(']'));
        }
        depth--;
        return new Json.Array(items);
    }

    private Value object() {
        deeper();
        List<Json.Member> members = new ArrayList<>();
        expect('{');
        space();
        if (peek() == '}') {
            at++;
        } else {
            do {
                space();
                String key = string();
                space();
                expect(':');
                space();
                members.add(new Json.Member(key, value()));
                space();
            } while (more('}'));
        }
        depth--;
        return new Json.Struct(members);
    }

    private void deeper() {
        if (++depth > DEEPEST) {
            throw new Invalid();
        }
    }

    private boolean more(char end) {
        if (peek() == ',') {
            at++;
            return true;
        }
        expect(end);
        return false;
    }

    private String string() {
        expect('"');
        ByteSink out = new ByteSink();
        while (peek() != '"') {
            if (at >= bytes.length || peek() == 0) {
                throw new Invalid();
            }
            int c = bytes[at++];
            if (c == '\\') {
                escape(out);
            } else {
                out.put(c);
            }
        }
        at++;
        String text = new String(out.array(), 0, out.length(), ISO_8859_1);
        int nul = text.indexOf('\0'); // an escaped one ends cJSON's text
        return nul < 0 ? text : text.substring(0, nul);
    }

    private void escape(ByteSink out) {
        int c = peek();
        at++;
        switch (c) {
            case 'b' -> out.put('\b');
            case 'f' -> out.put('\f');
            case 'n' -> out.put('\n');
            case 'r' -> out.put('\r');
            case 't' -> out.put('\t');
            case '"', '\\', '/' -> out.put(c);
            case 'u' -> out.put(Bytes.of(new String(Character.toChars(codePoint()))));
            default -> throw new Invalid();
        }
    }

    private int codePoint() {
        int first = hex();
        if (first >= 0xDC00 && first <= 0xDFFF) {
            throw new Invalid();
        }
        if (first < 0xD800 || first > 0xDBFF) {
            return first;
        }
        expect('\\');
        expect('u');
        int second = hex();
        if (second < 0xDC00 || second > 0xDFFF) {
            throw new Invalid();
        }
        return Character.toCodePoint((char) first, (char) second);
    }

    /** Four digits; what is none counts as 0, as in cJSON. */
    private int hex() {
        if (at + 4 > bytes.length) {
            throw new Invalid();
        }
        int value = 0;
        boolean valid = true;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(bytes[at++], 16);
            valid &= digit >= 0;
            value = 16 * value + digit;
        }
        return valid ? value : 0;
    }
}
