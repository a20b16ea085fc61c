// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * PUBCOMP, specification 3.7: the end of a QoS 2 exchange.
 *
 * @param packetId 1 to 65,535
 * @param reason {@code SUCCESS} for 3.x
 * @param reasonString null: absent
 */
public record PubComp(
        int packetId,
        ReasonCode reason,
        @Nullable String reasonString,
        List<UserProperty> userProperties)
        implements Packet {

    public PubComp {
        userProperties = List.copyOf(userProperties);
    }

    public PubComp(int packetId, ReasonCode reason) {
        this(packetId, reason, null, List.of());
    }
}
