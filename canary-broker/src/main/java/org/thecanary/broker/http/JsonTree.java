// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.avaje.json.JsonException;
import io.avaje.json.mapper.JsonMapper;

import org.jspecify.annotations.Nullable;

/** Reads JSON that a stranger has sent, RFC 8259. Any thread. */
public final class JsonTree {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** Longer or more nested than anything sensible; the parser recurses. */
    private static final int LONGEST = 64 * 1024;

    private static final int MOST_NESTED = 1000;

    private JsonTree() {}

    /** Maps, lists, texts, numbers and booleans; null where it is no JSON, or more than 64 KiB of it. */
    public static @Nullable Object read(byte[] json) {
        int nested = 0;
        for (byte b : json) {
            if (b == '[' || b == '{') {
                nested++;
            }
        }
        if (json.length > LONGEST || nested > MOST_NESTED) {
            return null;
        }
        try {
            return MAPPER.fromJson(new String(json, UTF_8));
        } catch (JsonException | IllegalStateException | ArithmeticException e) {
            return null;
        }
    }
}
