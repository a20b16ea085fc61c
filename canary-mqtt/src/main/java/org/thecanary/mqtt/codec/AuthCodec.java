// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.thecanary.mqtt.packet.ProtocolException.protocolError;

import org.thecanary.mqtt.codec.PacketDecoder.Side;
import org.thecanary.mqtt.codec.PropertyType.Carrier;
import org.thecanary.mqtt.packet.Auth;
import org.thecanary.mqtt.packet.ReasonCode;

import java.util.List;

/**
 * AUTH, specification 3.15; version 5 only.
 *
 * <pre>
 *   [Reason Code | Properties]
 * </pre>
 *
 * <p>Both are left out together, for a Reason Code of 0x00 without Properties.
 */
final class AuthCodec {
    private AuthCodec() {}

    static Auth decode(WireReader in, Side side) {
        ReasonCodes allowed =
                side == Side.SERVER ? ReasonCodes.AUTH_BY_CLIENT : ReasonCodes.AUTH_BY_SERVER;
        if (!in.hasRemaining()) {
            if (!allowed.contains(ReasonCode.SUCCESS)) {
                throw protocolError("[MQTT-3.15.2-1]", "AUTH with Success from a Client");
            }
            return new Auth(ReasonCode.SUCCESS, null, null, null, List.of());
        }
        ReasonCode reason = ReasonCodes.read(in, allowed);
        var properties = new PropertyReader(in, Carrier.AUTH);
        String method = null;
        byte[] data = null;
        String reasonString = null;
        for (PropertyType type = properties.next(); type != null; type = properties.next()) {
            switch (type) {
                case AUTHENTICATION_METHOD -> method = properties.text();
                case AUTHENTICATION_DATA -> data = properties.binary();
                default -> reasonString = properties.text();
            }
        }
        if (method == null) {
            throw protocolError("3.15.2.2.2", "AUTH without an Authentication Method");
        }
        return new Auth(reason, method, data, reasonString, properties.userProperties());
    }

    static void encode(Auth auth, WireWriter out) {
        if (auth.reason() == ReasonCode.SUCCESS
                && auth.authenticationMethod() == null
                && auth.authenticationData() == null
                && auth.reasonString() == null
                && auth.userProperties().isEmpty()) {
            return;
        }
        out.writeByte(auth.reason().code());
        int mark = out.beginLength();
        PropertyWriter.write(out, PropertyType.AUTHENTICATION_METHOD, auth.authenticationMethod());
        PropertyWriter.write(out, PropertyType.AUTHENTICATION_DATA, auth.authenticationData());
        PropertyWriter.write(out, PropertyType.REASON_STRING, auth.reasonString());
        PropertyWriter.write(out, auth.userProperties());
        out.endLength(mark);
    }
}
