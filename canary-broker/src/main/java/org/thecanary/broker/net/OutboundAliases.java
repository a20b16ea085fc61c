// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.topic.TopicName;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * The Topic Aliases we use towards a client: the first topics get them, as long as there are any [MQTT-3.1.2-26].
 *
 * <p>Owner: the connection's loop.
 */
final class OutboundAliases {
    private static final int ENTRY_BYTES = 48; // of the map

    private final int maximum;
    private final Map<TopicName, Integer> aliases = new HashMap<>();

    /** For a client that takes this many, 1 to 65,535. */
    OutboundAliases(int maximum) {
        this.maximum = maximum;
    }

    /**
     * A PUBLISH that uses an alias where the topic has one, and sets it where it now gets one.
     *
     * @param room takes so many bytes, or answers that there is no room: then the topic gets none
     */
    Publish publish(
            Message message,
            int packetId,
            boolean dup,
            List<Integer> identifiers,
            IntPredicate room) {
        Integer known = aliases.get(message.topic());
        if (known != null) {
            return new Publish(
                    message.withTopic(TopicName.NONE), packetId, dup, known, identifiers);
        }
        if (aliases.size() == maximum || !room.test(bytes(message.topic()))) {
            return new Publish(message, packetId, dup, 0, identifiers);
        }
        int next = aliases.size() + 1;
        aliases.put(message.topic(), next);
        return new Publish(message, packetId, dup, next, identifiers);
    }

    private static int bytes(TopicName topic) {
        return ENTRY_BYTES + topic.footprint();
    }

    /** The packet was too large to be sent: an alias it would have set is not set. */
    void unsent(Publish packet, IntPredicate room) {
        if (packet.topicAlias() != 0 && !packet.message().topic().isEmpty()) {
            aliases.remove(packet.message().topic());
            var _ = room.test(-bytes(packet.message().topic()));
        }
    }
}
