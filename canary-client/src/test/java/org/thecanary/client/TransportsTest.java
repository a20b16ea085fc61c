// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.client.Disconnected.Cause;
import org.thecanary.client.Transport.Socks5;
import org.thecanary.client.Transport.WebSocket;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** WebSocket, UNIX socket and proxy, with the real mosquitto behind them. */
@Timeout(60)
class TransportsTest {
    private static final int LARGE = 70_000;

    @TempDir
    static Path folder;

    private static Tls tls;
    private static Mosquitto mosquitto;
    private static ClientThreads threads;
    private static int webSocket;
    private static int secureWebSocket;

    @BeforeAll
    static void start() throws Exception {
        var certificates = new Certificates(folder)
                .authority("authority")
                .issue("server", "/CN=server", "DNS:localhost", "authority", 2);
        tls = Tls.builder().trust(certificates.read("authority")).build();
        webSocket = Mosquitto.freePort();
        secureWebSocket = Mosquitto.freePort();
        mosquitto = new Mosquitto(
                folder,
                "listener " + webSocket + " 127.0.0.1",
                "protocol websockets",
                "listener " + secureWebSocket + " 127.0.0.1",
                "protocol websockets",
                "certfile " + certificates.certificate("server"),
                "keyfile " + certificates.key("server"),
                "listener 0 " + folder.resolve("socket"));
        threads = new ClientThreads();
    }

    @AfterAll
    static void stop() {
        mosquitto.close();
        threads.close();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    /** Messages of many sizes go there and come back as they were. */
    private static void carries(Transport transport) throws Exception {
        BlockingQueue<byte[]> arrived = new LinkedBlockingQueue<>();
        ClientEvents events = new ClientEvents() {
            @Override
            public void received(Publish publish, Acknowledgement acknowledgement) {
                arrived.add(publish.message().payload());
            }
        };
        try (var client =
                new MqttClient(ClientOptions.builder(transport).build(), threads, events)) {
            get(client.connect());
            get(client.subscribe("transport", QoS.AT_LEAST_ONCE));
            for (int size : new int[] {0, 125, 126, LARGE}) {
                byte[] payload = new byte[size];
                new Random(size).nextBytes(payload);
                get(client.publish("transport", payload, QoS.AT_LEAST_ONCE));
                assertThat(arrived.poll(20, TimeUnit.SECONDS))
                        .as("%d bytes", size)
                        .isEqualTo(payload);
            }
            get(client.disconnect());
        }
    }

    private static Disconnected failure(Transport transport) throws Exception {
        var end = new CompletableFuture<Disconnected>();
        ClientEvents events = new ClientEvents() {
            @Override
            public void disconnected(Disconnected disconnected) {
                end.complete(disconnected);
            }
        };
        try (var client =
                new MqttClient(ClientOptions.builder(transport).build(), threads, events)) {
            var _ = client.connect();
            return get(end);
        }
    }

    @Test
    void aWebSocketCarriesMessages() throws Exception {
        carries(Transport.tcp("localhost", webSocket).with(WebSocket.MQTT));
    }

    @Test
    void aWebSocketInTlsCarriesMessages() throws Exception {
        carries(Transport.tls("localhost", secureWebSocket, tls).with(WebSocket.MQTT));
    }

    @Test
    void aUnixSocketCarriesMessages() throws Exception {
        carries(Transport.unix(folder.resolve("socket")));
    }

    @Test
    void aProxyCarriesMessagesAndLooksNamesUp() throws Exception {
        try (var proxy = new SocksServer(null)) {
            carries(Transport.tcp("localhost", mosquitto.port())
                    .through(new Socks5("127.0.0.1", proxy.port(), null, null)));
            carries(Transport.tls("localhost", secureWebSocket, tls)
                    .with(WebSocket.MQTT)
                    .through(new Socks5("localhost", proxy.port(), null, null)));

            assertThat(proxy.asked).containsExactly("localhost", "localhost");
        }
    }

    @Test
    void aProxyMayWantAPassword() throws Exception {
        try (var proxy = new SocksServer("me:secret")) {
            var target = Transport.tcp("localhost", mosquitto.port());
            carries(target.through(new Socks5("127.0.0.1", proxy.port(), "me", "secret")));

            var refused =
                    failure(target.through(new Socks5("127.0.0.1", proxy.port(), "me", "wrong")));
            assertThat(refused.cause()).isEqualTo(Cause.UNREACHABLE);
            assertThat(refused.sentence())
                    .endsWith("the proxy does not accept the user name and password");
        }
    }

    @Test
    void aProxyThatIsNotThereOrHasNoWayIsToldOf() throws Exception {
        var nowhere = Transport.tcp("localhost", Mosquitto.freePort());
        var noProxy =
                failure(nowhere.through(new Socks5("127.0.0.1", Mosquitto.freePort(), null, null)));
        assertThat(noProxy.sentence()).contains("connection refused");

        try (var proxy = new SocksServer(null)) {
            var noWay = failure(nowhere.through(new Socks5("127.0.0.1", proxy.port(), null, null)));
            assertThat(noWay.cause()).isEqualTo(Cause.UNREACHABLE);
            assertThat(noWay.sentence())
                    .contains("cannot be reached: the proxy says CONNECTION_REFUSED");
        }
    }

    @Test
    void aPortWithoutWebSocketIsToldOf() throws Exception {
        var failure = failure(Transport.tcp("localhost", mosquitto.port()).with(WebSocket.MQTT));

        assertThat(failure.cause()).isEqualTo(Cause.UNREACHABLE);
        assertThat(failure.sentence()).contains("does it speak WebSocket on this port?");
    }

    @Test
    void aUnixSocketThatIsNotThereIsToldOf() throws Exception {
        var failure = failure(Transport.unix(folder.resolve("nothing")));

        assertThat(failure.cause()).isEqualTo(Cause.UNREACHABLE);
        assertThat(failure.sentence())
                .startsWith(folder.resolve("nothing") + " cannot be reached: ")
                .contains("No such file or directory");
    }
}
