// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.thecanary.mqtt.packet.ProtocolException.protocolError;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.codec.PropertyType.Carrier;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.UserProperty;

import java.util.List;

/**
 * PUBACK, PUBREC, PUBREL and PUBCOMP, specification 3.4 to 3.7: one layout for all four.
 *
 * <pre>
 *   Packet Identifier | [Reason Code | [Properties]]
 * </pre>
 *
 * <p>Version 3 ends after the Packet Identifier. Version 5 may: the Reason Code is then 0x00; and it may end after the
 * Reason Code, with no Properties then.
 */
final class AckCodec {
    private AckCodec() {}

    /**
     * @param type one of the four packet types, {@link PacketType}
     */
    static Packet decode(WireReader in, int type, ProtocolVersion version) {
        int packetId = in.readShort();
        if (packetId == 0) {
            throw protocolError("[MQTT-2.2.1-3]", "Packet Identifier is 0");
        }
        if (!version.isV5() || !in.hasRemaining()) {
            return ack(type, packetId, ReasonCode.SUCCESS, null, List.of());
        }
        ReasonCode reason = ReasonCodes.read(in, allowed(type));
        if (!in.hasRemaining()) {
            return ack(type, packetId, reason, null, List.of());
        }
        var properties = new PropertyReader(in, Carrier.ACK);
        String reasonString = null;
        while (properties.next() != null) { // Reason String is the only one
            reasonString = properties.text();
        }
        return ack(type, packetId, reason, reasonString, properties.userProperties());
    }

    private static ReasonCodes allowed(int type) {
        return switch (type) {
            case PacketType.PUBACK, PacketType.PUBREC -> ReasonCodes.RECEIVED; // [MQTT-3.4.2-1]
            default -> ReasonCodes.RELEASED; // [MQTT-3.6.2-1], [MQTT-3.7.2-1]
        };
    }

    private static Packet ack(
            int type,
            int packetId,
            ReasonCode reason,
            @Nullable String reasonString,
            List<UserProperty> userProperties) {
        return switch (type) {
            case PacketType.PUBACK -> new PubAck(packetId, reason, reasonString, userProperties);
            case PacketType.PUBREC -> new PubRec(packetId, reason, reasonString, userProperties);
            case PacketType.PUBREL -> new PubRel(packetId, reason, reasonString, userProperties);
            default -> new PubComp(packetId, reason, reasonString, userProperties);
        };
    }

    static void encode(
            int packetId,
            ReasonCode reason,
            @Nullable String reasonString,
            List<UserProperty> userProperties,
            ProtocolVersion version,
            WireWriter out) {
        out.writeShort(packetId);
        boolean noProperties = reasonString == null && userProperties.isEmpty();
        if (!version.isV5() || (noProperties && reason == ReasonCode.SUCCESS)) {
            return;
        }
        out.writeByte(reason.code());
        if (!noProperties) {
            PropertyWriter.writeReason(out, reasonString, userProperties);
        }
    }
}
