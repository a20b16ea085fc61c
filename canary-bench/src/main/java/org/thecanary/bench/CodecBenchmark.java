// SPDX-License-Identifier: Apache-2.0
package org.thecanary.bench;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.thecanary.mqtt.codec.PacketDecoder;
import org.thecanary.mqtt.codec.PacketEncoder;
import org.thecanary.mqtt.codec.PublishImage;
import org.thecanary.mqtt.codec.WireWriter;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicName;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** What reading and writing one PUBLISH costs. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodecBenchmark {
    /** Payload bytes. */
    @Param({"16", "64", "1024"})
    public int payload;

    private final PublishImage image = new PublishImage(false, true, Integer.MAX_VALUE);
    private final WireWriter out = new WireWriter();
    private PacketDecoder decoder = new PacketDecoder(PacketDecoder.Side.SERVER, 1 << 20);
    private byte[] publishBytes = new byte[0];
    private Message message = message(0);
    private Message other = message(0);
    private Publish publish = new Publish(message, 1, false);

    private static Message message(int payload) {
        return new Message(
                TopicName.of("sensor/7/data"),
                QoS.AT_LEAST_ONCE,
                false,
                new byte[payload],
                MessageProperties.NONE);
    }

    /** A decoder that has seen a CONNECT, and a PUBLISH for it. */
    @Setup
    public void connect() {
        message = message(payload);
        other = message(payload);
        publish = new Publish(message, 1, false);
        decoder = new PacketDecoder(PacketDecoder.Side.SERVER, 1 << 20);
        Connect connect = new Connect(
                ProtocolVersion.MQTT_3_1_1,
                false,
                "codec",
                true,
                0,
                null,
                null,
                null,
                Connect.Properties.NONE);
        out.clear();
        PacketEncoder.encode(connect, ProtocolVersion.MQTT_3_1_1, out, Long.MAX_VALUE);
        decoder.feed(out.array(), 0, out.length());
        decoder.next();
        out.clear();
        PacketEncoder.encode(publish, ProtocolVersion.MQTT_3_1_1, out, Long.MAX_VALUE);
        publishBytes = Arrays.copyOf(out.array(), out.length());
    }

    @Benchmark
    public @Nullable Packet decodePublish() {
        decoder.feed(publishBytes, 0, publishBytes.length);
        return decoder.next();
    }

    @Benchmark
    public int encodePublish() {
        out.clear();
        PacketEncoder.encode(publish, ProtocolVersion.MQTT_3_1_1, out, Long.MAX_VALUE);
        return out.length();
    }

    /** Two messages in turn, so that the image is made anew. */
    @Benchmark
    public int holdAndPatchImage() {
        Message next = message;
        message = other;
        other = next;
        image.hold(next);
        image.patch(QoS.AT_LEAST_ONCE, false, false, 7);
        return image.length();
    }

    /** The same message again, as in a fan-out. */
    @Benchmark
    public int patchImage() {
        image.hold(message);
        image.patch(QoS.AT_LEAST_ONCE, false, false, 7);
        return image.length();
    }
}
