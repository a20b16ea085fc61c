// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.PingResp;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.topic.TopicFilter;

import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Does a client that breaks the rules, or only behaves badly, harm anybody but itself? */
@Timeout(120)
final class HostileClientTest {
    private static final byte[] CONNECT_PACKET = {
        0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 1, 'h'
    };

    /** An honest client that is there all the while: its messages come back to it. */
    private static void assertServes(OpenBroker broker) throws IOException {
        try (Peer honest = Peer.connected(broker, "honest")) {
            honest.subscribe("honest/topic", QoS.AT_LEAST_ONCE);
            honest.publish("honest/topic", QoS.AT_LEAST_ONCE, 2, "served");
            honest.expect(Publish.class);
            honest.expect(PubAck.class);
        }
    }

    private static void assertEmpties(OpenBroker broker) {
        OpenBroker.await(
                "connections are left", () -> broker.broker().connections().size() == 0);
        OpenBroker.await("sessions are left", () -> broker.broker().sessions().size() == 0);
    }

    @Test
    void connectionsThatSayNothingOrHalfOfItUpsetNothing() throws IOException {
        try (OpenBroker broker = OpenBroker.start(2)) {
            for (int length = 0; length < CONNECT_PACKET.length; length++) {
                for (int i = 0; i < 5; i++) {
                    Peer peer = new Peer(broker, ProtocolVersion.MQTT_3_1_1);
                    peer.send(Arrays.copyOf(CONNECT_PACKET, length));
                    if (i % 2 == 0) {
                        peer.socket().setSoLinger(true, 0); // a reset rather than a close
                    }
                    peer.close();
                }
            }

            assertServes(broker);
            assertEmpties(broker);
        }
    }

    @Test
    void bytesOneByOneAreAsGoodAsTogether() throws IOException {
        try (OpenBroker broker = OpenBroker.start(1);
                Peer slow = new Peer(broker, ProtocolVersion.MQTT_3_1_1)) {
            for (byte each : CONNECT_PACKET) {
                slow.send(new byte[] {each});
            }

            assertThat(slow.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    @Test
    void randomBytesEndTheConnectionAndNothingElse() throws IOException {
        long seed = new Random().nextLong(1_000_000);
        System.out.println("HostileClientTest seed " + seed);
        Random random = new Random(seed);
        try (OpenBroker broker = OpenBroker.start(2)) {
            for (int i = 0; i < 300; i++) {
                byte[] noise = new byte[1 + random.nextInt(300)];
                random.nextBytes(noise);
                try (Peer peer = i % 2 == 0
                        ? new Peer(broker, ProtocolVersion.MQTT_5)
                        : Peer.connected(broker, "noisy")) {
                    peer.send(noise);
                } catch (SocketException e) {
                    assertThat(e).hasMessageMatching(".*(reset|pipe).*"); // closed already
                }
            }

            assertServes(broker);
            assertEmpties(broker);
        }
    }

    @Test
    @Spec("MQTT-3.2.2-15")
    void aPacketThatClaims256MiBIsRefusedFromItsHeader() throws IOException {
        byte[] claim = {0x30, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x7F};
        try (OpenBroker broker = OpenBroker.start(1)) {
            try (Peer five = Peer.connected(broker, "five")) {
                five.send(claim);

                assertThat(five.expect(Disconnect.class).reason())
                        .isEqualTo(ReasonCode.PACKET_TOO_LARGE);
                assertThat(five.isClosed()).isTrue();
            }
            try (Peer three = Peer.connected(broker, Peer.connect311("three", true))) {
                three.send(claim);

                assertThat(three.isClosed()).isTrue();
            }
            try (Peer early = new Peer(broker, ProtocolVersion.MQTT_5)) {
                early.send(new byte[] {0x10, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x7F});

                assertThat(early.isClosed()).isTrue();
            }
            assertServes(broker);
        }
    }

    @Test
    void aSubscriberThatNeverReadsCostsABoundedMemoryAndHoldsUpNobody() throws Exception {
        int size = 100_000;
        int messages = 2000; // 200 MB
        try (OpenBroker broker = OpenBroker.start(2);
                Peer deaf = new Peer(broker, ProtocolVersion.MQTT_5)) {
            deaf.socket().setReceiveBufferSize(4096);
            deaf.send(Peer.connect("deaf", true, 0));
            deaf.expect(ConnAck.class);
            deaf.subscribe("#", QoS.AT_MOST_ONCE);
            String payload = "x".repeat(size);

            try (Peer reader = Peer.connected(broker, "reader");
                    Peer publisher = Peer.connected(broker, "publisher")) {
                reader.subscribe("loud", QoS.AT_MOST_ONCE);
                for (int i = 0; i < messages; i++) {
                    publisher.publish("loud", QoS.AT_MOST_ONCE, 0, payload);
                    reader.expect(Publish.class);
                }
            }

            long dropped = broker.sum(counters -> counters.publishDropped);
            // 8 MiB here, and what the sockets' buffers hold.
            assertThat((messages - dropped) * size).isLessThan(32_000_000L);
        }
    }

    @Test
    void aClientThatNeverReadsIsClosedAllTheSame() throws Exception {
        try (OpenBroker broker = OpenBroker.start(1)) {
            try (Peer deaf = new Peer(broker, ProtocolVersion.MQTT_5)) {
                deaf.send(Peer.connect("deaf", true, 0));
                deaf.expect(ConnAck.class);
                deaf.subscribe("#", QoS.AT_MOST_ONCE);
                try (Peer publisher = Peer.connected(broker, "publisher")) {
                    String payload = "x".repeat(100_000);
                    for (int i = 0; i < 200; i++) {
                        publisher.publish("loud", QoS.AT_MOST_ONCE, 0, payload);
                    }
                    publisher.ping();
                }
                deaf.send(Disconnect.NORMAL);

                OpenBroker.await(
                        "the deaf one is still connected",
                        () -> broker.broker().connections().size() == 0);
            }
            assertServes(broker);
        }
    }

    @Test
    void subscriptionsOfOneClientAreBounded() throws IOException {
        int most = 100_000;
        try (OpenBroker broker = OpenBroker.start(1);
                Peer greedy = Peer.connected(broker, "greedy")) {
            List<ReasonCode> last = List.of();
            for (int from = 0; from <= most; from += 1000) {
                List<Subscription> asked = new ArrayList<>();
                for (int i = from; i < from + 1000; i++) {
                    asked.add(new Subscription(
                            TopicFilter.of("greed/" + i),
                            SubscriptionOptions.of(QoS.AT_MOST_ONCE)));
                }
                greedy.send(new Subscribe(1, asked));
                last = greedy.expect(SubAck.class).reasons();
            }

            assertThat(last).containsOnly(ReasonCode.QUOTA_EXCEEDED);
            assertThat(broker.broker().table().subscriptionCount()).isEqualTo(most);
            assertServes(broker);
        }
    }

    @Test
    void aTopicOfMoreThan200LevelsOrTooLongIsRefused() throws IOException {
        try (OpenBroker broker = OpenBroker.start(1)) {
            byte[] deep = "/".repeat(201).getBytes(UTF_8);
            try (Peer peer = Peer.connected(broker, "deep")) {
                byte[] packet = new byte[3 + 2 + deep.length + 1];
                packet[0] = 0x30;
                packet[1] = (byte) (((packet.length - 3) & 0x7F) | 0x80);
                packet[2] = (byte) ((packet.length - 3) >> 7);
                packet[4] = (byte) deep.length;
                System.arraycopy(deep, 0, packet, 5, deep.length);
                peer.send(packet);

                assertThat(peer.expect(Disconnect.class).reason())
                        .isEqualTo(ReasonCode.MALFORMED_PACKET);
            }
            try (Peer peer = Peer.connected(broker, "long")) {
                peer.subscribe("#", QoS.AT_MOST_ONCE);
                peer.publish("t".repeat(65_535), QoS.AT_MOST_ONCE, 0, "as long as can be");

                assertThat(peer.expect(Publish.class).message().topic().toString())
                        .hasSize(65_535);
            }
        }
    }

    @Test
    void oneConnectionMoreThanAllowedIsClosedAndPlacesAreFreeAtOnce() throws IOException {
        try (OpenBroker broker =
                OpenBroker.start(4, config -> {}, listener -> listener.maxConnections = 10)) {
            for (int round = 0; round < 20; round++) {
                List<Peer> allowed = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    allowed.add(Peer.connected(broker, "allowed" + i));
                }
                try (Peer refused = new Peer(broker, ProtocolVersion.MQTT_5)) {
                    assertThat(refused.isClosed()).isTrue();
                }
                for (Peer each : allowed) {
                    each.close();
                }
            }
        }
    }

    @Test
    void packetsAfterTheEndAreNotListenedTo() throws IOException {
        try (OpenBroker broker = OpenBroker.start(1);
                Peer watcher = Peer.connected(broker, "watcher")) {
            watcher.subscribe("late", QoS.AT_MOST_ONCE);
            try (Peer peer = Peer.connected(broker, "late")) {
                peer.send(Peer.connect("late", true, 0)); // a second CONNECT
                peer.publish("late", QoS.AT_MOST_ONCE, 0, "too late");

                assertThat(peer.isClosed()).isTrue();
            }
            watcher.send(PingReq.INSTANCE);
            Packet next = watcher.receive();

            assertThat(next).isInstanceOf(PingResp.class);
        }
    }
}
