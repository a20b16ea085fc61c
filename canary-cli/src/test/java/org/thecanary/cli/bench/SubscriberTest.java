// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.Test;
import org.thecanary.cli.bench.Load.Shape;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.QoS;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Does the counter see what a broker does wrong? */
class SubscriberTest {
    private final Tally tally = new Tally();
    private final Window window = new Window(1, 10);
    private final EmbeddedChannel channel;

    SubscriberTest() {
        var target = new Target("t", "localhost", 1883, null, null, null, false);
        var load = new Load(
                Shape.FAN_OUT,
                2,
                1,
                "a",
                QoS.AT_LEAST_ONCE,
                ProtocolVersion.MQTT_3_1_1,
                16,
                0,
                10,
                10,
                Duration.ZERO,
                Duration.ZERO);
        channel = new EmbeddedChannel(new Subscriber(target, load, 0, window, tally, "s"));
        channel.releaseOutbound();
    }

    private static ByteBuf message(int publisher, int sequence) {
        ByteBuf bytes = Unpooled.buffer();
        bytes.writeByte(0x32).writeByte(2 + 3 + 2 + 16).writeShort(3);
        bytes.writeBytes("a/0".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .writeShort(7);
        return bytes.writeLong(System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(5))
                .writeInt(publisher)
                .writeInt(sequence);
    }

    @Test
    void whatComesTwiceOrBehindALaterOneIsMisplacedByEachPublisherAlone() {
        for (int sequence : new int[] {0, 1, 2, 5, 4, 5}) {
            channel.writeInbound(message(0, sequence));
        }
        channel.writeInbound(message(1, 0), message(1, 1));

        assertThat(tally.received).isEqualTo(8);
        assertThat(tally.misplaced).isEqualTo(2);
        assertThat(tally.latencies().getMinValue()).isGreaterThan(4_900_000);
    }

    @Test
    void aMessageThatArrivesByteByByteIsOneMessageAndIsAcknowledged() {
        ByteBuf whole = message(0, 0);
        while (whole.isReadable()) {
            channel.writeInbound(Unpooled.copiedBuffer(whole.readSlice(1)));
        }

        assertThat(tally.received).isEqualTo(1);
        ByteBuf answer = channel.readOutbound();
        assertThat(answer).isEqualTo(Unpooled.wrappedBuffer(new byte[] {0x40, 2, 0, 7}));
    }
}
