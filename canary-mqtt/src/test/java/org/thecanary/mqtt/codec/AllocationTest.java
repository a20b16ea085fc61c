// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.Test;
import org.thecanary.mqtt.codec.PacketDecoder.Side;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.topic.TopicName;

import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;

/** How many bytes does one packet cost on the hot path? Exact, where time would be noisy. */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int PACKETS = 1000;
    private static final int ROUNDS = 50;

    private Object sink = "";

    /** The least of several rounds: the first ones pay for class loading and compilation. */
    private static long bytes(Runnable round) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            round.run();
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    private static long perPublish(ProtocolVersion version, String... words) {
        var packets = new ByteArrayOutputStream();
        for (int i = 0; i < PACKETS; i++) {
            packets.writeBytes(Bytes.of(words[i % words.length]));
        }
        byte[] bytes = packets.toByteArray();
        var decoder = new PacketDecoder(Side.SERVER, Long.MAX_VALUE);
        byte[] connect = PacketTable.connect(version);
        decoder.feed(connect, 0, connect.length);
        while (decoder.next() != null) {
            // the CONNECT
        }
        return bytes(() -> {
                    decoder.feed(bytes, 0, bytes.length);
                    int count = 0;
                    for (Packet p = decoder.next(); p != null; p = decoder.next()) {
                        count++;
                    }
                    assert count == PACKETS;
                })
                / PACKETS;
    }

    /** A payload of 64 bytes is 80 with its array header, Message 32, Publish 32; 24 each with compact headers. */
    private static final long PUBLISH = 80 + 32 + 32;

    @Test
    void aPublishCostsItsPayloadAndTwoRecords() {
        String x = "x".repeat(64);
        for (ProtocolVersion version : ProtocolVersion.values()) {
            String none = version.isV5() ? " 00" : "";

            assertThat(perPublish(version, "30 r s'sensor/data'" + none + " '" + x + "'"))
                    .isLessThanOrEqualTo(PUBLISH);
            assertThat(perPublish(version, "32 r s'sensor/data' 0001" + none + " '" + x + "'"))
                    .isLessThanOrEqualTo(PUBLISH);
        }
    }

    @Test
    void topicsInTurnCostNoMore() {
        String x = "x".repeat(64);

        long bytes = perPublish(
                ProtocolVersion.MQTT_5,
                "30 r s'sensor/one' 00 '" + x + "'",
                "30 r s'sensor/two' 00 '" + x + "'",
                "30 r s'sensor/three' 00 '" + x + "'");

        assertThat(bytes).isLessThanOrEqualTo(PUBLISH);
    }

    @Test
    void anImageHeldAndPatchedCostsNothing() {
        Message[] messages = new Message[2];
        for (int i = 0; i < messages.length; i++) {
            messages[i] = new Message(
                    TopicName.of("sensor/" + i),
                    QoS.AT_LEAST_ONCE,
                    false,
                    new byte[200],
                    MessageProperties.NONE);
        }
        var image = new PublishImage(true, true, Integer.MAX_VALUE);

        long bytes = bytes(() -> {
            for (int i = 0; i < PACKETS; i++) {
                image.hold(messages[i & 1]);
                image.patch(QoS.AT_LEAST_ONCE, false, (i & 1) == 0, i + 1);
            }
        });

        assertThat(bytes).isZero();
    }

    @Test
    void anAcknowledgementIsWrittenForNothing() {
        var out = new WireWriter();
        var ack = new PubAck(7, ReasonCode.SUCCESS);

        long bytes = bytes(() -> {
            for (int i = 0; i < PACKETS; i++) {
                out.clear();
                PacketEncoder.encode(ack, ProtocolVersion.MQTT_5, out, 1000);
            }
        });

        assertThat(bytes).isZero();
    }

    /** A header may claim 256 MB: what is kept follows the bytes that came. */
    @Test
    void aClaimedLengthReservesNothing() {
        byte[] header = {0x30, -1, -1, -1, 0x7F};
        byte[] connect = PacketTable.connect(ProtocolVersion.MQTT_5);

        long bytes = bytes(() -> {
            var decoder = new PacketDecoder(Side.SERVER, Long.MAX_VALUE, new TopicCache(4));
            decoder.feed(connect, 0, connect.length);
            while (decoder.next() != null) {
                // the CONNECT
            }
            decoder.feed(header, 0, header.length);
            assert decoder.next() == null;
            sink = decoder;
        });

        assertThat(sink).isNotNull();
        assertThat(bytes).isLessThan(2000);
    }
}
