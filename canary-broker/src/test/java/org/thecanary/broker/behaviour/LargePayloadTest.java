// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.mqtt.codec.Bytes;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.SubscriptionOptions;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import javax.net.ssl.SSLContext;

/** Do payloads that all receivers share reach each of them whole and in order, between small ones? */
class LargePayloadTest {
    private static final List<Integer> SIZES =
            List.of(1, 16_384, 16_385, 1_000_000, 10, 70_000, 70_000, 0, 200_000, 3);

    private static String payload(int i) {
        return String.valueOf((char) ('a' + i)).repeat(SIZES.get(i));
    }

    private static void publishAll(TestClient publisher) throws IOException {
        for (int i = 0; i < SIZES.size(); i++) {
            publisher.publish("t", payload(i), 1, false, i + 1);
        }
    }

    private static void expectAll(TestClient subscriber) throws IOException {
        for (int i = 0; i < SIZES.size(); i++) {
            assertThat(subscriber.nextPayload()).isEqualTo(payload(i));
        }
        subscriber.expectNothing();
    }

    @Test
    void overTcpInBothVersionsWithAndWithoutPropertiesOfTheirOwn() throws Exception {
        try (TestBroker broker = TestBroker.start()) {
            TestClient three = broker.connect(ProtocolVersion.MQTT_3_1_1, "three");
            three.subscribe("t", 0);
            TestClient five = broker.connect("five");
            five.subscribe("t", 1);
            TestClient identified = broker.connect("identified");
            identified.subscribe("t", SubscriptionOptions.of(QoS.AT_MOST_ONCE), 7);
            TestClient tooSmall = broker.open(ProtocolVersion.MQTT_5);
            tooSmall.connect(greeting -> {
                greeting.clientId = "small";
                greeting.maximumPacketSize = 16_389; // what 16,385 bytes need would be 16,393
            });
            tooSmall.subscribe("t", 0);

            publishAll(broker.connect("publisher"));

            expectAll(three);
            expectAll(five);
            expectAll(identified);
            for (int i : List.of(0, 4, 7, 9)) { // [MQTT-3.1.2-24]
                assertThat(tooSmall.nextPayload()).isEqualTo(payload(i));
            }
            tooSmall.expectNothing();
        }
    }

    @Test
    void overTls(@TempDir Path folder) throws Exception {
        Certificates certificates = new Certificates(folder);
        try (TestBroker broker = TestBroker.start((_, listener) -> certificates.serve(listener))) {
            TestClient one = tls(broker, "one", certificates.anonymous());
            one.subscribe("t", 0);
            TestClient two = tls(broker, "two", certificates.anonymous());
            two.subscribe("t", 1);

            publishAll(tls(broker, "publisher", certificates.anonymous()));

            expectAll(one);
            expectAll(two);
        }
    }

    private static TestClient tls(TestBroker broker, String clientId, SSLContext context)
            throws IOException {
        TestClient client = broker.openTls(context);
        client.connect(greeting -> greeting.clientId = clientId);
        return client;
    }

    @Test
    void overWebSocket() throws Exception {
        try (TestBroker broker = TestBroker.start(
                        (_, listener) -> listener.protocol = ListenerConfig.Protocol.WEBSOCKETS);
                WebSocketPeer peer = WebSocketPeer.open(broker.port(), "mqtt")) {
            peer.binary(WebSocketPeer.CONNECT);
            peer.expectBinary(WebSocketPeer.CONNACK);
            peer.binary("82 06 00 01 00 01 't' 00");
            peer.expectBinary("90 03 00 01 00");
            byte[] payload = payload(3).getBytes(US_ASCII);
            peer.send(WebSocketPeer.masked(WebSocketPeer.BINARY, true, packet(payload)));

            assertThat(framesOf(peer, packet(payload).length)).isEqualTo(packet(payload));
        }
    }

    private static byte[] packet(byte[] payload) {
        byte[] head = Bytes.of("30 C3 84 3D 00 01 't'"); // 3 and 1,000,000 bytes
        byte[] packet = new byte[head.length + payload.length];
        System.arraycopy(head, 0, packet, 0, head.length);
        System.arraycopy(payload, 0, packet, head.length, payload.length);
        return packet;
    }

    /** What the next frames hold, until it is so many bytes. */
    private static byte[] framesOf(WebSocketPeer peer, int bytes) throws IOException {
        var all = new ByteArrayOutputStream();
        while (all.size() < bytes) {
            all.write(peer.next().payload());
        }
        return all.toByteArray();
    }
}
