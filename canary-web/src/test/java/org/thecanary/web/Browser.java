// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import org.thecanary.web.payload.Json;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What a browser does with the API: cookie, token and all. Confined to its creator. */
final class Browser {
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port;
    private String cookie = "";
    private String token = "";

    Browser(InetSocketAddress address) {
        this.port = address.getPort();
    }

    /** The same login at another port. */
    Browser at(InetSocketAddress address) {
        Browser other = new Browser(address);
        other.cookie = "canary-" + other.port + cookie.substring(cookie.indexOf('='));
        other.token = token;
        return other;
    }

    HttpResponse<String> logIn(String name, String password) throws Exception {
        HttpResponse<String> answer =
                post("/api/login", Map.of("name", name, "password", password));
        answer.headers()
                .firstValue("Set-Cookie")
                .ifPresent(set -> cookie = set.substring(0, set.indexOf(';')));
        Object given =
                Json.object(answer.body().getBytes(StandardCharsets.UTF_8)).get("token");
        token = given == null ? "" : given.toString();
        return answer;
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, Map<String, Object> body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(Json.text(body)));
        request.setHeader("X-Canary-Token", token);
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Asks to be warned at once when v of a sensor is above a limit. */
    HttpResponse<String> warnAbove(String sensor, int limit) throws Exception {
        return post(
                "/api/threshold",
                Map.of(
                        "sensor",
                        sensor,
                        "quantity",
                        "v",
                        "kind",
                        "above",
                        "limit",
                        limit,
                        "seconds",
                        0));
    }

    HttpResponse<InputStream> live(String sensor) throws Exception {
        return http.send(
                request("/api/live?sensor=" + sensor).build(),
                HttpResponse.BodyHandlers.ofInputStream());
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20));
        return cookie.isEmpty() ? request : request.header("Cookie", cookie);
    }

    String csv(String sensor) throws Exception {
        return get("/api/csv?sensor=" + sensor + "&from=0&to=4000000000000").body();
    }

    /** The first curve of a range. */
    Map<String, Object> history(String sensor, long from, long to) throws Exception {
        return first(
                json("/api/history?sensor=" + sensor + "&from=" + from + "&to=" + to
                        + "&points=1000"),
                "curves");
    }

    List<?> sensors() throws Exception {
        return (List<?>) there(json("/api/sensors"), "sensors");
    }

    /** What is said of the first sensor. */
    Object sensor(String member) throws Exception {
        return there(first(json("/api/sensors"), "sensors"), member);
    }

    double number(String member) throws Exception {
        return ((Number) sensor(member)).doubleValue();
    }

    @SuppressWarnings("unchecked")
    Map<String, Object> link() throws Exception {
        return (Map<String, Object>) there(json("/api/broker"), "link");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> first(Map<String, Object> json, String list) {
        return (Map<String, Object>) ((List<?>) there(json, list)).getFirst();
    }

    private static Object there(Map<String, Object> json, String member) {
        return Objects.requireNonNull(json.get(member), member);
    }

    private Map<String, Object> json(String path) throws Exception {
        return Json.object(get(path).body().getBytes(StandardCharsets.UTF_8));
    }
}
