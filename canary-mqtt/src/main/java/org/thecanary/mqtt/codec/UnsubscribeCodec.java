// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.thecanary.mqtt.packet.ProtocolException.malformed;

import org.thecanary.mqtt.codec.PropertyType.Carrier;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Unsubscribe;
import org.thecanary.mqtt.packet.UserProperty;
import org.thecanary.mqtt.topic.TopicFilter;

import java.util.ArrayList;
import java.util.List;

/**
 * UNSUBSCRIBE, specification 3.10.
 *
 * <pre>
 *   Packet Identifier | [Properties] | Topic Filter | Topic Filter | …
 * </pre>
 */
final class UnsubscribeCodec {
    private UnsubscribeCodec() {}

    static Unsubscribe decode(WireReader in, ProtocolVersion version) {
        int packetId = SubscribeCodec.readPacketId(in);
        List<UserProperty> userProperties = List.of();
        if (version.isV5()) {
            var properties = new PropertyReader(in, Carrier.UNSUBSCRIBE);
            while (properties.next() != null) {
                // User Properties alone are allowed, and the reader gathers them
            }
            userProperties = properties.userProperties();
        }
        List<TopicFilter> filters = new ArrayList<>(1);
        while (in.hasRemaining()) {
            filters.add(Topics.readFilter(in)); // [MQTT-3.10.3-1]
        }
        if (filters.isEmpty()) { // mosquitto answers 0x81, the specification 0x82
            throw malformed("[MQTT-3.10.3-2]", "UNSUBSCRIBE without a Topic Filter");
        }
        return new Unsubscribe(packetId, filters, userProperties);
    }

    static void encode(Unsubscribe unsubscribe, ProtocolVersion version, WireWriter out) {
        out.writeShort(unsubscribe.packetId());
        if (version.isV5()) {
            int mark = out.beginLength();
            PropertyWriter.write(out, unsubscribe.userProperties());
            out.endLength(mark);
        }
        for (TopicFilter filter : unsubscribe.filters()) {
            out.writeString(filter.toString());
        }
    }
}
