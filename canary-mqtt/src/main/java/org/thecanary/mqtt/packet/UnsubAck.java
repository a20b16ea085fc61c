// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * UNSUBACK, specification 3.11.
 *
 * @param packetId 1 to 65,535
 * @param reasons one for each Topic Filter of the UNSUBSCRIBE [MQTT-3.11.3-1]; for 3.x, whose UNSUBACK is bare, empty when decoded
 * @param reasonString null: absent
 */
public record UnsubAck(
        int packetId,
        List<ReasonCode> reasons,
        @Nullable String reasonString,
        List<UserProperty> userProperties)
        implements Packet {

    public UnsubAck {
        reasons = List.copyOf(reasons);
        userProperties = List.copyOf(userProperties);
    }

    public UnsubAck(int packetId, List<ReasonCode> reasons) {
        this(packetId, reasons, null, List.of());
    }
}
