// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import org.thecanary.mqtt.codec.PropertyType.Carrier;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.UnsubAck;

import java.util.ArrayList;
import java.util.List;

/**
 * UNSUBACK, specification 3.11.
 *
 * <pre>
 *   Packet Identifier | [Properties | Reason Code | Reason Code | …]
 * </pre>
 *
 * <p>Version 3 ends after the Packet Identifier.
 */
final class UnsubAckCodec {
    private UnsubAckCodec() {}

    static UnsubAck decode(WireReader in, ProtocolVersion version) {
        int packetId = SubscribeCodec.readPacketId(in);
        if (!version.isV5()) {
            return new UnsubAck(packetId, List.of());
        }
        var properties = new PropertyReader(in, Carrier.UNSUBACK);
        String reasonString = null;
        while (properties.next() != null) { // Reason String is the only one
            reasonString = properties.text();
        }
        List<ReasonCode> reasons = new ArrayList<>(1);
        while (in.hasRemaining()) {
            reasons.add(ReasonCodes.read(in, ReasonCodes.UNSUBACK));
        }
        return new UnsubAck(packetId, reasons, reasonString, properties.userProperties());
    }

    static void encode(UnsubAck unsubAck, ProtocolVersion version, WireWriter out) {
        out.writeShort(unsubAck.packetId());
        if (!version.isV5()) {
            return;
        }
        PropertyWriter.writeReason(out, unsubAck.reasonString(), unsubAck.userProperties());
        for (ReasonCode reason : unsubAck.reasons()) {
            out.writeByte(reason.code());
        }
    }
}
