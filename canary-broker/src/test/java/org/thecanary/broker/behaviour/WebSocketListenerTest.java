// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.broker.behaviour.WebSocketPeer.Frame;
import org.thecanary.broker.config.ListenerConfig.Protocol;
import org.thecanary.broker.loop.LinkInfo;
import org.thecanary.broker.sys.Client;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.codec.Bytes;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/** Is MQTT over WebSocket what specification 6 and RFC 6455 say? */
class WebSocketListenerTest {
    private static final String PINGREQ = " C0 00";
    private static final String PINGRESP = " D0 00";

    @SuppressWarnings("NullAway.Init")
    private static TestBroker broker;

    @BeforeAll
    static void start() throws IOException {
        broker = TestBroker.start((_, listener) -> listener.protocol = Protocol.WEBSOCKETS);
    }

    @AfterAll
    static void stop() throws IOException {
        broker.close();
    }

    private static WebSocketPeer connected() throws IOException {
        WebSocketPeer peer = WebSocketPeer.open(broker.port(), "mqtt");
        peer.binary(WebSocketPeer.CONNECT);
        peer.expectBinary(WebSocketPeer.CONNACK);
        return peer;
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqtt", "mqttv3.1", "chat, mqtt"})
    @Spec({"MQTT-6.0.0-4", "v3:MQTT-6.0.0-4"})
    void theSubProtocolOfMqttIsTheOneThatIsAnswered(String offered) throws Exception {
        try (WebSocketPeer peer = new WebSocketPeer(broker.port())) {
            peer.send(WebSocketPeer.request("Sec-WebSocket-Protocol: " + offered));

            assertThat(peer.response())
                    .startsWith("HTTP/1.1 101 ")
                    .containsIgnoringCase(
                            "sec-websocket-protocol: " + offered.replace("chat, ", "") + "\r\n")
                    .contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="); // RFC 6455, 1.3
        }
    }

    @Test
    void moreHeadersThanUsualAreReadWhereTheConfigurationSaysSo() throws Exception {
        String request = "Sec-WebSocket-Protocol: mqtt\r\nCookie: " + "c".repeat(30_000);
        try (TestBroker roomy = TestBroker.start((broker, listener) -> {
                    listener.protocol = Protocol.WEBSOCKETS;
                    broker.limits.maxHeaderBytes = 32_000;
                });
                WebSocketPeer taken = new WebSocketPeer(roomy.port());
                WebSocketPeer refused = new WebSocketPeer(broker.port())) {
            taken.send(WebSocketPeer.request(request));
            refused.send(WebSocketPeer.request(request));

            assertThat(taken.response()).startsWith("HTTP/1.1 101 ");
            assertThat(refused.response()).startsWith("HTTP/1.1 431 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sec-WebSocket-Protocol: chat", "X-None: at all"})
    @Spec({"MQTT-6.0.0-3", "v3:MQTT-6.0.0-3"})
    void aRequestThatDoesNotOfferMqttIsRefused(String header) throws Exception {
        try (WebSocketPeer peer = new WebSocketPeer(broker.port())) {
            peer.send(WebSocketPeer.request(header));

            assertThat(peer.response()).startsWith("HTTP/1.1 400 ");
        }
    }

    /** Such as browsers never send, but monitors do. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET                          | POST",
                "GET                          | HEAD",
                "Connection: Upgrade          | Connection: close",
                "Sec-WebSocket-Key:           | X-Key:",
                "Sec-WebSocket-Version: 13    | Sec-WebSocket-Version: 8",
                "Upgrade: websocket           | Upgrade: other, websocket"
            })
    void aRequestThatCannotBecomeAWebSocketIsAnswered(String part, String instead)
            throws Exception {
        try (WebSocketPeer peer = new WebSocketPeer(broker.port())) {
            String request =
                    new String(WebSocketPeer.request("Sec-WebSocket-Protocol: mqtt"), US_ASCII);
            peer.send(request.replace(part, instead).getBytes(US_ASCII));

            assertThat(peer.response()).matches("(?s)HTTP/1.1 4(00|26) .*");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.7                | 203.0.113.7",
                "203.0.113.7, 198.51.100.9  | 203.0.113.7",
                "2001:db8::7                | 2001:db8::7",
                "203.0.113.7:50123          | 203.0.113.7:50123",
                "[2001:db8::7]:50123, ::1   | 2001:db8::7:50123",
                "[2001:db8::7]              | 2001:db8::7",
                "unknown                    | 127.0.0.1",
                "evil.example as root (p5   | 127.0.0.1"
            })
    void aReverseProxyOnThisMachineIsBelievedWhereItsClientComesFrom(String told, String address)
            throws Exception {
        try (WebSocketPeer peer = new WebSocketPeer(broker.port())) {
            peer.send(WebSocketPeer.request(
                    "Sec-WebSocket-Protocol: mqtt", "X-Forwarded-For: " + told));
            peer.response();
            peer.binary(WebSocketPeer.CONNECT);
            peer.expectBinary(WebSocketPeer.CONNACK);

            assertThat(broker.broker().clients().get())
                    .extracting(Client::connection)
                    .filteredOn(Objects::nonNull)
                    .extracting(LinkInfo::address)
                    .anyMatch(seen -> seen.matches(Pattern.quote(address) + "(:[0-9]+)?"))
                    .noneMatch(seen -> seen.startsWith("unknown") || seen.startsWith("evil"));
        }
    }

    @Test
    void aBrowserThatOnlyLooksIsToldWhatThePortIsFor() throws Exception {
        try (WebSocketPeer peer = new WebSocketPeer(broker.port())) {
            peer.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));

            assertThat(peer.response()).startsWith("HTTP/1.1 426 ");
        }
    }

    @Test
    void mqttWithoutWebSocketIsHungUpOn() throws Exception {
        try (WebSocketPeer peer = new WebSocketPeer(broker.port())) {
            peer.send(Bytes.of(WebSocketPeer.CONNECT));

            assertThatThrownBy(peer::response).isInstanceOf(EOFException.class);
        }
    }

    @Test
    @Spec({"MQTT-6.0.0-2", "v3:MQTT-6.0.0-2"})
    void packetsJoinedInAFrameAndSplitOverFramesAreTheSame() throws Exception {
        try (WebSocketPeer peer = WebSocketPeer.open(broker.port(), "mqtt")) {
            byte[] packets = Bytes.of(WebSocketPeer.CONNECT + PINGREQ + PINGREQ);
            for (byte single : packets) {
                peer.send(WebSocketPeer.masked(WebSocketPeer.BINARY, true, new byte[] {single}));
            }
            receive(peer, WebSocketPeer.CONNACK + PINGRESP + PINGRESP);

            peer.binary(PINGREQ.repeat(3));

            receive(peer, PINGRESP.repeat(3));
        }
    }

    /** These bytes come next, in whatever frames. */
    private static void receive(WebSocketPeer peer, String bytes) throws IOException {
        byte[] wanted = Bytes.of(bytes);
        byte[] got = new byte[0];
        while (got.length < wanted.length) {
            Frame frame = peer.next();
            assertThat(frame.opcode()).isEqualTo(WebSocketPeer.BINARY);
            int before = got.length;
            got = Arrays.copyOf(got, before + frame.payload().length);
            System.arraycopy(frame.payload(), 0, got, before, frame.payload().length);
        }
        assertThat(Bytes.hex(got)).isEqualTo(Bytes.hex(wanted));
    }

    @Test
    @Spec({"MQTT-6.0.0-2", "v3:MQTT-6.0.0-2"})
    void aMessageInFragmentsWithAPingBetweenThemIsWhole() throws Exception {
        try (WebSocketPeer peer = connected()) {
            peer.frame(WebSocketPeer.BINARY, false, "C0");
            peer.frame(WebSocketPeer.PING, true, "'hello'");
            peer.frame(WebSocketPeer.CONTINUATION, true, "00");

            Frame pong = peer.next();
            assertThat(pong.opcode()).isEqualTo(WebSocketPeer.PONG);
            assertThat(pong.payload()).isEqualTo("hello".getBytes(US_ASCII));
            peer.expectBinary(PINGRESP);
        }
    }

    @Test
    void aFrameSentWithTheRequestIsNotLost() throws Exception {
        try (WebSocketPeer peer = new WebSocketPeer(broker.port())) {
            byte[] request = WebSocketPeer.request("Sec-WebSocket-Protocol: mqtt");
            byte[] frame = WebSocketPeer.masked(
                    WebSocketPeer.BINARY, true, Bytes.of(WebSocketPeer.CONNECT));
            byte[] both = Arrays.copyOf(request, request.length + frame.length);
            System.arraycopy(frame, 0, both, request.length, frame.length);
            peer.send(both);
            peer.response();

            peer.expectBinary(WebSocketPeer.CONNACK);
        }
    }

    @Test
    @Spec({"MQTT-6.0.0-1", "v3:MQTT-6.0.0-1"})
    void aTextFrameEndsTheConnection() throws Exception {
        try (WebSocketPeer peer = connected()) {
            peer.frame(WebSocketPeer.TEXT, true, PINGREQ);

            peer.expectClose();
        }
    }

    @Test
    void aFrameThatIsNotMaskedEndsTheConnection() throws Exception {
        try (WebSocketPeer peer = connected()) {
            peer.send(Bytes.of("82 02 C0 00"));

            peer.expectClose();
        }
    }

    @Test
    void aFrameBeyondTheLimitEndsTheConnectionBeforeItIsRead() throws Exception {
        try (WebSocketPeer peer = connected()) {
            peer.send(Bytes.of("82 FF 00 00 00 00 7F FF FF FF 01 02 03 04"));

            peer.expectClose();
        }
    }

    @Test
    void aCloseFrameIsAnswered() throws Exception {
        try (WebSocketPeer peer = connected()) {
            peer.frame(WebSocketPeer.CLOSE, true, "03 E8");

            peer.expectClose();
        }
    }

    @Test
    void disconnectIsFollowedByACloseFrame() throws Exception {
        try (WebSocketPeer peer = connected()) {
            peer.binary("E0 00");

            peer.expectClose();
        }
    }

    @Test
    void aLargeMessagePassesBothWays() throws Exception {
        byte[] packet = new byte[1 + 3 + 2 + 1 + 100_000];
        int remaining = packet.length - 4;
        packet[0] = 0x30;
        packet[1] = (byte) (remaining % 128 | 0x80);
        packet[2] = (byte) (remaining / 128 % 128 | 0x80);
        packet[3] = (byte) (remaining / 16_384);
        packet[5] = 1;
        packet[6] = 't';
        try (WebSocketPeer peer = connected()) {
            peer.binary("82 06 00 01 00 01 't' 00");
            peer.expectBinary("90 03 00 01 00");
            peer.send(WebSocketPeer.masked(WebSocketPeer.BINARY, true, packet));

            receive(peer, Bytes.hex(packet));
        }
    }

    @Test
    void onlyTheOriginsOfTheListComeIn() throws Exception {
        try (TestBroker choosy = TestBroker.start((_, listener) -> {
            listener.protocol = Protocol.WEBSOCKETS;
            listener.websocketOrigins = List.of("https://a.example", "https://b.example");
        })) {
            assertThat(status(choosy, "Origin: https://b.example")).isEqualTo("101");
            for (String stranger : List.of(
                    "Origin: https://evil.example",
                    "Origin: https://a.example.evil.example",
                    "X-No-Origin: x")) {
                try (WebSocketPeer peer = new WebSocketPeer(choosy.port())) {
                    peer.send(WebSocketPeer.request(stranger, "Sec-WebSocket-Protocol: mqtt"));
                    assertThatThrownBy(peer::response).isInstanceOf(EOFException.class);
                }
            }
        }
    }

    /** Some firmware compares the names of headers letter by letter. */
    @Test
    void theHandshakeIsWrittenAsMosquittoWritesIt() throws Exception {
        try (WebSocketPeer peer = new WebSocketPeer(broker.port())) {
            peer.send(WebSocketPeer.request("Sec-WebSocket-Protocol: mqtt"));
            assertThat(peer.response().lines().map(line -> line.replaceFirst("Accept: .*", "")))
                    .startsWith(
                            "HTTP/1.1 101 Switching Protocols",
                            "Upgrade: WebSocket",
                            "Connection: Upgrade",
                            "Sec-WebSocket-",
                            "Sec-WebSocket-Protocol: mqtt");
        }
    }

    private static String status(TestBroker broker, String header) throws IOException {
        try (WebSocketPeer peer = new WebSocketPeer(broker.port())) {
            peer.send(WebSocketPeer.request(header, "Sec-WebSocket-Protocol: mqtt"));
            return peer.response().split(" ", -1)[1];
        }
    }
}
