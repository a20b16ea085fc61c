// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.client.Disconnected.Cause;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Does the client get along with the real mosquitto? */
@Timeout(60)
class MqttClientOnMosquittoTest {
    @TempDir
    static Path folder;

    private static Mosquitto mosquitto;
    private static ClientThreads threads;
    private final List<MqttClient> clients = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        mosquitto = new Mosquitto(folder, "max_inflight_messages 20", "max_keepalive 600");
        threads = new ClientThreads();
    }

    @AfterAll
    static void stop() throws Exception {
        mosquitto.close();
        threads.close();
    }

    @AfterEach
    void closeClients() {
        clients.forEach(MqttClient::close);
    }

    private static ClientOptions.Builder options(String id) {
        return ClientOptions.builder("127.0.0.1", mosquitto.port()).clientId(id);
    }

    private MqttClient client(ClientOptions.Builder options, ClientEvents events) {
        var client = new MqttClient(options.build(), threads, events);
        clients.add(client);
        return client;
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(15, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void messagesOfEachQosComeOnceAndInOrder(ProtocolVersion version) throws Exception {
        var events = new Recorder();
        MqttClient client = client(options("order" + version).version(version), events);

        get(client.connect());
        for (QoS qos : QoS.values()) {
            String topic = version + "/" + qos;
            assertThat(get(client.subscribe(topic, qos)).reasons())
                    .containsExactly(ReasonCode.granted(qos));
            List<CompletableFuture<PublishResult>> results = IntStream.range(0, 200)
                    .mapToObj(i -> client.publish(topic, ("" + i).getBytes(UTF_8), qos))
                    .toList();
            for (CompletableFuture<PublishResult> result : results) {
                assertThat(get(result).reason().isError()).isFalse();
            }
            events.awaitMessages(200);

            assertThat(events.payloads())
                    .isEqualTo(IntStream.range(0, 200).mapToObj(i -> "" + i).toList());
            assertThat(events.messages).allMatch(p -> p.message().qos() == qos);
            events.messages.clear();
        }
        get(client.disconnect());

        assertThat(events.ends).singleElement().satisfies(end -> {
            assertThat(end.cause()).isEqualTo(Cause.APPLICATION);
            assertThat(end.willReconnect()).isFalse();
        });
    }
}
