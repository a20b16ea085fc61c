// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * SUBACK, specification 3.9.
 *
 * @param packetId 1 to 65,535
 * @param reasons one for each Topic Filter of the SUBSCRIBE [MQTT-3.9.3-1]
 * @param reasonString null: absent
 */
public record SubAck(
        int packetId,
        List<ReasonCode> reasons,
        @Nullable String reasonString,
        List<UserProperty> userProperties)
        implements Packet {

    public SubAck {
        reasons = List.copyOf(reasons);
        userProperties = List.copyOf(userProperties);
    }

    public SubAck(int packetId, List<ReasonCode> reasons) {
        this(packetId, reasons, null, List.of());
    }
}
