// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.http;

import com.sun.net.httpserver.HttpExchange;

import org.jspecify.annotations.Nullable;
import org.thecanary.web.payload.Json;
import org.thecanary.web.payload.MalformedPayload;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** A request and the way to answer it. Confined to the request's thread. */
public final class Request {
    private static final int LARGEST_BODY = 16_384;

    private final HttpExchange exchange;
    private final Map<String, String> parameters;
    private BooleanSupplier admitted = () -> false;

    Request(HttpExchange exchange) {
        this.exchange = exchange;
        this.parameters = parameters(exchange.getRequestURI().getRawQuery());
    }

    private static Map<String, String> parameters(@Nullable String query) {
        Map<String, String> parameters = new HashMap<>();
        if (query != null) {
            for (String pair : query.split("&", 50)) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    parameters.put(pair.substring(0, equals), decoded(pair.substring(equals + 1)));
                }
            }
        }
        return parameters;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    public String method() {
        return exchange.getRequestMethod();
    }

    public String path() {
        return exchange.getRequestURI().getPath();
    }

    /** The address it came from. */
    public String address() {
        return exchange.getRemoteAddress().getAddress().getHostAddress();
    }

    @Nullable
    String header(String name) {
        return exchange.getRequestHeaders().getFirst(name);
    }

    /** A cookie; null: there is none. */
    @Nullable
    String cookie(String name) {
        String cookies = header("Cookie");
        if (cookies != null) {
            for (String cookie : cookies.split(";", 50)) {
                int equals = cookie.indexOf('=');
                if (equals > 0 && cookie.substring(0, equals).strip().equals(name)) {
                    return cookie.substring(equals + 1).strip();
                }
            }
        }
        return null;
    }

    /** @param so whether the person who asks may do so still */
    void admit(BooleanSupplier so) {
        admitted = so;
    }

    /** Whether the person who asks is logged in still; for an answer that takes long. */
    public boolean isAdmitted() {
        return admitted.getAsBoolean();
    }

    /** A parameter of the query; empty where there is none. */
    public String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    /**
     * A parameter that is a whole number.
     *
     * @throws Refusal if it is not, or not in the range
     */
    public long number(String name, long from, long to) throws Refusal {
        try {
            long number = Long.parseLong(parameter(name));
            if (number >= from && number <= to) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new Refusal(400, name + " is not a number from " + from + " to " + to + ".");
    }

    /**
     * The JSON object sent along.
     *
     * @throws Refusal if there is none
     */
    public Map<String, Object> body() throws Refusal, IOException {
        byte[] bytes = exchange.getRequestBody().readNBytes(LARGEST_BODY + 1);
        if (bytes.length > LARGEST_BODY) {
            throw new Refusal(413, "The request is too large.");
        }
        String type = header("Content-Type");
        if (type == null || !type.startsWith("application/json")) {
            throw new Refusal(415, "The request is not JSON.");
        }
        try {
            return Json.object(bytes);
        } catch (MalformedPayload e) {
            throw new Refusal(400, "The request cannot be read: " + e.getMessage() + ".");
        }
    }

    void answerHeader(String name, String value) {
        exchange.getResponseHeaders().set(name, value);
    }

    /** Answers with JSON. */
    public void answer(Object json) throws IOException {
        answer(200, "application/json", Json.bytes(json));
    }

    void answer(int status, String type, byte[] bytes) throws IOException {
        String accepted = header("Accept-Encoding");
        byte[] body = bytes;
        if (bytes.length > 1_000 && accepted != null && accepted.contains("gzip")) {
            body = Assets.gzip(bytes);
            answerHeader("Content-Encoding", "gzip");
        }
        answerHeader("Content-Type", type);
        boolean head = method().equals("HEAD");
        exchange.sendResponseHeaders(status, body.length == 0 || head ? -1 : body.length);
        if (body.length > 0 && !head) {
            exchange.getResponseBody().write(body);
        }
    }

    void answerWithoutBody(int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
    }

    /** The body of an answer whose length is not known. */
    public OutputStream stream(String type) throws IOException {
        answerHeader("Content-Type", type);
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }

    /** Asks proxies to hand on what comes as it comes. */
    public void noBuffering() {
        answerHeader("X-Accel-Buffering", "no");
    }

    /** Says that the answer is a file. */
    public void attachment(String fileName) {
        answerHeader("Content-Disposition", "attachment; filename=\"" + fileName + "\"");
    }
}
