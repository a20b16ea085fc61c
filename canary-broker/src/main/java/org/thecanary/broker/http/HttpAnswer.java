// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.http;

import java.util.Map;

/**
 * A response.
 *
 * @param type its Content-Type
 * @param headers more of them
 */
public record HttpAnswer(int status, String type, String body, Map<String, String> headers) {

    /** Text for people. */
    public static HttpAnswer text(int status, String body) {
        return new HttpAnswer(status, "text/plain; charset=utf-8", body, Map.of());
    }

    /** Written by {@link JsonText}. */
    public static HttpAnswer json(Object value) {
        return json(200, value);
    }

    /** Written by {@link JsonText}. */
    public static HttpAnswer json(int status, Object value) {
        return new HttpAnswer(status, "application/json", JsonText.of(value) + "\n", Map.of());
    }
}
