// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.codec.PacketDecoder.Side;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;

import java.util.Arrays;
import java.util.Objects;

/** What does the decoder remember, and when does it refuse? */
class PacketDecoderTest {
    private final PacketDecoder decoder = new PacketDecoder(Side.SERVER, 1000);

    private Packet one(String words) {
        byte[] bytes = Bytes.of(words);
        decoder.feed(bytes, 0, bytes.length);
        Packet packet = decoder.next();
        assertThat(decoder.next()).isNull();
        assertThat(packet).isNotNull();
        return Objects.requireNonNull(packet);
    }

    private void connected() {
        byte[] connect = PacketTable.connect(ProtocolVersion.MQTT_5);
        decoder.feed(connect, 0, connect.length);
        assertThat(decoder.next()).isNotNull();
        assertThat(decoder.next()).isNull();
    }

    private ReasonCode refusal(byte[] bytes) {
        decoder.feed(bytes, 0, bytes.length);
        try {
            Packet packet = decoder.next();
            throw new AssertionError("not refused: " + packet);
        } catch (ProtocolException e) {
            return e.reason();
        }
    }

    @Test
    void learnsTheVersionFromConnect() {
        assertThat(decoder.version()).isEqualTo(ProtocolVersion.MQTT_3_1_1);

        connected();

        assertThat(decoder.version()).isEqualTo(ProtocolVersion.MQTT_5);
    }

    /** The session answers 0x84 in version 5, and return code 0x01 before. */
    @ParameterizedTest
    @CsvSource({
        "s'MQTT' 06, MQTT_5",
        "s'MQTT' 02, MQTT_5",
        "s'MQTT' 85, MQTT_5",
        "s'MQIsdp' 06, MQTT_5",
        "s'MQTT' 03, MQTT_3_1_1",
        "s'MQIsdp' 04, MQTT_3_1_1",
        "s'MQIsdp' 05, MQTT_3_1_1",
    })
    @Spec({"MQTT-3.1.2-2", "v3:MQTT-3.1.2-2"})
    void versionSaysInWhichFormAnUnknownOneIsRefused(String nameAndLevel, ProtocolVersion form) {
        ReasonCode reason = refusal(Bytes.of("10 r " + nameAndLevel + " 02 003C s'p'"));

        assertThat(reason).isEqualTo(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION);
        assertThat(decoder.version()).isEqualTo(form);
    }

    @Test
    void versionIsKnownBeforeTheRestOfConnectIsRefused() {
        refusal(Bytes.of("10 r s'MQTT' 05 03 003C 00 s'p'"));

        assertThat(decoder.version()).isEqualTo(ProtocolVersion.MQTT_5);
    }

    @Test
    @Spec("MQTT-3.2.2-15")
    void aPacketOfExactlyTheMaximumIsAccepted() {
        connected();

        Packet packet = one("30 r s'a' 00 '" + "x".repeat(1000 - 3 - 4) + "'");

        assertThat(((Publish) packet).message().payload()).hasSize(993);
    }

    @Test
    @Spec("MQTT-3.2.2-15")
    void aPacketOfOneByteMoreIsRefusedFromItsHeader() {
        connected();

        assertThat(refusal(new byte[] {0x30, (byte) 0xE6, 0x07}))
                .isEqualTo(ReasonCode.PACKET_TOO_LARGE);
    }

    @Test
    void aTypeThatMayNotComeIsRefusedFromItsFirstByte() {
        assertThat(refusal(new byte[] {0x30})).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    void aConnackIsRefusedForItsDirectionWhateverItsFlags() {
        connected();

        assertThat(refusal(new byte[] {0x21})).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    void ofOtherPacketsThatOnlyAServerSendsTheFlagsAreLookedAtFirst() {
        connected();

        assertThat(refusal(new byte[] {(byte) 0x91})).isEqualTo(ReasonCode.MALFORMED_PACKET);
        assertThat(refusal(new byte[] {(byte) 0xB1})).isEqualTo(ReasonCode.MALFORMED_PACKET);
        assertThat(refusal(new byte[] {(byte) 0xD1})).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Test
    void aPacketTypeThatDoesNotExistIsRefusedAsThatWhateverItsLength() {
        connected();

        byte[] overlong = {0x00, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x01};
        assertThat(refusal(overlong)).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    void bytesFedBeforeTheFormerAreUsedUpFollowThem() {
        byte[] connect = PacketTable.connect(ProtocolVersion.MQTT_5);
        byte[] ping = {(byte) 0xC0, 0};
        decoder.feed(connect, 0, connect.length);
        decoder.feed(ping, 0, 2);

        assertThat(decoder.next()).isInstanceOf(Connect.class);
        assertThat(decoder.next()).isEqualTo(PingReq.INSTANCE);
        assertThat(decoder.next()).isNull();
    }

    @Test
    void keptBytesOutliveTheirArray() {
        byte[] connect = PacketTable.connect(ProtocolVersion.MQTT_5);
        byte[] both = Arrays.copyOf(connect, connect.length + 2);
        both[connect.length] = (byte) 0xC0;
        decoder.feed(both, 0, both.length);
        assertThat(decoder.next()).isInstanceOf(Connect.class);
        decoder.keep();
        Arrays.fill(both, (byte) 0xFF);

        assertThat(decoder.next()).isEqualTo(PingReq.INSTANCE);
        assertThat(decoder.next()).isNull();
    }

    @Test
    void feedingNothingChangesNothing() {
        decoder.feed(new byte[0], 0, 0);
        assertThat(decoder.next()).isNull();
        connected();
        decoder.feed(new byte[5], 3, 3);
        assertThat(decoder.next()).isNull();
        assertThat(one("C0 00")).isNotNull();
    }

    @Test
    void theSameTopicIsTheSameObject() {
        connected();

        Publish first = (Publish) one("30 r s'a/b' 00 'x'");
        Publish other = (Publish) one("30 r s'a/c' 00 'x'");
        Publish again = (Publish) one("30 r s'a/b' 00 'x'");

        assertThat(again.message().topic()).isSameAs(first.message().topic());
        assertThat(other.message().topic()).isNotEqualTo(first.message().topic());
    }

    @Test
    void anAliasAloneDoesNotDisturbTheNextTopic() {
        connected();

        one("30 r s'a/b' ( 23 0001 ) 'x'");
        Publish alias = (Publish) one("30 r 0000 ( 23 0001 ) 'x'");
        Publish again = (Publish) one("30 r s'a/b' 00 'x'");

        assertThat(alias.message().topic().isEmpty()).isTrue();
        assertThat(again.message().topic()).hasToString("a/b");
    }

    /** What is kept is taken from it, and what is given up comes back. */
    private static final class CountingRoom implements PacketDecoder.Room {
        private long taken;
        private long most = Long.MAX_VALUE;

        @Override
        public void take(int bytes) {
            if (taken + bytes > most) {
                throw new ProtocolException(ReasonCode.QUOTA_EXCEEDED, "-", "no room");
            }
            taken += bytes;
        }
    }

    private final CountingRoom room = new CountingRoom();

    private PacketDecoder inRoom() {
        PacketDecoder lodger = new PacketDecoder(Side.SERVER, 1 << 20, new TopicCache(16), room);
        byte[] connect = PacketTable.connect(ProtocolVersion.MQTT_5);
        lodger.feed(connect, 0, connect.length);
        assertThat(lodger.next()).isNotNull();
        assertThat(lodger.next()).isNull();
        return lodger;
    }

    private static byte[] publishOf(int payload) {
        int remaining = payload + 4;
        byte[] bytes = Arrays.copyOf(
                new byte[] {
                    0x30,
                    (byte) (remaining | 0x80),
                    (byte) (remaining >> 7 | 0x80),
                    (byte) (remaining >> 14),
                    0,
                    1,
                    't'
                },
                4 + remaining);
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({"20000, 1000", "100000, 7000", "300000, 299000", "17000, 1"})
    void whatIsKeptOfAPacketIsTakenFromTheRoomAndGivenBackWhenItIsWhole(int payload, int step) {
        PacketDecoder lodger = inRoom();
        byte[] publish = publishOf(payload);
        Packet packet = null;
        for (int from = 0; from < publish.length; from += step) {
            int to = Math.min(publish.length, from + step);
            lodger.feed(publish, from, to);
            packet = lodger.next();
            if (packet == null) {
                assertThat(room.taken).isBetween((long) to, 4L * to + 64);
            }
        }

        assertThat(packet).isInstanceOf(Publish.class);
        assertThat(lodger.next()).isNull();
        assertThat(room.taken).isBetween(0L, 1024L);
        lodger.abandon();
        assertThat(room.taken).isZero();
    }

    @Test
    void aPacketThatIsGivenUpGivesBackItsRoom() {
        PacketDecoder lodger = inRoom();
        byte[] publish = publishOf(200_000);
        lodger.feed(publish, 0, 100_000);
        assertThat(lodger.next()).isNull();
        assertThat(room.taken).isGreaterThanOrEqualTo(99_000);

        lodger.abandon();

        assertThat(room.taken).isZero();
    }

    @Test
    void whatIsKeptUntilItsTurnComesIsTakenFromTheRoomToo() {
        PacketDecoder lodger = inRoom();
        byte[] pings = Bytes.of("C0 00 C0 00 C0 00");
        lodger.feed(pings, 0, 4);
        lodger.keep();
        assertThat(room.taken).isEqualTo(4);
        lodger.feed(pings, 4, 6);
        assertThat(room.taken).isEqualTo(6);

        for (int i = 0; i < 3; i++) {
            assertThat(lodger.next()).isInstanceOf(PingReq.class);
        }
        assertThat(lodger.next()).isNull();
        assertThat(room.taken).isZero();
    }

    @Test
    void withoutRoomAPacketIsRefusedBeforeItIsKept() {
        PacketDecoder lodger = inRoom();
        room.most = 50_000;
        byte[] publish = publishOf(200_000);
        lodger.feed(publish, 0, 100_000);

        assertThatThrownBy(lodger::next)
                .isInstanceOfSatisfying(
                        ProtocolException.class,
                        e -> assertThat(e.reason()).isEqualTo(ReasonCode.QUOTA_EXCEEDED));

        assertThat(room.taken).isLessThanOrEqualTo(50_000);
        lodger.abandon();
        assertThat(room.taken).isZero();
    }
}
