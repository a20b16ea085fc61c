// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is in the log of those who never come as far as MQTT: why, once, and never that they went themselves? */
class RefusedBelowMqttTest {
    private static final String VERSION_1 = "PROXY TCP4 203.0.113.7 192.0.2.1 50123 1883\r\n";
    private static final String VERSION_2 = "\r\n\r\n\0\r\nQUIT\n";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private Program broker;

    private int plain;
    private int proxied;
    private int websockets;

    @BeforeEach
    void start() throws Exception {
        plain = Program.freePort();
        proxied = Program.freePort();
        websockets = Program.freePort();
        Path conf = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "allow_anonymous true\nlistener " + plain + " 127.0.0.1\nlistener " + proxied
                        + " 127.0.0.1\nenable_proxy_protocol 1\nlistener " + websockets
                        + " 127.0.0.1\nenable_proxy_protocol 1\nprotocol websockets\n");
        broker = Program.canary(folder, "broker", "-c", conf.toString()).serves();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    /** Sends this, and waits until the broker closes. */
    private static void hangsUpOn(int port, String bytes) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.getOutputStream().write(bytes.getBytes(US_ASCII));
            client.getInputStream().readAllBytes();
        }
    }

    @Test
    void aProxyOfTheOtherVersionIsToldWhichToSet() throws Exception {
        hangsUpOn(proxied, VERSION_2 + "!\021\0\0");

        broker.says("this is a header of version 2; set enable_proxy_protocol to it");
        assertThat(broker.err()).doesNotContain("disconnected");
    }

    @Test
    void aClientThatComesPastTheProxyIsNamed() throws Exception {
        hangsUpOn(proxied, "\020\014\0\004MQTT\004\002\0\074\0\0");

        broker.says("this is MQTT without a header");
    }

    @Test
    void aProxyBeforeAListenerThatKnowsOfNoneIsNamed() throws Exception {
        hangsUpOn(plain, VERSION_1);
        hangsUpOn(plain, VERSION_2 + "!\021\0\0");

        broker.says("that announces its clients set enable_proxy_protocol");
        broker.says("this is a PROXY header; set enable_proxy_protocol 2");
    }

    @Test
    void aRequestThatBecomesNoWebSocketIsToldOfOnceWithTheAddressTheProxyKnows() throws Exception {
        hangsUpOn(websockets, VERSION_1 + "GET / HTTP/1.1\r\nHost: h\r\n\r\n");

        broker.says("Client 203.0.113.7 [203.0.113.7:50123] disconnected: no WebSocket: ");
        assertThat(broker.err()).containsOnlyOnce("disconnected");
    }

    @Test
    void whoSpeaksTlsOrMqttAloneToAListenerForWebSocketIsTurnedAwayAtOnceAndNamed()
            throws Exception {
        hangsUpOn(websockets, VERSION_1 + "\026\003\001\002\000\001");
        hangsUpOn(websockets, VERSION_1 + "\020\014\0\004MQTT\004\002\0\074\0\0");

        broker.says("no WebSocket: this is TLS, which this listener does not speak");
        broker.says("no WebSocket: this is MQTT without WebSocket");
    }
}
