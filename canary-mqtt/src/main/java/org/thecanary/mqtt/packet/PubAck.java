// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * PUBACK, specification 3.4: the answer to a QoS 1 PUBLISH.
 *
 * @param packetId 1 to 65,535
 * @param reason {@code SUCCESS} for 3.x
 * @param reasonString null: absent
 */
public record PubAck(
        int packetId,
        ReasonCode reason,
        @Nullable String reasonString,
        List<UserProperty> userProperties)
        implements Packet {

    public PubAck {
        userProperties = List.copyOf(userProperties);
    }

    public PubAck(int packetId, ReasonCode reason) {
        this(packetId, reason, null, List.of());
    }
}
