// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.thecanary.mqtt.codec.PacketDecoder.Side;
import org.thecanary.mqtt.packet.Auth;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Publish;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Do random packets survive our codec, in any fragments, and does netty-codec-mqtt read and write them alike? */
class RandomPacketsTest {
    private static final int COUNT = 2_000;

    /** Of the random payloads some are longer. */
    private static final int LARGEST_IN_IMAGE = 20;

    /** Fixed, so that a failure comes back; a number on the command line looks elsewhere. */
    private static final long SEED = Long.getLong("canary.seed", 20_261_122L);

    @ParameterizedTest
    @CsvSource({
        "MQTT_3_1, SERVER", "MQTT_3_1, CLIENT", "MQTT_3_1_1, SERVER",
        "MQTT_3_1_1, CLIENT", "MQTT_5, SERVER", "MQTT_5, CLIENT"
    })
    void survive(ProtocolVersion version, Side reader) {
        for (long seed = SEED; seed < SEED + COUNT / 20; seed++) {
            List<Packet> packets = packets(seed, version, reader, 20);
            byte[] bytes = encode(packets, version);
            var cuts = new Random(seed);
            var decoder = new PacketDecoder(reader, Integer.MAX_VALUE);
            decoder.version(version);

            List<Packet> decoded = new ArrayList<>();
            for (int from = 0, to; from < bytes.length; from = to) {
                to = Math.min(bytes.length, from + 1 + cuts.nextInt(500));
                byte[] piece = Arrays.copyOfRange(bytes, from, to);
                decoder.feed(piece, 0, piece.length);
                for (Packet packet = decoder.next(); packet != null; packet = decoder.next()) {
                    decoded.add(packet);
                }
                Arrays.fill(piece, (byte) 0);
            }

            assertThat(decoded).as("seed %d", seed).isEqualTo(packets);
        }
    }

    /** Ours is read by netty, written by netty, and read by us: what netty misunderstood would differ. */
    @ParameterizedTest
    @CsvSource({
        "MQTT_3_1, SERVER", "MQTT_3_1, CLIENT", "MQTT_3_1_1, SERVER",
        "MQTT_3_1_1, CLIENT", "MQTT_5, SERVER", "MQTT_5, CLIENT"
    })
    void surviveNetty(ProtocolVersion version, Side reader) {
        for (long seed = SEED; seed < SEED + COUNT / 20; seed++) {
            var netty = new EmbeddedChannel(new MqttDecoder(1_000_000, 1000), MqttEncoder.INSTANCE);
            var decoder = new PacketDecoder(reader, Integer.MAX_VALUE);
            decoder.version(version);
            if (reader == Side.CLIENT) { // netty learns the version from a CONNECT
                throughNetty(netty, PacketTable.connect(version));
            }
            for (Packet packet : packets(seed, version, reader, 20)) {
                byte[] ours = encode(List.of(packet), version);
                byte[] theirs = throughNetty(netty, ours);

                decoder.feed(theirs, 0, theirs.length);
                assertThat(decoder.next())
                        .as("seed %d: %s became %s", seed, Bytes.hex(ours), Bytes.hex(theirs))
                        .isEqualTo(packet);
                assertThat(decoder.next()).isNull();
            }
            netty.finishAndReleaseAll();
        }
    }

    private static byte[] throughNetty(EmbeddedChannel netty, byte[] bytes) {
        netty.writeInbound(Unpooled.copiedBuffer(bytes));
        MqttMessage message = netty.readInbound();
        assertThat(message.decoderResult().isSuccess())
                .as("%s: %s", Bytes.hex(bytes), message.decoderResult())
                .isTrue();
        netty.writeOutbound(message);
        var out = Unpooled.buffer();
        for (ByteBuf part = netty.readOutbound(); part != null; part = netty.readOutbound()) {
            out.writeBytes(part);
            part.release();
        }
        byte[] written = new byte[out.readableBytes()];
        out.readBytes(written);
        return written;
    }

    @ParameterizedTest
    @CsvSource({"MQTT_3_1_1", "MQTT_5"})
    void imageEqualsTheEncoder(ProtocolVersion version) {
        var random = new RandomPackets(SEED, version);
        var withId = new PublishImage(version.isV5(), true, LARGEST_IN_IMAGE);
        var without = new PublishImage(version.isV5(), false, LARGEST_IN_IMAGE);
        for (int i = 0; i < COUNT; i++) {
            Publish publish = random.publish(Side.SERVER);
            var plain = new Publish(publish.message(), publish.packetId(), publish.dup());
            PublishImage image = plain.packetId() > 0 ? withId : without;

            image.hold(plain.message());
            image.patch(
                    plain.message().qos(), plain.message().retain(), plain.dup(), plain.packetId());

            assertThat(joined(image.array(), image.length(), image.behind()))
                    .as("seed %d, packet %d", SEED, i)
                    .isEqualTo(encode(List.of(plain), version));
            assertThat(image.behind().length == 0 || image.behind().length > LARGEST_IN_IMAGE)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"MQTT_3_1_1", "MQTT_5"})
    void aHeadAndItsPayloadAreWhatTheEncoderWrites(ProtocolVersion version) {
        var random = new RandomPackets(SEED, version);
        for (int i = 0; i < COUNT; i++) {
            Publish publish = random.publish(Side.SERVER);
            byte[] payload = publish.message().payload();
            byte[] whole = encode(List.of(publish), version);
            var head = new WireWriter();

            assertThat(PacketEncoder.encodeHead(publish, version, head, whole.length - 1))
                    .isFalse();
            assertThat(head.length()).isZero();
            assertThat(PacketEncoder.encodeHead(publish, version, head, whole.length))
                    .isTrue();
            assertThat(joined(head.array(), head.length(), payload)).isEqualTo(whole);
        }
    }

    private static byte[] joined(byte[] head, int length, byte[] behind) {
        byte[] all = Arrays.copyOf(head, length + behind.length);
        System.arraycopy(behind, 0, all, length, behind.length);
        return all;
    }

    private static List<Packet> packets(
            long seed, ProtocolVersion version, Side reader, int count) {
        var random = new RandomPackets(seed, version);
        List<Packet> packets = new ArrayList<>();
        Connect connect = random.connect();
        packets.add(reader == Side.SERVER ? connect : random.connAck());
        boolean noAuth =
                reader == Side.SERVER && connect.properties().authenticationMethod() == null;
        while (packets.size() < count) {
            Packet packet = random.next(reader);
            if (!(noAuth && packet instanceof Auth)) {
                packets.add(packet);
            }
        }
        return packets;
    }

    private static byte[] encode(List<Packet> packets, ProtocolVersion version) {
        var out = new WireWriter();
        for (Packet packet : packets) {
            assertThat(PacketEncoder.encode(packet, version, out, Integer.MAX_VALUE))
                    .isTrue();
        }
        return Arrays.copyOf(out.array(), out.length());
    }
}
