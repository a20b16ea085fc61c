// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.UserProperty;

import java.util.List;

/**
 * What became of a publish: written to the socket for QoS 0, PUBACK for QoS 1, PUBCOMP (or a PUBREC with an error) for
 * QoS 2.
 *
 * @param packetId 0 for QoS 0
 * @param reason {@code SUCCESS} for QoS 0 and for 3.x; an error means that the Server did not take the message
 * @param reasonString null: the Server gave none
 */
public record PublishResult(
        int packetId,
        ReasonCode reason,
        @Nullable String reasonString,
        List<UserProperty> userProperties) {

    public PublishResult {
        userProperties = List.copyOf(userProperties);
    }

    PublishResult(int packetId, ReasonCode reason) {
        this(packetId, reason, null, List.of());
    }
}
