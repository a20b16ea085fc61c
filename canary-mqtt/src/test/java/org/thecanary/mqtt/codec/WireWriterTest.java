// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicName;

import java.util.Arrays;

/** Are lengths written in the fewest bytes, and is a giant's array given back? */
class WireWriterTest {
    private final WireWriter out = new WireWriter();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152})
    @Spec("MQTT-1.5.5-1")
    void lengthIsFilledInInTheFewestBytes(int length) {
        out.writeByte(0x77);
        int mark = out.beginLength();
        byte[] body = new byte[length];
        Arrays.fill(body, (byte) 0x55);
        out.writeBytes(body);

        out.endLength(mark);

        var in = new WireReader();
        in.over(out.array(), 1, out.length());
        assertThat(in.readVariableByteInteger()).isEqualTo(length);
        assertThat(in.remaining()).isEqualTo(length);
        assertThat(in.readBytes(length)).isEqualTo(body);
        int bytes = length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4;
        assertThat(out.length()).isEqualTo(1 + bytes + length);
    }

    @Test
    void aGiantArrayIsNotKept() {
        out.writeBytes(new byte[WireWriter.LARGEST_KEPT * 2]);
        byte[] giant = out.array();
        out.clear();
        assertThat(out.length()).isZero();
        assertThat(out.array().length).isLessThan(giant.length);

        out.writeBytes(new byte[1000]);
        byte[] grown = out.array();
        out.clear();
        assertThat(out.array()).isSameAs(grown);
    }

    @Test
    void anImageGivesAGiantBackToo() {
        var image = new PublishImage(false, false, Integer.MAX_VALUE);
        image.hold(message(1_000_000));
        assertThat(image.length()).isEqualTo(1 + 3 + 3 + 1_000_000);

        image.hold(message(10));

        assertThat(image.array().length).isLessThan(1000);
    }

    private static Message message(int payload) {
        return new Message(
                TopicName.of("a"),
                QoS.AT_MOST_ONCE,
                false,
                new byte[payload],
                MessageProperties.NONE);
    }

    @Test
    void aStringTooLongIsOurMistake() {
        assertThatThrownBy(() -> out.writeString("x".repeat(65_536)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> out.writeString("ä".repeat(40_000)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> out.writeBinary(new byte[65_536]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(out.length()).isZero();
    }
}
