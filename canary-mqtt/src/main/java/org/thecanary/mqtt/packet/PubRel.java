// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * PUBREL, specification 3.6: the release of a QoS 2 PUBLISH.
 *
 * @param packetId 1 to 65,535
 * @param reason {@code SUCCESS} for 3.x
 * @param reasonString null: absent
 */
public record PubRel(
        int packetId,
        ReasonCode reason,
        @Nullable String reasonString,
        List<UserProperty> userProperties)
        implements Packet {

    public PubRel {
        userProperties = List.copyOf(userProperties);
    }

    public PubRel(int packetId, ReasonCode reason) {
        this(packetId, reason, null, List.of());
    }
}
