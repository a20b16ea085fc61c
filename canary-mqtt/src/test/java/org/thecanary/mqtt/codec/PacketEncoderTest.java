// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.Auth;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.UnsubAck;
import org.thecanary.mqtt.packet.UserProperty;
import org.thecanary.mqtt.topic.TopicName;

import java.util.Arrays;
import java.util.List;

/** What is left out when the receiver takes small packets only, and how does version 3 hear of version 5's reasons? */
class PacketEncoderTest {
    private static final List<UserProperty> USERS = List.of(new UserProperty("key", "value"));
    private static final ReasonCode NO = ReasonCode.NOT_AUTHORIZED;

    private final WireWriter out = new WireWriter();

    private int size(Packet packet, long maximum) {
        out.clear();
        return PacketEncoder.encode(packet, ProtocolVersion.MQTT_5, out, maximum)
                ? out.length()
                : 0;
    }

    @Test
    @Spec({
        "MQTT-3.2.2-19", "MQTT-3.2.2-20", "MQTT-3.4.2-2", "MQTT-3.4.2-3", "MQTT-3.5.2-2",
        "MQTT-3.5.2-3", "MQTT-3.6.2-2", "MQTT-3.6.2-3", "MQTT-3.7.2-2", "MQTT-3.7.2-3",
        "MQTT-3.9.2-1", "MQTT-3.9.2-2", "MQTT-3.11.2-1", "MQTT-3.11.2-2", "MQTT-3.14.2-3",
        "MQTT-3.14.2-4", "MQTT-3.15.2-2", "MQTT-3.15.2-3"
    })
    void reasonStringGoesFirstThenUserProperties() {
        List<Packet> answers = List.of(
                new ConnAck(false, NO, withUsers()),
                new PubAck(1, NO, "why", USERS),
                new PubRec(1, NO, "why", USERS),
                new PubRel(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, "why", USERS),
                new PubComp(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, "why", USERS),
                new SubAck(1, List.of(NO), "why", USERS),
                new UnsubAck(1, List.of(NO), "why", USERS),
                new Disconnect(NO, MessageProperties.ABSENT, "why", USERS, null),
                new Auth(ReasonCode.CONTINUE_AUTHENTICATION, "m", null, "why", USERS));
        for (Packet packet : answers) {
            int whole = size(packet, 1000);
            int withoutReason = whole - 3 - "why".length();

            assertThat(size(packet, whole)).as("%s", packet).isEqualTo(whole);
            assertThat(size(packet, whole - 1)).as("%s", packet).isEqualTo(withoutReason);
            assertThat(size(packet, withoutReason)).as("%s", packet).isEqualTo(withoutReason);
            int least = size(packet, withoutReason - 1);
            assertThat(least)
                    .as("%s", packet)
                    .isPositive()
                    .isLessThanOrEqualTo(withoutReason - 5 - "key".length() - "value".length());
            assertThat(size(packet, least)).as("%s", packet).isEqualTo(least);
            assertThat(size(packet, least - 1)).as("%s", packet).isZero();
        }
    }

    private static ConnAck.Properties withUsers() {
        var p = ConnAck.Properties.refusal(MessageProperties.ABSENT, "why");
        return new ConnAck.Properties(
                p.topicAliasMaximum(),
                null,
                p.serverKeepAlive(),
                p.sessionExpiryInterval(),
                p.maximumQoS(),
                true,
                p.maximumPacketSize(),
                p.receiveMaximum(),
                true,
                true,
                true,
                null,
                null,
                null,
                null,
                "why",
                USERS);
    }

    @Test
    @Spec("MQTT-3.1.2-24")
    void aPublishThatIsTooLargeIsNotWrittenAtAll() {
        var properties = new MessageProperties(
                MessageProperties.ABSENT, MessageProperties.ABSENT, null, null, null, USERS);
        var message =
                new Message(TopicName.of("a"), QoS.AT_MOST_ONCE, false, new byte[10], properties);
        out.writeByte(7);

        boolean written = PacketEncoder.encode(
                new Publish(message, 0, false), ProtocolVersion.MQTT_5, out, 20);

        assertThat(written).isFalse();
        assertThat(out.length()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void versionThreeHearsTheNearestReturnCode(ReasonCode reason) {
        out.clear();
        var connAck = new ConnAck(
                false, reason, ConnAck.Properties.refusal(MessageProperties.ABSENT, "why"));

        PacketEncoder.encode(connAck, ProtocolVersion.MQTT_3_1_1, out, 1000);

        byte[] bytes = Arrays.copyOf(out.array(), out.length());
        int expected = switch (reason) {
            case SUCCESS -> 0;
            case UNSUPPORTED_PROTOCOL_VERSION -> 1;
            case CLIENT_IDENTIFIER_NOT_VALID -> 2;
            case BAD_USER_NAME_OR_PASSWORD -> 4;
            case NOT_AUTHORIZED, BANNED, BAD_AUTHENTICATION_METHOD, PACKET_TOO_LARGE -> 5;
            default -> 3;
        };
        assertThat(bytes).isEqualTo(new byte[] {0x20, 2, 0, (byte) expected});
    }

    @Test
    @Spec({"v3:MQTT-3.9.3-2", "v3:MQTT-3.8.4-5"})
    void versionThreeHearsOfAnyFailureAs0x80() {
        var subAck = new SubAck(1, List.of(ReasonCode.GRANTED_QOS_1, NO));

        PacketEncoder.encode(subAck, ProtocolVersion.MQTT_3_1_1, out, 1000);

        assertThat(Arrays.copyOf(out.array(), out.length())).isEqualTo(Bytes.of("90 r 0001 01 80"));
    }

    @Test
    void whatVersionFiveAddsIsNotWrittenInVersionThree() {
        PacketEncoder.encode(
                new PubAck(1, NO, "why", USERS), ProtocolVersion.MQTT_3_1_1, out, 1000);
        PacketEncoder.encode(
                new UnsubAck(1, List.of(NO), "why", USERS), ProtocolVersion.MQTT_3_1, out, 1000);
        PacketEncoder.encode(new Disconnect(NO, "why"), ProtocolVersion.MQTT_3_1_1, out, 1000);

        assertThat(Bytes.hex(Arrays.copyOf(out.array(), out.length())))
                .isEqualTo("40020001" + "b0020001" + "e000");
    }

    @Test
    void sessionPresentIsUnknownTo31() {
        PacketEncoder.encode(
                new ConnAck(true, ReasonCode.SUCCESS, ConnAck.Properties.NONE),
                ProtocolVersion.MQTT_3_1,
                out,
                1000);

        assertThat(Bytes.hex(Arrays.copyOf(out.array(), out.length()))).isEqualTo("20020000");
    }
}
