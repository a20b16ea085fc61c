// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import javax.net.ssl.SSLContext;

/** The HTTP server: the page's files, the login, and behind it {@link Api}. Any thread. */
public final class WebServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("web");
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none';"
            + " form-action 'self'; frame-ancestors 'none'";

    private final HttpServer server;
    private final ExecutorService threads;
    private final Assets assets;
    private final Logins logins;
    private final Api api;
    private final String cookie;
    private final boolean secure;

    /** What a person who is logged in may ask for. */
    @FunctionalInterface
    public interface Api {
        /**
         * Answers a request, or says that there is nothing at its path.
         *
         * @return false: there is nothing
         */
        boolean handle(Request request, Logins.Session session) throws Refusal, IOException;
    }

    private WebServer(HttpServer server, Class<?> beside, Logins logins, Api api, boolean secure) {
        this.server = server;
        this.assets = new Assets(beside);
        this.logins = logins;
        this.api = api;
        this.secure = secure;
        this.cookie = "canary-" + server.getAddress().getPort(); // cookies know no ports
        this.threads = Executors.newVirtualThreadPerTaskExecutor();
    }

    /**
     * Starts a server; it listens when this returns.
     *
     * @param tls null: plain HTTP
     * @param beside the class in whose package the page's files are
     * @throws IOException if the port cannot be had
     */
    public static WebServer start(
            InetSocketAddress address,
            @Nullable SSLContext tls,
            Class<?> beside,
            Logins logins,
            Api api)
            throws IOException {
        limits();
        HttpServer server;
        if (tls == null) {
            server = HttpServer.create(address, 0);
        } else {
            HttpsServer https = HttpsServer.create(address, 0);
            https.setHttpsConfigurator(new HttpsConfigurator(tls));
            server = https;
        }
        WebServer web = new WebServer(server, beside, logins, api, tls != null);
        server.setExecutor(web.threads);
        server.createContext("/", web::handle);
        server.start();
        return web;
    }

    /** The JDK's server reads these once: no waiting for a delayed ACK, and no request that never ends. */
    private static void limits() {
        Map.of(
                        "sun.net.httpserver.nodelay", "true",
                        "sun.net.httpserver.maxReqTime", "30",
                        "sun.net.httpserver.maxReqHeaderSize", "32768",
                        "jdk.httpserver.maxConnections", "1000")
                .forEach((name, value) -> {
                    if (System.getProperty(name) == null) {
                        System.setProperty(name, value);
                    }
                });
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** Whether it is HTTPS. */
    public boolean isSecure() {
        return secure;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Request request = new Request(exchange);
            headers(request);
            try {
                answer(request);
            } catch (Refusal refusal) {
                error(request, refusal.status(), String.valueOf(refusal.getMessage()));
            } catch (RuntimeException mistake) {
                LOG.error("web: internal error at {}", request.path(), mistake);
                error(request, 500, "Something broke in Canary. Its log says more.");
            }
        } catch (IOException _) {
            // The browser went away.
        }
    }

    private static void error(Request request, int status, String sentence) throws IOException {
        request.answer(
                status,
                "application/json",
                org.thecanary.web.payload.Json.bytes(Map.of("error", sentence)));
    }

    private void headers(Request request) {
        request.answerHeader("Content-Security-Policy", POLICY);
        request.answerHeader("X-Content-Type-Options", "nosniff");
        request.answerHeader("Referrer-Policy", "no-referrer");
        request.answerHeader("Cross-Origin-Opener-Policy", "same-origin");
        request.answerHeader("Cross-Origin-Resource-Policy", "same-origin");
        request.answerHeader("Cache-Control", "no-store");
        if (secure) {
            request.answerHeader("Strict-Transport-Security", "max-age=31536000");
        }
    }

    private void answer(Request request) throws Refusal, IOException {
        String path = request.path();
        boolean reading = request.method().equals("GET") || request.method().equals("HEAD");
        if (!reading && !request.method().equals("POST")) {
            throw new Refusal(405, "Only GET and POST are answered.");
        }
        if (!path.startsWith("/api/")) {
            file(request, path);
            return;
        }
        checkOrigin(request, reading);
        String token = request.cookie(cookie);
        Optional<Logins.Session> session = logins.session(token, System.currentTimeMillis());
        switch (path) {
            case "/api/login" -> logIn(request, reading);
            case "/api/session" ->
                request.answer(session.map(WebServer::view).orElse(Map.of("name", "")));
            default -> {
                if (session.isEmpty()) {
                    throw new Refusal(401, "Sign in first.");
                }
                String csrf = Objects.requireNonNullElse(request.header("X-Canary-Token"), "");
                if (!reading && !Logins.same(session.get().csrf(), csrf)) {
                    throw new Refusal(403, "This request did not come from Canary's own page.");
                }
                request.admit(
                        () -> logins.session(token, System.currentTimeMillis()).isPresent());
                if (path.equals("/api/logout") && !reading && token != null) {
                    logins.logOut(token);
                    setCookie(request, "", 0);
                    request.answer(Map.of("name", ""));
                } else if (!api.handle(request, session.get())) {
                    throw new Refusal(404, "There is nothing at " + path + ".");
                }
            }
        }
    }

    private static Map<String, Object> view(Logins.Session session) {
        return Map.of(
                "name", session.name(),
                "role", session.role() == Role.OPERATOR ? "operator" : "viewer",
                "token", session.csrf());
    }

    /** Another site's page may not log somebody in, nor ask for anything. */
    private static void checkOrigin(Request request, boolean reading) throws Refusal {
        String site = request.header("Sec-Fetch-Site");
        String origin = request.header("Origin");
        String host = request.header("Host");
        boolean foreign = site != null && !site.equals("same-origin") && !site.equals("none");
        if (origin != null && !reading) {
            try {
                foreign |= !URI.create(origin).getAuthority().equals(host);
            } catch (IllegalArgumentException | NullPointerException e) {
                foreign = true; // "null", or no address at all
            }
        }
        if (foreign) {
            throw new Refusal(403, "This request did not come from Canary's own page.");
        }
    }

    private void logIn(Request request, boolean reading) throws Refusal, IOException {
        if (reading) {
            throw new Refusal(405, "A login is a POST.");
        }
        Map<String, Object> body = request.body();
        long now = System.currentTimeMillis();
        String token = logins.logIn(
                String.valueOf(body.get("name")),
                String.valueOf(body.get("password")),
                request.address(),
                now);
        setCookie(request, token, Logins.LASTS.toSeconds());
        request.answer(logins.session(token, now).map(WebServer::view).orElse(Map.of()));
    }

    private void setCookie(Request request, String value, long seconds) {
        request.answerHeader(
                "Set-Cookie",
                cookie + "=" + value + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + seconds
                        + (secure ? "; Secure" : ""));
    }

    /** A file of the page; every other path is a view of it, and {@code index.html} shows it. */
    private void file(Request request, String path) throws Refusal, IOException {
        String name = path.startsWith("/ui/") ? path.substring(4) : "index.html";
        Assets.Asset asset = assets.find(name)
                .orElseThrow(() -> new Refusal(404, "There is nothing at " + path + "."));
        request.answerHeader("Cache-Control", "no-cache");
        request.answerHeader("ETag", asset.tag());
        if (asset.tag().equals(request.header("If-None-Match"))) {
            request.answerWithoutBody(304);
            return;
        }
        request.answer(200, asset.type(), asset.bytes());
    }

    /** Ends it at once, with the streams to browsers. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
