// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a server answers, by method and path.
 *
 * <p>Any thread.
 */
public final class HttpRoutes {
    private final Map<String, Map<String, Handler>> byPath = new ConcurrentHashMap<>();

    /** Answers one kind of request; may block. What it throws is answered with 500. */
    public interface Handler {
        HttpAnswer answer(HttpQuestion question) throws Exception;
    }

    /** Adds a route; a path is compared whole. */
    public HttpRoutes on(String method, String path, Handler handler) {
        byPath.computeIfAbsent(path, _ -> new ConcurrentHashMap<>()).put(method, handler);
        return this;
    }

    /** Answers a request; 404 or 405 where there is no route for it. May block. */
    public HttpAnswer answer(HttpQuestion question) throws Exception {
        Map<String, Handler> methods = byPath.get(question.path());
        if (methods == null) {
            return HttpAnswer.text(404, "Not found.\n");
        }
        Handler handler = methods.get(question.method());
        return handler == null
                ? HttpAnswer.text(405, "Invalid HTTP Method\n")
                : handler.answer(question);
    }
}
