// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * PUBREC, specification 3.5: the first answer to a QoS 2 PUBLISH.
 *
 * @param packetId 1 to 65,535
 * @param reason {@code SUCCESS} for 3.x
 * @param reasonString null: absent
 */
public record PubRec(
        int packetId,
        ReasonCode reason,
        @Nullable String reasonString,
        List<UserProperty> userProperties)
        implements Packet {

    public PubRec {
        userProperties = List.copyOf(userProperties);
    }

    public PubRec(int packetId, ReasonCode reason) {
        this(packetId, reason, null, List.of());
    }
}
