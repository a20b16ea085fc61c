// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * A JSON object being written, in the order of the calls. Knows what a payload needs: text, numbers and an object inside.
 *
 * <p>Owner: confined to its creator.
 */
final class JsonObject {
    /** More digits than any probe has. */
    private static final MathContext DIGITS = new MathContext(12);

    private final StringBuilder json = new StringBuilder("{");

    JsonObject put(String name, String value) {
        return member(name, () -> quote(value));
    }

    JsonObject put(String name, long value) {
        return member(name, () -> json.append(value));
    }

    /** A whole number is written without a point. */
    JsonObject put(String name, double value) {
        BigDecimal rounded = BigDecimal.valueOf(value).round(DIGITS).stripTrailingZeros();
        return member(name, () -> json.append(rounded.toPlainString()));
    }

    JsonObject put(String name, JsonObject value) {
        return member(name, () -> json.append(value));
    }

    private JsonObject member(String name, Runnable value) {
        if (json.length() > 1) {
            json.append(", ");
        }
        quote(name);
        json.append(": ");
        value.run();
        return this;
    }

    private void quote(String text) {
        json.append('"');
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                json.append('\\').append((char) c);
            } else if (c < 0x20 || c == 0x7F) {
                json.append(String.format("\\u%04x", c));
            } else {
                // Half of a surrogate pair has no UTF-8.
                json.appendCodePoint(c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c);
            }
        });
        json.append('"');
    }

    @Override
    public String toString() {
        return json + "}";
    }
}
