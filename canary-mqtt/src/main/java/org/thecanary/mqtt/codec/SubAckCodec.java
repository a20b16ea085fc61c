// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.thecanary.mqtt.packet.ProtocolException.protocolError;

import org.thecanary.mqtt.codec.PropertyType.Carrier;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.UserProperty;

import java.util.ArrayList;
import java.util.List;

/**
 * SUBACK, specification 3.9.
 *
 * <pre>
 *   Packet Identifier | [Properties] | Reason Code | Reason Code | …
 * </pre>
 *
 * <p>Version 3 knows 0x00 to 0x02 and, for every failure, 0x80 [MQTT-3.9.3-2] v3.
 */
final class SubAckCodec {
    private SubAckCodec() {}

    static SubAck decode(WireReader in, ProtocolVersion version) {
        int packetId = SubscribeCodec.readPacketId(in);
        String reasonString = null;
        List<UserProperty> userProperties = List.of();
        if (version.isV5()) {
            var properties = new PropertyReader(in, Carrier.SUBACK);
            while (properties.next() != null) { // Reason String is the only one
                reasonString = properties.text();
            }
            userProperties = properties.userProperties();
        }
        List<ReasonCode> reasons = new ArrayList<>(1);
        while (in.hasRemaining()) {
            ReasonCode reason = ReasonCodes.read(in, ReasonCodes.SUBACK);
            if (!version.isV5() && reason.code() > ReasonCode.UNSPECIFIED_ERROR.code()) {
                throw protocolError("[MQTT-3.9.3-2] v3", "reserved return code in SUBACK");
            }
            reasons.add(reason);
        }
        return new SubAck(packetId, reasons, reasonString, userProperties);
    }

    static void encode(SubAck subAck, ProtocolVersion version, WireWriter out) {
        out.writeShort(subAck.packetId());
        if (version.isV5()) {
            PropertyWriter.writeReason(out, subAck.reasonString(), subAck.userProperties());
        }
        for (ReasonCode reason : subAck.reasons()) {
            boolean failed = !version.isV5() && reason.isError();
            out.writeByte(failed ? ReasonCode.UNSPECIFIED_ERROR.code() : reason.code());
        }
    }
}
