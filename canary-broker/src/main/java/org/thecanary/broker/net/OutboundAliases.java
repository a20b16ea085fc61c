// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.topic.TopicName;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The Topic Aliases we use towards a client: the first topics get them, as long as there are any [MQTT-3.1.2-26].
 *
 * <p>Owner: the connection's loop.
 */
final class OutboundAliases {
    private final int maximum;
    private final Map<TopicName, Integer> aliases = new HashMap<>();

    /** For a client that takes this many, 1 to 65,535. */
    OutboundAliases(int maximum) {
        this.maximum = maximum;
    }

    /**
     * A PUBLISH that uses an alias where the topic has one, and sets it where it now gets one.
     *
     * @param memoryFull whether no topic gets one any more
     */
    Publish publish(
            Message message,
            int packetId,
            boolean dup,
            List<Integer> identifiers,
            boolean memoryFull) {
        Integer known = aliases.get(message.topic());
        if (known != null) {
            return new Publish(
                    message.withTopic(TopicName.NONE), packetId, dup, known, identifiers);
        }
        if (memoryFull || aliases.size() == maximum) {
            return new Publish(message, packetId, dup, 0, identifiers);
        }
        int next = aliases.size() + 1;
        aliases.put(message.topic(), next);
        return new Publish(message, packetId, dup, next, identifiers);
    }

    /** The packet was too large to be sent: an alias it would have set is not set. */
    void unsent(Publish packet) {
        if (packet.topicAlias() != 0 && !packet.message().topic().isEmpty()) {
            aliases.remove(packet.message().topic());
        }
    }
}
