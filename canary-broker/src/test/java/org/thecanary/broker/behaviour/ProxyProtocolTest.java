// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.auth.AclFile;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.loop.LinkInfo;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.topic.TopicName;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** What does a listener believe that a proxy stands before? */
class ProxyProtocolTest {
    private static final byte[] V1 =
            "PROXY TCP4 203.0.113.7 192.0.2.1 50123 1883\r\n".getBytes(US_ASCII);
    private static final byte[] NO_HEADER = "x".repeat(120).getBytes(US_ASCII);
    private static final byte[] UNKNOWN = "PROXY UNKNOWN\r\n".getBytes(US_ASCII);

    private static final int CLIENT_SSL = 1;
    private static final int CLIENT_CERTIFICATE = 2;

    private static TestBroker broker(int version, Consumer<ListenerConfig.Builder> options)
            throws IOException {
        return TestBroker.start((_, listener) -> {
            listener.proxyProtocol = version;
            options.accept(listener);
        });
    }

    /** PROXY by TCP over IPv4 from 203.0.113.7:50123, with these parts behind the addresses. */
    private static byte[] v2(byte[]... parts) {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        rest.writeBytes(new byte[] {(byte) 203, 0, 113, 7, (byte) 192, 0, 2, 1});
        rest.writeBytes(new byte[] {(byte) (50123 >> 8), (byte) 50123, 7, 91});
        for (byte[] part : parts) {
            rest.writeBytes(part);
        }
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.writeBytes("\r\n\r\n\0\r\nQUIT\n".getBytes(US_ASCII));
        header.write(0x21);
        header.write(0x11);
        header.write(rest.size() >> 8);
        header.write(rest.size());
        header.writeBytes(rest.toByteArray());
        return header.toByteArray();
    }

    /** A header of version 2 whose fixed bytes lie about nothing but what they are told to. */
    private static byte[] v2Of(int versionAndCommand, int family, String rest) {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.writeBytes("\r\n\r\n\0\r\nQUIT\n".getBytes(US_ASCII));
        header.write(versionAndCommand);
        header.write(family);
        header.write(rest.length() >> 8);
        header.write(rest.length());
        header.writeBytes(rest.getBytes(US_ASCII));
        return header.toByteArray();
    }

    private static byte[] line(String text) {
        return text.getBytes(US_ASCII);
    }

    private static byte[] part(int type, byte[] value) {
        ByteArrayOutputStream part = new ByteArrayOutputStream();
        part.write(type);
        part.write(value.length >> 8);
        part.write(value.length);
        part.writeBytes(value);
        return part.toByteArray();
    }

    /** PP2_TYPE_SSL with the Common Name. */
    private static byte[] ssl(int client, int verify, String commonName) {
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        value.write(client);
        value.writeBytes(new byte[] {0, 0, 0, (byte) verify});
        value.writeBytes(part(0x22, commonName.getBytes(US_ASCII)));
        return part(0x20, value.toByteArray());
    }

    private static TestClient announced(TestBroker broker, byte[] header) throws IOException {
        TestClient client = broker.open(ProtocolVersion.MQTT_5);
        client.sendBytes(header);
        return client;
    }

    private static boolean comesIn(TestBroker broker, byte[] header) throws IOException {
        try (TestClient client = announced(broker, header)) {
            return !client.tryConnect(_ -> {}).reason().isError();
        } catch (java.io.EOFException | SocketException e) {
            return false;
        }
    }

    @Test
    void eachVersionTakesItsOwnHeaderAndNoOther() throws Exception {
        try (TestBroker one = broker(1, _ -> {});
                TestBroker two = broker(2, _ -> {})) {
            assertThat(comesIn(one, V1)).isTrue();
            assertThat(comesIn(one, UNKNOWN)).isTrue();
            assertThat(comesIn(one, v2())).isFalse();
            assertThat(comesIn(one, NO_HEADER)).isFalse();
            assertThat(comesIn(two, v2())).isTrue();
            assertThat(comesIn(two, V1)).isFalse();
            assertThat(comesIn(two, NO_HEADER)).isFalse();
        }
    }

    /** As mosquitto: a proxy that only looks whether somebody listens is hung up on. */
    @Test
    void aProxyThatSpeaksForItselfIsHungUpOn() throws Exception {
        try (TestBroker broker = broker(2, _ -> {});
                TestClient proxy = broker.open(ProtocolVersion.MQTT_5)) {
            proxy.sendBytes("\r\n\r\n\0\r\nQUIT\n \0\0\0".getBytes(US_ASCII));
            proxy.expectClosed();
        }
    }

    /** As inet_ntop writes it, and so mosquitto. */
    @ParameterizedTest
    @CsvSource({
        "2001:db8:0:0:0:0:0:7, 2001:db8::7:50123",
        "::ffff:203.0.113.7, ::ffff:203.0.113.7:50123"
    })
    void anAddressOfVersion6IsToldInItsShortForm(String told, String address) throws Exception {
        byte[] header = line("PROXY TCP6 " + told + " 2001:db8:0:0:0:0:0:1 50123 1883\r\n");
        try (TestBroker broker = broker(1, _ -> {});
                TestClient client = announced(broker, header)) {
            client.connect(_ -> {});
            assertThat(broker.broker().clients().get().getFirst().connection())
                    .extracting(LinkInfo::address)
                    .isEqualTo(address);
        }
    }

    @Test
    void tlsToTheProxyIsRequiredWhereAskedFor() throws Exception {
        try (TestBroker broker = broker(2, listener -> listener.proxyRequiresTls = true)) {
            assertThat(comesIn(broker, v2())).isFalse();
            assertThat(comesIn(broker, v2(ssl(0, 0, "x")))).isFalse();
            assertThat(comesIn(broker, v2(ssl(CLIENT_SSL, 0, "x")))).isTrue();
        }
    }

    @Test
    void aCertificateCountsOnlyIfTheProxyHasVerifiedIt() throws Exception {
        try (TestBroker broker = broker(2, listener -> listener.tls.requireCertificate = true)) {
            assertThat(comesIn(broker, v2(ssl(CLIENT_SSL, 0, "x")))).isFalse();
            assertThat(comesIn(broker, v2(ssl(CLIENT_SSL | CLIENT_CERTIFICATE, 1, "x"))))
                    .isFalse();
            assertThat(comesIn(broker, v2(ssl(CLIENT_SSL | CLIENT_CERTIFICATE, 0, "x"))))
                    .isTrue();
        }
    }

    @Test
    void theCommonNameTheProxyHasSeenIsTheUser(@TempDir Path folder) throws Exception {
        Path acl = Files.writeString(folder.resolve("acl"), "user sensor7\ntopic allowed\n");
        try (TestBroker broker = TestBroker.start(
                (_, listener) -> {
                    listener.proxyProtocol = 2;
                    listener.useIdentityAsUsername = true;
                    listener.tls.requireCertificate = true;
                },
                new AccessRules(null, AclFile.load(acl), false, List.of()))) {
            byte[] header = v2(ssl(CLIENT_SSL | CLIENT_CERTIFICATE, 0, "sensor7"));
            TestClient client = announced(broker, header);
            client.connect(_ -> {});

            assertThat(client.publishAcknowledged("allowed", "x", false).reason())
                    .isNotEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    void theHeaderMayComeByteByByte() throws Exception {
        try (TestBroker broker = broker(1, _ -> {});
                TestClient client = broker.open(ProtocolVersion.MQTT_5)) {
            for (byte single : V1) {
                client.sendBytes(new byte[] {single});
            }

            client.connect(_ -> {});
        }
    }

    @Test
    void aLineThatIsNotToTheLetterIsRefusedAtOnce() throws Exception {
        String good = "PROXY TCP4 192.0.2.5 192.0.2.1 6275 1234";
        String zeros = "0000:0000:0000:0000:0000:0000:0000:0001";
        String longest = "PROXY UNKNOWN " + zeros + " " + zeros + " 65535 65535";
        List<byte[]> bad = List.of(
                line("PROXY TCP3 192.0.2.5 192.0.2.1 6275 1234\r\n"),
                line("PROXY TCP6 192.0.2.5 192.0.2.1 6275 1234\r\n"),
                line("PROXY TCP4 ::1 ::1 6275 1234\r\n"),
                line("PROXY TCP6 [::1] ::1 6275 1234\r\n"),
                line("PROXY TCP4 192.0.2.256 192.0.2.1 6275 1234\r\n"),
                line("PROXY TCP4 192.0.2.5 192.0.2.256 6275 1234\r\n"),
                line("PROXY TCP4 192.0.2.5 192.0.2.1 0 1234\r\n"),
                line("PROXY TCP4 192.0.2.5 192.0.2.1 6275 65536\r\n"),
                line("PROXY TCP4 192.0.2.5 192.0.2.1 6275\r\n"),
                line("PROXY TCP4\r\n"),
                line(good + "\n"),
                line(good + "  \r\n"),
                line(good + " ".repeat(67) + "\r\n"),
                line(longest + " ".repeat(107 - longest.length())));
        try (TestBroker broker = broker(1, _ -> {})) {
            for (byte[] header : bad) {
                try (TestClient client = announced(broker, header)) {
                    client.expectClosed();
                }
            }
            assertThat(comesIn(broker, line(longest + "\r\n"))).isTrue();
        }
    }

    @Test
    void bytesThatAreNotToTheLetterAreRefusedAtOnce() throws Exception {
        String inet = "srcAdstA\0\1\0\2";
        byte[] magic = v2();
        magic[11]++;
        List<byte[]> bad = List.of(
                magic,
                v2Of(0x31, 0x11, inet),
                v2Of(0x23, 0x11, inet),
                v2Of(0x21, 0x00, inet), // on behalf of nobody
                v2Of(0x21, 0x00, ""),
                v2Of(0x21, 0x12, inet), // UDP
                v2Of(0x21, 0x11, ""),
                v2Of(0x21, 0x11, inet.substring(1)),
                v2Of(0x21, 0x21, inet),
                v2Of(0x21, 0x31, ""),
                v2Of(0x21, 0x31, "two\nlines"),
                v2Of(0x21, 0x11, inet + "\4\0"),
                v2Of(0x21, 0x11, inet + "\4\0\2x"),
                v2Of(0x21, 0x11, inet + " \0\1x"),
                v2Of(0x21, 0x11, inet + " \0\12\5\0\0\0\0!\0\3xx"));
        try (TestBroker broker = broker(2, _ -> {})) {
            for (byte[] header : bad) {
                try (TestClient client = announced(broker, header)) {
                    client.expectClosed();
                }
            }
            assertThat(comesIn(broker, v2Of(0x21, 0x11, inet + "\4\0\2xx"))).isTrue();
        }
    }

    @Test
    void aClientOfAUnixSocketIsKnownByItsPathHoweverLongThatIsWritten() throws Exception {
        String whole = "/path" + "\0".repeat(103) + "/destination" + "\0".repeat(96);
        try (TestBroker broker = broker(2, _ -> {})) {
            for (String rest : List.of("/path", "/path\0\4\0\1x", whole, whole + "\4\0\1x")) {
                try (TestClient client = announced(broker, v2Of(0x21, 0x31, rest))) {
                    client.connect(_ -> {});
                    assertThat(broker.broker().clients().get().getFirst().connection())
                            .extracting(LinkInfo::address)
                            .isEqualTo("/path:0");
                }
            }
        }
    }

    @Test
    void whatComesInOneBreathWithARefusedHeaderIsNotRead() throws Exception {
        byte[] connectAndPublish = line("\20\14\0\4MQTT\4\2\0\0\0\0" + "\61\6\0\1txyz");
        try (TestBroker broker = broker(2, listener -> listener.proxyRequiresTls = true)) {
            for (byte[] header : List.of(v2(), v2Of(0x20, 0, ""))) {
                ByteArrayOutputStream breath = new ByteArrayOutputStream();
                breath.writeBytes(header);
                breath.writeBytes(connectAndPublish);
                try (TestClient client = announced(broker, breath.toByteArray())) {
                    client.expectClosed();
                }
            }
            assertThat(broker.broker().answers()).isTrue();
            assertThat(broker.broker().table().retained().get(TopicName.of("t"), 0))
                    .isNull();

            ByteArrayOutputStream welcome = new ByteArrayOutputStream();
            welcome.writeBytes(v2(ssl(CLIENT_SSL, 0, "x")));
            welcome.writeBytes(connectAndPublish);
            try (TestClient client = announced(broker, welcome.toByteArray())) {
                assertThat(client.nextBytes()).startsWith(0x20);
                client.send(PingReq.INSTANCE);
                assertThat(client.nextBytes()).startsWith(0xD0);
            }
            assertThat(broker.broker().table().retained().get(TopicName.of("t"), 0))
                    .isNotNull();
        }
    }
}
