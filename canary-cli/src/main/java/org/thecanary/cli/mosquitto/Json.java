// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import org.thecanary.cli.text.PrintF;

import java.util.List;

/** JSON values and their text as cJSON writes it, byte for byte; texts are byte strings. */
final class Json {
    /** What JSON knows. */
    sealed interface Value {}

    record Literal(String word) implements Value {}

    record Numeral(double value) implements Value {}

    record Text(String bytes) implements Value {}

    record Array(List<Value> items) implements Value {}

    /** Keys may repeat. */
    record Struct(List<Member> members) implements Value {}

    record Member(String key, Value value) {}

    static final Value NULL = new Literal("null");
    static final Value TRUE = new Literal("true");
    static final Value FALSE = new Literal("false");

    private Json() {}

    static void write(Value value, boolean pretty, ByteSink out) {
        write(value, pretty, 0, out);
    }

    private static void write(Value value, boolean pretty, int depth, ByteSink out) {
        switch (value) {
            case Literal(String word) -> out.put(word);
            case Numeral(double number) -> out.put(number(number));
            case Text(String bytes) -> text(bytes, out);
            case Array(List<Value> items) -> array(items, pretty, depth, out);
            case Struct(List<Member> members) -> struct(members, pretty, depth, out);
        }
    }

    private static void array(List<Value> items, boolean pretty, int depth, ByteSink out) {
        out.put('[');
        String separator = "";
        for (Value item : items) {
            out.put(separator);
            write(item, pretty, depth + 1, out);
            separator = pretty ? ", " : ",";
        }
        out.put(']');
    }

    private static void struct(List<Member> members, boolean pretty, int depth, ByteSink out) {
        out.put(pretty ? "{\n" : "{");
        for (int i = 0; i < members.size(); i++) {
            if (pretty) {
                out.fill('\t', depth + 1);
            }
            text(members.get(i).key(), out);
            out.put(pretty ? ":\t" : ":");
            write(members.get(i).value(), pretty, depth + 1, out);
            out.put(i + 1 < members.size() ? "," : "").put(pretty ? "\n" : "");
        }
        if (pretty) {
            out.fill('\t', depth);
        }
        out.put('}');
    }

    /** 15 digits where they say nearly all, else 17; cJSON's idea of nearly. */
    static String number(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return "null";
        }
        String shorter = PrintF.g(value, 15);
        double said = Double.parseDouble(shorter);
        double tolerance = Math.max(Math.abs(said), Math.abs(value)) * Math.ulp(1.0);
        return Math.abs(said - value) <= tolerance ? shorter : PrintF.g(value, 17);
    }

    private static void text(String bytes, ByteSink out) {
        out.put('"');
        for (int i = 0; i < bytes.length(); i++) {
            char c = bytes.charAt(i);
            switch (c) {
                case '"', '\\' -> out.put('\\').put(c);
                case '\b' -> out.put("\\b");
                case '\f' -> out.put("\\f");
                case '\n' -> out.put("\\n");
                case '\r' -> out.put("\\r");
                case '\t' -> out.put("\\t");
                default -> {
                    if (c < ' ') {
                        out.put(c < 0x10 ? "\\u000" : "\\u00").put(Integer.toHexString(c));
                    } else {
                        out.put(c);
                    }
                }
            }
        }
        out.put('"');
    }
}
