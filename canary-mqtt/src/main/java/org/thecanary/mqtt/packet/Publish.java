// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

import java.util.List;

/**
 * PUBLISH, specification 3.3: a message and what belongs to this transmission of it.
 *
 * @param message its topic is {@code TopicName.NONE} when only an alias was sent
 * @param packetId 1 to 65,535 for QoS 1 and 2, 0 for QoS 0 [MQTT-2.2.1-2]
 * @param dup the DUP flag; false for QoS 0 [MQTT-3.3.1-2]
 * @param topicAlias 1 to 65,535, or 0: none
 * @param subscriptionIdentifiers 1 to 268,435,455 each; only a Server sends them
 */
public record Publish(
        Message message,
        int packetId,
        boolean dup,
        int topicAlias,
        List<Integer> subscriptionIdentifiers)
        implements Packet {

    public Publish(Message message, int packetId, boolean dup) {
        this(message, packetId, dup, 0, List.of());
    }
}
