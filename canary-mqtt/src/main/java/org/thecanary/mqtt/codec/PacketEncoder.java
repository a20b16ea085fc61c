// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ProtocolVersion;

/** Writes packets as bytes. Stateless; any thread. */
public final class PacketEncoder {
    private PacketEncoder() {}

    /**
     * Appends a packet, leaving out its Reason String and then its User Properties if only so it keeps within the
     * receiver's Maximum Packet Size [MQTT-3.2.2-19], [MQTT-3.4.2-2]; a PUBLISH's User Properties are never left out.
     *
     * @param maximumPacketSize bytes of a whole packet the receiver accepts
     * @return false if even so it is too large; nothing was appended then [MQTT-3.1.2-24]
     */
    public static boolean encode(
            Packet packet, ProtocolVersion version, WireWriter out, long maximumPacketSize) {
        return false;
    }
}
