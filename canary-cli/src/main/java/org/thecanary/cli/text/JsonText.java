// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.text;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** JSON [RFC 8259] for other programs to read: what {@code --json} prints, in the order that was given. */
public final class JsonText {
    private JsonText() {}

    /**
     * One line, without its end.
     *
     * @param value a map with texts as keys, a list, a text, a number, a truth value or null; others by their text
     */
    public static String of(@Nullable Object value) {
        var json = new StringBuilder();
        append(value, json);
        return json.toString();
    }

    private static void append(@Nullable Object value, StringBuilder json) {
        switch (value) {
            case null -> json.append("null");
            case Double number when !Double.isFinite(number) -> json.append("null");
            case Number number -> json.append(number);
            case Boolean truth -> json.append(truth);
            case List<?> items -> {
                var separator = "[";
                for (var item : items) {
                    json.append(separator);
                    append(item, json);
                    separator = ", ";
                }
                json.append(items.isEmpty() ? "[]" : "]");
            }
            case Map<?, ?> members -> {
                var separator = "{";
                for (var member : members.entrySet()) {
                    json.append(separator);
                    quote(String.valueOf(member.getKey()), json);
                    json.append(": ");
                    append(member.getValue(), json);
                    separator = ", ";
                }
                json.append(members.isEmpty() ? "{}" : "}");
            }
            default -> quote(value.toString(), json);
        }
    }

    private static void quote(String text, StringBuilder json) {
        json.append('"');
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                json.append('\\').append((char) c);
            } else if (c < 0x20 || c == 0x7F) {
                json.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                // Half of a surrogate pair has no UTF-8.
                json.appendCodePoint(c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c);
            }
        });
        json.append('"');
    }
}
