// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.client.ClientOptions;
import org.thecanary.client.ClientThreads;
import org.thecanary.client.MqttClient;
import org.thecanary.client.Transport;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicName;
import org.thecanary.web.history.Database;
import org.thecanary.web.http.People;
import org.thecanary.web.http.Role;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Does the web app do its job beside any broker, with either database: keep, show, instruct and warn, and let nobody else
 * in?
 */
@ParameterizedClass
@EnumSource
final class WebAppTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    enum Setting {
        MOSQUITTO_AND_SQLITE,
        CANARY_AND_POSTGRESQL
    }

    @TempDir
    private static Path shared;

    private static @Nullable Postgres server;

    @TempDir
    Path folder;

    private final Setting setting;
    private TestBroker broker;
    private WebApp web;
    private ClientThreads threads;
    private MqttClient sensor;
    private @Nullable URI webhook;

    WebAppTest(Setting setting) {
        this.setting = setting;
    }

    @BeforeEach
    void start() throws Exception {
        if (setting == Setting.CANARY_AND_POSTGRESQL) {
            if (server == null) {
                server = new Postgres(shared);
            }
            server.empty();
        }
        broker = setting == Setting.CANARY_AND_POSTGRESQL
                ? new CanaryBroker()
                : new Mosquitto(folder);
        WebRig.person(folder, "olga", "operators word", Role.OPERATOR);
        WebRig.person(folder, "vera", "viewers word", Role.VIEWER);
        web = open();
        threads = new ClientThreads();
        sensor = new MqttClient(
                ClientOptions.builder("127.0.0.1", broker.port()).build(),
                threads,
                org.thecanary.client.ClientEvents.NONE);
        sensor.connect().join();
    }

    private WebApp open() throws Exception {
        Database database = server == null
                ? null
                : Database.postgresql(server.url(), Postgres.USER, Postgres.PASSWORD);
        return WebApp.start(WebRig.options(
                folder, Transport.tcp("127.0.0.1", broker.port()), database, webhook));
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
            server = null;
        }
    }

    @AfterEach
    void stop() {
        sensor.close();
        threads.close();
        web.close();
        broker.close();
    }

    @Test
    void whatASensorSaysIsInTheHistoryOnce() throws Exception {
        Browser olga = browser("olga", "operators word");
        long begin = System.currentTimeMillis() - 10_000;
        for (int seq = 1; seq <= 50; seq++) {
            measure("sensor/attic", begin + seq * 100L, seq, 20 + seq);
            measure("sensor/attic", begin + seq * 100L, seq, 20 + seq); // as a redelivery
        }
        publish(
                "sensor/attic/status",
                "{\"state\":\"online\",\"sampling_hz\":10,\"units\":{\"v\":\"Cel\"}}",
                true);

        await().atMost(PATIENCE).until(() -> lines(olga.csv("sensor/attic")) == 51);
        Map<String, Object> curve = olga.history("sensor/attic", begin, begin + 10_000);
        assertThat(curve).containsEntry("name", "v").containsEntry("unit", "Cel");
        assertThat((List<?>) curve.get("t")).hasSize(50);
        assertThat(olga.csv("sensor/attic")).startsWith("time,\"v (Cel)\"\r\n");
    }

    @Test
    void whatCameWhileItWasAwayComesLater() throws Exception {
        Browser olga = browser("olga", "operators word");
        measure("sensor", System.currentTimeMillis(), 1, 1);
        await().atMost(PATIENCE).until(() -> lines(olga.csv("sensor")) == 2);
        web.close();
        for (int seq = 2; seq <= 60; seq++) {
            measure("sensor", System.currentTimeMillis() + seq, seq, seq);
        }
        web = open();

        Browser later = browser("olga", "operators word");
        await().atMost(PATIENCE).until(() -> lines(later.csv("sensor")) == 61);
    }

    @Test
    void aBrokerThatWasKilledIsFoundAgain() throws Exception {
        Browser olga = browser("olga", "operators word");
        broker.kill();
        await().atMost(PATIENCE).until(() -> !Boolean.TRUE.equals(olga.link().get("connected")));
        assertThat((String) olga.link().get("sentence")).isNotBlank();
        broker.start();
        await().atMost(PATIENCE).until(() -> Boolean.TRUE.equals(olga.link().get("connected")));

        sensor.connect().join();
        measure("sensor", System.currentTimeMillis(), 1, 1);
        await().atMost(PATIENCE)
                .until(() -> olga.get("/api/sensors").body().contains("\"id\":\"sensor\""));
    }

    @Test
    void aRateIsAskedConfirmedAndMeasured() throws Exception {
        Browser olga = browser("olga", "operators word");
        measure("sensor/attic", System.currentTimeMillis() - 20_000, 1, 1);
        await().atMost(PATIENCE).until(() -> !olga.sensors().isEmpty());

        assertThat(olga.post("/api/sampling", Map.of("sensor", "sensor/attic", "rate", "10 s"))
                        .statusCode())
                .isEqualTo(200);
        await().atMost(PATIENCE).until(() -> olga.number("asked") == 0.1);
        assertThat(olga.sensor("verdict")).isEqualTo("waiting"); // as it is for half a minute

        publish("sensor/attic/status", "{\"state\":\"online\",\"sampling_hz\":0.1}", true);
        long begin = System.currentTimeMillis() - 120_000;
        for (int seq = 2; seq < 12; seq++) {
            measure("sensor/attic", begin + seq * 10_000L, seq, seq);
        }
        await().atMost(PATIENCE).until(() -> olga.sensor("verdict").equals("settled"));
        assertThat(olga.number("measured")).isBetween(0.095, 0.105);
    }

    @Test
    void aSensorThatDoesNotAnswerIsFlagged() throws Exception {
        Browser olga = browser("olga", "operators word");
        measure("sensor/attic", System.currentTimeMillis(), 1, 1);
        await().atMost(PATIENCE).until(() -> !olga.sensors().isEmpty());

        olga.post("/api/sampling", Map.of("sensor", "sensor/attic", "rate", "50 Hz"));

        await().atMost(PATIENCE).until(() -> olga.sensor("verdict").equals("ignored"));
    }

    @Test
    void aViewerLooksAndChangesNothing() throws Exception {
        Browser vera = browser("vera", "viewers word");
        measure("sensor/attic", System.currentTimeMillis(), 1, 1);
        await().atMost(PATIENCE).until(() -> !vera.sensors().isEmpty());

        HttpResponse<String> answer =
                vera.post("/api/sampling", Map.of("sensor", "sensor/attic", "rate", "5 Hz"));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("An operator may");
        assertThat(vera.number("asked")).isZero();
        assertThat(vera.warnAbove("sensor/attic", 1).statusCode()).isEqualTo(403);
    }

    @Test
    void nonsenseIsRefusedWithAReason() throws Exception {
        Browser olga = browser("olga", "operators word");
        measure("sensor/attic", System.currentTimeMillis(), 1, 1);
        await().atMost(PATIENCE).until(() -> !olga.sensors().isEmpty());

        assertThat(olga.post("/api/sampling", Map.of("sensor", "sensor/attic", "rate", "very fast"))
                        .body())
                .contains("neither a frequency");
        assertThat(olga.post("/api/sampling", Map.of("sensor", "sensor/none", "rate", "1"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(olga.get("/api/history?sensor=sensor/attic&from=5&to=1&points=10")
                        .statusCode())
                .isEqualTo(400);
        assertThat(olga.get("/api/nothing").statusCode()).isEqualTo(404);
    }

    @Test
    void withoutALoginThereIsNothing() throws Exception {
        Browser nobody = new Browser(web.address());
        for (String path : List.of("/api/sensors", "/api/live", "/api/history", "/api/topics")) {
            assertThat(nobody.get(path).statusCode()).isEqualTo(401);
        }
        assertThat(nobody.get("/ui/../history.db").statusCode()).isEqualTo(404);
        assertThat(nobody.get("/ui/%2e%2e/operators").statusCode()).isEqualTo(404);
    }

    @Test
    void aWrongPasswordIsCountedAndThenWaits() throws Exception {
        Browser guesser = new Browser(web.address());
        for (int left = 4; left > 0; left--) {
            HttpResponse<String> answer = guesser.logIn("olga", "guess " + left);
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.body()).contains(left + (left == 1 ? " try" : " tries") + " left");
        }
        assertThat(guesser.logIn("olga", "guess").statusCode()).isEqualTo(401);
        assertThat(guesser.logIn("olga", "operators word").statusCode()).isEqualTo(429);
    }

    @Test
    void anotherSitesPageCanDoNothing() throws Exception {
        Browser olga = browser("olga", "operators word");
        measure("sensor/attic", System.currentTimeMillis(), 1, 1);
        await().atMost(PATIENCE).until(() -> !olga.sensors().isEmpty());
        Map<String, Object> rate = Map.of("sensor", "sensor/attic", "rate", "5 Hz");

        assertThat(olga.post("/api/sampling", rate, "Origin", "https://evil.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(olga.post("/api/sampling", rate, "X-Canary-Token", "wrong").statusCode())
                .isEqualTo(403);
        assertThat(olga.post(
                                "/api/login",
                                Map.of("name", "olga", "password", "operators word"),
                                "Origin",
                                "null")
                        .statusCode())
                .isEqualTo(403);
        assertThat(olga.number("asked")).isZero();
    }

    @Test
    void headersAreStrictAndTheCookieIsTheServersAlone() throws Exception {
        HttpResponse<String> login = new Browser(web.address()).logIn("olga", "operators word");

        assertThat(login.headers().firstValue("Set-Cookie").orElseThrow())
                .contains("HttpOnly")
                .contains("SameSite=Strict");
        assertThat(login.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("default-src 'none'; script-src 'self'; style-src 'self';");
        assertThat(login.body()).doesNotContain("operators word");
    }

    @Test
    void aLoginOutlivesARestartAndEndsWithALogout() throws Exception {
        Browser olga = browser("olga", "operators word");
        web.close();
        web = open();
        Browser again = olga.at(web.address());
        assertThat(again.get("/api/sensors").statusCode()).isEqualTo(200);

        assertThat(again.post("/api/logout", Map.of()).statusCode()).isEqualTo(200);
        assertThat(again.get("/api/sensors").statusCode()).isEqualTo(401);
    }

    @Test
    void aPersonWhoIsRemovedIsOut() throws Exception {
        Browser vera = browser("vera", "viewers word");
        assertThat(vera.get("/api/sensors").statusCode()).isEqualTo(200);
        try (var live = vera.live("").body()) {
            assertThat(People.remove(folder, "vera")).isTrue();
            assertThat(vera.get("/api/sensors").statusCode()).isEqualTo(401);
            assertThat(new String(live.readAllBytes(), UTF_8)).contains("event: open"); // ends
        }
    }

    @Test
    void everyValueOfTheSensorLookedAtIsLive() throws Exception {
        Browser olga = browser("olga", "operators word");
        List<String> seen = new CopyOnWriteArrayList<>();
        HttpResponse<java.io.InputStream> stream = olga.live("sensor/attic");
        Thread reader = Thread.ofVirtual().start(() -> {
            try (var lines = new BufferedReader(new InputStreamReader(stream.body(), UTF_8))) {
                lines.lines().forEach(seen::add);
            } catch (java.io.IOException | java.io.UncheckedIOException e) {
                // closed below
            }
        });
        await().atMost(PATIENCE).until(() -> seen.contains("event: tick"));
        for (int seq = 1; seq <= 30; seq++) {
            measure("sensor/attic", 1_795_000_000_000L + seq, seq, seq);
        }

        await().atMost(PATIENCE)
                .until(() -> String.join("", seen).split("\\[17950000000", -1).length - 1 == 30);
        assertThat(seen).contains("event: values");
        stream.body().close();
        reader.join(5_000);
    }

    @Test
    void aValueBeyondItsThresholdWarnsEverybody() throws Exception {
        List<String> called = new CopyOnWriteArrayList<>();
        HttpServer receiver =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            called.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
        webhook = URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook");
        web.close();
        web = open();
        List<String> published = new CopyOnWriteArrayList<>();
        MqttClient listener = new MqttClient(
                ClientOptions.builder("127.0.0.1", broker.port()).build(),
                threads,
                new org.thecanary.client.ClientEvents() {
                    @Override
                    public void received(
                            org.thecanary.mqtt.packet.Publish publish,
                            org.thecanary.client.Acknowledgement acknowledgement) {
                        published.add(new String(publish.message().payload(), UTF_8));
                    }
                });
        listener.connect().join();
        listener.subscribe("sensor/alarms", QoS.AT_LEAST_ONCE).join();
        Browser olga = browser("olga", "operators word");
        measure("sensor/attic", System.currentTimeMillis(), 1, 20);
        await().atMost(PATIENCE).until(() -> !olga.sensors().isEmpty());
        assertThat(olga.warnAbove("sensor/attic", 28).statusCode()).isEqualTo(200);

        measure("sensor/attic", System.currentTimeMillis(), 2, 28);
        measure("sensor/attic", System.currentTimeMillis(), 3, 28.5);
        await().atMost(PATIENCE)
                .until(() -> olga.get("/api/sensors").body().contains("\"peak\":28.5"));
        measure("sensor/attic", System.currentTimeMillis(), 4, 27);
        await().atMost(PATIENCE).until(() -> called.size() == 2 && published.size() == 2);

        assertThat(called.getFirst()).contains("\"state\":\"alarm\"").contains("\"value\":28.5");
        assertThat(called.getLast()).contains("\"state\":\"back\"");
        assertThat(published.getFirst()).contains("\"quantity\":\"v\"");
        assertThat(olga.get("/api/notes?sensor=sensor/attic&from=0&to=4000000000000")
                        .body())
                .contains("v above 28")
                .contains("v no longer above 28");
        listener.close();
        receiver.stop(0);
    }

    @Test
    void theTopicsTellARetainedMessageFromAFreshOne() throws Exception {
        Browser olga = browser("olga", "operators word");
        publish("sensor/attic/status", "{\"state\":\"online\"}", true);
        olga.get("/api/topics");
        await().atMost(PATIENCE)
                .until(() -> olga.get("/api/topics").body().contains("sensor/attic/status"));
        measure("sensor/attic", System.currentTimeMillis(), 1, 1);
        await().atMost(PATIENCE)
                .until(() -> olga.get("/api/topics").body().contains("sensor/attic/data"));

        assertThat(olga.get("/api/topic?name=sensor/attic/status").body())
                .contains("\"retained\":true");
        assertThat(olga.get("/api/topic?name=sensor/attic/data").body())
                .contains("\"retained\":false");
        olga.post("/api/retained/clear", Map.of("topic", "sensor/attic/status"));
        await().atMost(PATIENCE)
                .until(() -> olga.get("/api/topic?name=sensor/attic/status")
                        .body()
                        .contains("\"retained\":false"));
    }

    private Browser browser(String name, String password) throws Exception {
        Browser browser = new Browser(web.address());
        assertThat(browser.logIn(name, password).statusCode()).isEqualTo(200);
        return browser;
    }

    private void measure(String prefix, long time, long seq, double value) {
        publish(
                prefix + "/data",
                "{\"time\":\"" + Instant.ofEpochMilli(time) + "\",\"boot\":\"b\",\"seq\":" + seq
                        + ",\"v\":" + value + "}",
                false);
    }

    private void publish(String topic, String payload, boolean retain) {
        sensor.publish(new Message(
                        TopicName.of(topic),
                        QoS.AT_LEAST_ONCE,
                        retain,
                        payload.getBytes(UTF_8),
                        MessageProperties.NONE))
                .join();
    }

    private static long lines(String text) {
        return text.lines().count();
    }
}
