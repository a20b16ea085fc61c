// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.http;

import java.util.Map;

/** Writes JSON, RFC 8259: objects of texts, numbers, booleans, lists and nulls. */
public final class JsonText {
    private JsonText() {}

    /** On one line. */
    public static String of(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    /**
     * Writes a value on one line.
     *
     * @param value a Map, an Iterable, a Number, a Boolean, {@link #NULL}, or anything as its text
     */
    static void write(Object value, StringBuilder out) {
        switch (value) {
            case Map<?, ?> members -> {
                String separator = "{";
                for (Map.Entry<?, ?> member : members.entrySet()) {
                    quote(String.valueOf(member.getKey()), out.append(separator));
                    write(member.getValue(), out.append(':'));
                    separator = ",";
                }
                out.append(members.isEmpty() ? "{}" : "}");
            }
            case Iterable<?> items -> {
                String separator = "[";
                for (Object item : items) {
                    write(item, out.append(separator));
                    separator = ",";
                }
                out.append(separator.equals("[") ? "[]" : "]");
            }
            case Number _, Boolean _ -> out.append(value);
            case Null nothing -> out.append(nothing);
            default -> quote(value.toString(), out);
        }
    }

    /** The value null, where a Map has no room for a Java one. */
    public static final Null NULL = new Null();

    /** Its only value is {@link #NULL}. */
    public static final class Null {
        private Null() {}

        @Override
        public String toString() {
            return "null";
        }
    }

    /** Writes a text between quotation marks. */
    public static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
