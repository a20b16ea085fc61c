// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.Will;

import java.io.IOException;
import java.util.Arrays;

/** Does the broker answer as clients of mosquitto have come to expect, byte by byte where they look that closely? */
@Timeout(60)
final class AnswersTest {

    private static Disconnect violation(OpenBroker broker, Boolean problemInformation)
            throws IOException {
        try (Peer peer =
                Peer.connected(broker, Peer.connect("p", true, 0, null, problemInformation))) {
            peer.send(new byte[] {0x00, 0x00});
            return peer.expect(Disconnect.class);
        }
    }

    @Test
    @Spec("MQTT-3.14.2-3")
    void aReasonStringGoesToWhoAskedForProblemInformation() throws IOException {
        try (OpenBroker broker = OpenBroker.start(1)) {
            assertThat(violation(broker, true).reasonString()).isNotBlank();
            assertThat(violation(broker, false).reasonString()).isNull();
        }
    }

    @Test
    void whoSaidNothingOfProblemInformationGetsTheReasonCodeAlone() throws IOException {
        try (OpenBroker broker = OpenBroker.start(1);
                Peer peer = Peer.connected(broker, "p")) {
            peer.send(new byte[] {0x00, 0x00});

            assertThat(peer.expect(Disconnect.class).reasonString()).isNull();
        }
    }

    @Test
    void propertiesLeaveInTheOrderInWhichTheyCame() throws IOException {
        byte[] properties = bytes(
                0x26, 0, 1, 'a', 0, 1, 'b', // User Property
                0x08, 0, 1, 'r', // Response Topic
                0x01, 1, // Payload Format Indicator
                0x26, 0, 1, 'c', 0, 1, 'd');
        byte[] packet = new byte[2 + 3 + 1 + properties.length + 1];
        packet[0] = 0x30;
        packet[1] = (byte) (packet.length - 2);
        packet[3] = 1;
        packet[4] = 't';
        packet[5] = (byte) properties.length;
        System.arraycopy(properties, 0, packet, 6, properties.length);
        packet[packet.length - 1] = 'p';
        try (OpenBroker broker = OpenBroker.start(1);
                Peer peer = Peer.connected(broker, "p")) {
            peer.subscribe("t", QoS.AT_MOST_ONCE);
            peer.send(packet);

            byte[] received = peer.socket().getInputStream().readNBytes(packet.length);
            assertThat(received).isEqualTo(packet);
        }
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        Arrays.setAll(values, i -> {
            bytes[i] = (byte) values[i];
            return values[i];
        });
        return bytes;
    }

    @Test
    void aWillToTheControlTopicsIsNotEvenAnswered() throws IOException {
        Will will = new Will(Peer.message("$CONTROL/x", QoS.AT_MOST_ONCE, false, "order"), 0);
        try (OpenBroker broker = OpenBroker.start(1);
                Peer peer = new Peer(broker, ProtocolVersion.MQTT_5)) {
            peer.send(Peer.connect("w", true, 0, will, null));

            assertThat(peer.isClosed()).isTrue();
        }
    }

    @Test
    void anIllFormedWillTopicIsNotEvenAnswered() throws IOException {
        byte[] connect = bytes(
                0x10, 22, 0, 4, 'M', 'Q', 'T', 'T', 5, 6, 0, 0, 0, 0, 1, 'w', 0, 0, 3, 'a', 0, 'b',
                0, 0);
        try (OpenBroker broker = OpenBroker.start(1);
                Peer peer = new Peer(broker, ProtocolVersion.MQTT_5)) {
            peer.send(connect);

            assertThat(peer.isClosed()).isTrue();
        }
    }

    @Test
    void publishingToAShareNameIsDenied() throws IOException {
        try (OpenBroker broker = OpenBroker.start(1);
                Peer peer = Peer.connected(broker, "p")) {
            peer.publish("$share/group/topic", QoS.AT_LEAST_ONCE, 1, "x");

            assertThat(peer.expect(PubAck.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    @Spec("MQTT-3.3.2-5")
    void anExpiredMessageIsNotSentAndItsPacketIdentifierIsPassedOver() throws Exception {
        byte[] mortal =
                bytes(0x32, 12, 0, 1, 't', 0, 1, 5, 2, 0, 0, 0, 1, 'm'); // expires after a second
        try (OpenBroker broker = OpenBroker.start(2);
                Peer publisher = Peer.connected(broker, "publisher")) {
            try (Peer away = Peer.connected(broker, Peer.connect("away", true, 3600))) {
                away.subscribe("t", QoS.AT_LEAST_ONCE);
                away.send(Disconnect.NORMAL);
                assertThat(away.isClosed()).isTrue();
            }
            publisher.send(mortal);
            publisher.expect(PubAck.class);
            publisher.publish("t", QoS.AT_LEAST_ONCE, 2, "immortal");
            publisher.expect(PubAck.class);
            Thread.sleep(1100); // what is waited for is that time passes

            try (Peer back = Peer.connected(broker, Peer.connect("away", false, 3600))) {
                Publish first = back.expect(Publish.class);
                assertThat(new String(first.message().payload(), UTF_8)).isEqualTo("immortal");
                assertThat(first.packetId()).isEqualTo(2);
            }
        }
    }
}
