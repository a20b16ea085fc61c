// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.thecanary.mqtt.packet.ProtocolException.protocolError;

import org.thecanary.mqtt.codec.PacketDecoder.Side;
import org.thecanary.mqtt.codec.PropertyType.Carrier;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.ReasonCode;

import java.util.List;

/**
 * DISCONNECT, specification 3.14.
 *
 * <pre>
 *   [Reason Code | [Properties]]
 * </pre>
 *
 * <p>Empty in version 3. Version 5 may leave out the Properties, and with them a Reason Code of 0x00.
 *
 * <p>Any Reason Code is taken, an unknown one as 0x80: whoever sends a DISCONNECT is gone and hears no complaint about it,
 * and all but 0x00 mean the same for the Will [MQTT-3.14.4-3]. So does mosquitto.
 */
final class DisconnectCodec {
    private DisconnectCodec() {}

    static Disconnect decode(WireReader in, ProtocolVersion version, Side side) {
        if (!version.isV5() || !in.hasRemaining()) {
            return Disconnect.NORMAL;
        }
        ReasonCode reason = ReasonCode.of(in.readByte());
        if (reason == null) {
            reason = ReasonCode.UNSPECIFIED_ERROR;
        }
        if (!in.hasRemaining()) {
            return new Disconnect(reason, MessageProperties.ABSENT, null, List.of(), null);
        }
        var properties = new PropertyReader(in, Carrier.DISCONNECT);
        long sessionExpiryInterval = MessageProperties.ABSENT;
        String reasonString = null;
        String serverReference = null;
        for (PropertyType type = properties.next(); type != null; type = properties.next()) {
            switch (type) {
                case SESSION_EXPIRY_INTERVAL -> sessionExpiryInterval = properties.number();
                case REASON_STRING -> reasonString = properties.text();
                default -> serverReference = properties.text();
            }
        }
        if (side == Side.CLIENT && sessionExpiryInterval != MessageProperties.ABSENT) {
            throw protocolError("[MQTT-3.14.2-2]", "Session Expiry Interval from the Server");
        }
        return new Disconnect(
                reason,
                sessionExpiryInterval,
                reasonString,
                properties.userProperties(),
                serverReference);
    }

    static void encode(Disconnect disconnect, ProtocolVersion version, WireWriter out) {
        boolean noProperties = disconnect.sessionExpiryInterval() == MessageProperties.ABSENT
                && disconnect.reasonString() == null
                && disconnect.userProperties().isEmpty()
                && disconnect.serverReference() == null;
        boolean normal = disconnect.reason() == ReasonCode.NORMAL_DISCONNECTION;
        if (!version.isV5() || (noProperties && normal)) {
            return;
        }
        out.writeByte(disconnect.reason().code());
        if (noProperties) {
            return;
        }
        int mark = out.beginLength();
        PropertyWriter.write(
                out, PropertyType.SESSION_EXPIRY_INTERVAL, disconnect.sessionExpiryInterval());
        PropertyWriter.write(out, PropertyType.REASON_STRING, disconnect.reasonString());
        PropertyWriter.write(out, disconnect.userProperties());
        PropertyWriter.write(out, PropertyType.SERVER_REFERENCE, disconnect.serverReference());
        out.endLength(mark);
    }
}
