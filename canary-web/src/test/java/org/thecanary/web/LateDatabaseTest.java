// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.client.Acknowledgement;
import org.thecanary.client.ClientEvents;
import org.thecanary.client.ClientOptions;
import org.thecanary.client.ClientThreads;
import org.thecanary.client.MqttClient;
import org.thecanary.client.Transport;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicName;
import org.thecanary.web.history.Database;
import org.thecanary.web.http.Role;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Does a web app begin its work without the database, which a machine may well start after it? */
final class LateDatabaseTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    private Mosquitto broker;
    private Postgres server;

    @BeforeEach
    void start() throws Exception {
        broker = new Mosquitto(folder);
        server = new Postgres(folder);
        WebRig.person(folder, "olga", "operators word", Role.OPERATOR);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    private WebApp open(String password) throws IOException {
        return WebApp.start(WebRig.options(
                folder,
                Transport.tcp("127.0.0.1", broker.port()),
                Database.postgresql(server.url(), Postgres.USER, password),
                null));
    }

    @Test
    void whatIsMeasuredBeforeTheDatabaseIsThereIsShownAndWrittenLater() throws Exception {
        try (WebApp earlier = open(Postgres.PASSWORD)) {
            Browser olga = browser(earlier);
            measure(1);
            await().atMost(PATIENCE).until(() -> lines(olga) == 2);
        }
        server.stop();
        try (WebApp web = open(Postgres.PASSWORD)) {
            Browser olga = browser(web);
            measure(2);
            await().atMost(PATIENCE)
                    .until(() -> olga.get("/api/sensors").body().contains("The history cannot be"));
            assertThat(olga.number("time")).isEqualTo(1_795_000_002_000.0);
            assertThat(olga.get("/api/csv?sensor=sensor/attic&from=0&to=4000000000000")
                            .statusCode())
                    .isEqualTo(503);

            server.start();

            await().atMost(PATIENCE).until(() -> lines(olga) == 3);
            assertThat(olga.csv("sensor/attic"))
                    .contains("2026-11-18T11:06:41Z,1", "2026-11-18T11:06:42Z,2");
        }
    }

    @Test
    void aDatabaseThatHangsHoldsUpNoWarningAndNoNoteIsLost() throws Exception {
        List<String> warnings = new CopyOnWriteArrayList<>();
        try (WebApp web = open(Postgres.PASSWORD);
                ClientThreads threads = new ClientThreads();
                MqttClient listener = listener(threads, warnings)) {
            listener.connect().join();
            listener.subscribe("sensor/alarms", QoS.AT_LEAST_ONCE).join();
            Browser olga = browser(web);
            measure(1);
            await().atMost(PATIENCE).until(() -> lines(olga) == 2);
            olga.warnAbove("sensor/attic", 1);
            server.freeze();
            try {
                measure(2); // is an alarm, and a note
                await().atMost(PATIENCE).until(() -> warnings.size() == 1);
                measure(0);
                await().atMost(PATIENCE).until(() -> warnings.size() == 2);
                assertThat(olga.get("/api/sensors").body()).contains("\"value\":2.0");
            } finally {
                server.thaw();
            }
            await().atMost(PATIENCE)
                    .until(() -> olga.get("/api/notes?sensor=sensor/attic&from=0&to=4000000000000")
                            .body()
                            .contains("v no longer above 1"));
        }
        assertThat(warnings.getFirst()).contains("\"state\":\"alarm\"");
        assertThat(warnings.getLast()).contains("\"state\":\"back\"");
    }

    private MqttClient listener(ClientThreads threads, List<String> heard) {
        return new MqttClient(
                ClientOptions.builder("127.0.0.1", broker.port()).build(),
                threads,
                new ClientEvents() {
                    @Override
                    public void received(Publish publish, Acknowledgement acknowledgement) {
                        heard.add(new String(publish.message().payload(), UTF_8));
                    }
                });
    }

    /** A mistake of a person is not waited for. */
    @Test
    void aPasswordThatIsWrongIsSaidAtOnce() {
        assertThatThrownBy(() -> open("a guess"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("password authentication failed");
    }

    private static Browser browser(WebApp web) throws Exception {
        Browser browser = new Browser(web.address());
        assertThat(browser.logIn("olga", "operators word").statusCode()).isEqualTo(200);
        return browser;
    }

    private static long lines(Browser browser) throws Exception {
        return browser.csv("sensor/attic").lines().count();
    }

    private void measure(int seq) {
        String payload = "{\"time\":" + (1_795_000_000_000L + seq * 1_000L)
                + ",\"boot\":\"b\",\"seq\":" + seq + ",\"v\":" + seq + "}";
        ClientThreads threads = new ClientThreads();
        try (MqttClient sensor = new MqttClient(
                ClientOptions.builder("127.0.0.1", broker.port()).build(),
                threads,
                ClientEvents.NONE)) {
            sensor.connect().join();
            sensor.publish(new Message(
                            TopicName.of("sensor/attic/data"),
                            QoS.AT_LEAST_ONCE,
                            false,
                            payload.getBytes(UTF_8),
                            MessageProperties.NONE))
                    .join();
        } finally {
            threads.close();
        }
    }
}
