// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.payload;

import io.avaje.json.JsonException;
import io.avaje.json.JsonReader;
import io.avaje.json.JsonWriter;
import io.avaje.json.mapper.JsonMapper;
import io.avaje.json.stream.JsonStream;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** JSON in and out: the one place that knows the library. Any thread. */
public final class Json {
    private static final JsonStream STREAM =
            JsonStream.builder().serializeEmpty(true).build();
    private static final JsonMapper MAPPER =
            JsonMapper.builder().jsonStream(STREAM).build();

    /** Deeper than any sensible payload; a parser that recurses must not be asked for more. */
    private static final int DEEPEST = 16;

    private Json() {}

    /** The text of maps, collections, text, numbers and booleans; a member that is null is left out. */
    public static String text(Object value) {
        return MAPPER.toJson(value);
    }

    /** The UTF-8 of {@link #text}. */
    public static byte[] bytes(Object value) {
        return text(value).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The members of an object.
     *
     * @throws MalformedPayload if it is none
     */
    public static Map<String, Object> object(byte[] json) throws MalformedPayload {
        checkDepth(json);
        try {
            return MAPPER.fromJsonObject(new String(json, StandardCharsets.UTF_8));
        } catch (JsonException | IllegalStateException | ArithmeticException e) {
            throw new MalformedPayload("it is not a JSON object");
        }
    }

    /** A reader of UTF-8 bytes; fails with {@link JsonException}. */
    static JsonReader reader(byte[] json) {
        return STREAM.reader(json);
    }

    /** A writer to a stream that stays open. */
    public static JsonWriter writer(java.io.OutputStream out) {
        return STREAM.writer(out);
    }

    /** @throws MalformedPayload if arrays and objects are nested more than {@value #DEEPEST} deep */
    static void checkDepth(byte[] json) throws MalformedPayload {
        int depth = 0;
        boolean inText = false;
        for (int i = 0; i < json.length; i++) {
            byte b = json[i];
            if (inText) {
                if (b == '\\') {
                    i++;
                } else if (b == '"') {
                    inText = false;
                }
            } else if (b == '"') {
                inText = true;
            } else if (b == '{' || b == '[') {
                if (++depth > DEEPEST) {
                    throw new MalformedPayload("it is nested more than " + DEEPEST + " deep");
                }
            } else if (b == '}' || b == ']') {
                depth--;
            }
        }
        if (depth != 0 || inText) {
            throw new MalformedPayload("it ends too early");
        }
    }

    /** A member as text; null: it is missing or something else. */
    public static @Nullable String text(Map<String, Object> object, String member) {
        return object.get(member) instanceof String text ? text : null;
    }

    /** A member as a number; null: it is missing or something else. */
    public static @Nullable Double number(Map<String, Object> object, String member) {
        return object.get(member) instanceof Number number ? number.doubleValue() : null;
    }
}
