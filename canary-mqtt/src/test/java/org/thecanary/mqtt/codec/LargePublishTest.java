// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.mqtt.codec.PacketDecoder.Side;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Publish;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A PUBLISH whose payload is large comes in pieces, and is the same however they are cut. */
class LargePublishTest {
    private static final long SEED = 20_261_123;

    private static PacketDecoder decoder(ProtocolVersion version) {
        var decoder = new PacketDecoder(Side.SERVER, Integer.MAX_VALUE);
        byte[] connect = PacketTable.connect(version);
        decoder.feed(connect, 0, connect.length);
        assertThat(decoder.next()).isInstanceOf(Connect.class);
        assertThat(decoder.next()).isNull();
        return decoder;
    }

    private static Publish enlarged(Publish small, int bytes, Random random) {
        byte[] payload = new byte[bytes];
        random.nextBytes(payload);
        Message message = small.message();
        return new Publish(
                new Message(
                        message.topic(),
                        message.qos(),
                        message.retain(),
                        payload,
                        message.properties()),
                small.packetId(),
                small.dup(),
                small.topicAlias(),
                small.subscriptionIdentifiers());
    }

    private static byte[] encoded(List<Publish> packets, ProtocolVersion version) {
        var out = new WireWriter();
        packets.forEach(packet ->
                PacketEncoder.encode(packet, version, out, Connect.UNLIMITED_PACKET_SIZE));
        return Arrays.copyOf(out.array(), out.length());
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    void isTheSameHoweverItIsCut(ProtocolVersion version) {
        Random random = new Random(SEED);
        var packets = new RandomPackets(SEED, version);
        for (int round = 0; round < 300; round++) {
            List<Publish> sent = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                int bytes = random.nextInt(3) == 0 ? random.nextInt(50) : random.nextInt(100_000);
                sent.add(enlarged(packets.publish(Side.SERVER), bytes, random));
            }
            byte[] bytes = encoded(sent, version);
            List<Packet> came = new ArrayList<>();
            PacketDecoder decoder = decoder(version);
            int at = 0;
            while (at < bytes.length) {
                int most = random.nextBoolean() ? 40 : 70_000;
                int count = Math.min(bytes.length - at, 1 + random.nextInt(most));
                byte[] piece = Arrays.copyOfRange(bytes, at, at + count);
                decoder.feed(piece, 0, count);
                for (Packet next = decoder.next(); next != null; next = decoder.next()) {
                    came.add(next);
                }
                Arrays.fill(piece, (byte) 0x55); // its owner uses it for something else
                at += count;
            }

            assertThat(came).as("seed %d, round %d", SEED, round).isEqualTo(sent);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    void withABadHeadIsRefusedAsASmallOne(ProtocolVersion version) {
        PacketDecoder decoder = decoder(version);
        byte[] head = Bytes.of("30 80 80 02 00 02 'a+' 00");
        byte[] rest = new byte[40_000];
        decoder.feed(head, 0, head.length);
        assertThat(decoder.next()).isNull();

        decoder.feed(rest, 0, rest.length);

        assertThatThrownBy(decoder::next).isInstanceOf(ProtocolException.class);
    }

    /** Memory is for what came, not for what the sender says will come. */
    @Test
    void takesMemoryForWhatCame() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] piece = new byte[10_000];
        byte[] head = Bytes.of("30 FF FF FF 7F 00 01 't'"); // 268,435,455 bytes
        System.arraycopy(head, 0, piece, 0, head.length);
        PacketDecoder decoder = decoder(ProtocolVersion.MQTT_3_1_1);
        decoder.feed(piece, 0, piece.length);

        long before = threads.getCurrentThreadAllocatedBytes();
        Packet none = decoder.next();
        long took = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(none).isNull();
        assertThat(took).isBetween(9_000L, 60_000L);
    }
}
