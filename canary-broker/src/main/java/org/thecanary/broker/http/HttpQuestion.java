// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request, as far as anybody here looks at it.
 *
 * @param path decoded, without the query
 * @param headers by name in lower case; the last of each
 */
public record HttpQuestion(
        String method,
        String path,
        Map<String, List<String>> query,
        Map<String, String> headers,
        String body) {

    /** The first value of a parameter. */
    public Optional<String> parameter(String name) {
        return query.getOrDefault(name, List.of()).stream().findFirst();
    }

    /** Whether a person reads the answer, who asks for {@code text/plain}, and not a program. */
    public boolean wantsText() {
        return headers.getOrDefault("accept", "").startsWith("text/plain");
    }
}
