// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

import java.util.List;

/**
 * SUBSCRIBE, specification 3.8.
 *
 * @param packetId 1 to 65,535
 * @param subscriptions at least one [MQTT-3.8.3-2]
 * @param subscriptionIdentifier 1 to 268,435,455, or 0: none
 */
public record Subscribe(
        int packetId,
        List<Subscription> subscriptions,
        int subscriptionIdentifier,
        List<UserProperty> userProperties)
        implements Packet {

    public Subscribe {
        subscriptions = List.copyOf(subscriptions);
        userProperties = List.copyOf(userProperties);
    }

    public Subscribe(int packetId, List<Subscription> subscriptions) {
        this(packetId, subscriptions, 0, List.of());
    }
}
