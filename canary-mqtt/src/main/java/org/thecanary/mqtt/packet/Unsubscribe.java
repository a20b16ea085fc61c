// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

import org.thecanary.mqtt.topic.TopicFilter;

import java.util.List;

/**
 * UNSUBSCRIBE, specification 3.10.
 *
 * @param packetId 1 to 65,535
 * @param filters at least one [MQTT-3.10.3-2]
 */
public record Unsubscribe(
        int packetId, List<TopicFilter> filters, List<UserProperty> userProperties)
        implements Packet {

    public Unsubscribe {
        filters = List.copyOf(filters);
        userProperties = List.copyOf(userProperties);
    }

    public Unsubscribe(int packetId, List<TopicFilter> filters) {
        this(packetId, filters, List.of());
    }
}
