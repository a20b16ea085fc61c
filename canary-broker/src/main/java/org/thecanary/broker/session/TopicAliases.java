// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.topic.TopicName;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * The Topic Aliases a client has set on its present Network Connection [MQTT-3.3.2-7].
 *
 * <p>Owner: the session's loop.
 */
final class TopicAliases {
    private static final int PLACE_BYTES = 4; // of a reference

    private final int maximum;
    private @Nullable TopicName[] topics = new @Nullable TopicName[0]; // most clients use few

    TopicAliases(int maximum) {
        this.maximum = maximum;
    }

    /** The topic that an alias stands for; null where it was never set. */
    @Nullable
    TopicName known(int alias) {
        return alias < topics.length ? topics[alias] : null;
    }

    /**
     * The topic a PUBLISH means.
     *
     * @param room takes so many bytes, gives back where that is negative, or answers that there is no room
     * @throws ProtocolException if the alias is out of range or unknown, or there is no memory for it
     */
    TopicName resolve(Publish publish, IntPredicate room) {
        int alias = publish.topicAlias();
        TopicName topic = publish.message().topic();
        if (alias == 0) {
            return topic;
        }
        if (alias > maximum) {
            throw new ProtocolException(
                    ReasonCode.TOPIC_ALIAS_INVALID,
                    "[MQTT-3.3.2-9]",
                    "Topic Alias " + alias + " is above our maximum of " + maximum);
        }
        TopicName known = known(alias);
        if (!topic.isEmpty()) {
            set(alias, topic, known, room);
            return topic;
        }
        if (known == null) {
            throw ProtocolException.protocolError(
                    "3.3.2.3.4", "Topic Alias " + alias + " was never set");
        }
        return known;
    }

    private void set(int alias, TopicName topic, @Nullable TopicName former, IntPredicate room) {
        int places = alias < topics.length
                ? topics.length
                : Math.min(Math.max(alias + 1, 2 * topics.length), maximum + 1);
        int more = topic.footprint()
                - (former == null ? 0 : former.footprint())
                + PLACE_BYTES * (places - topics.length);
        if (!room.test(more)) {
            throw new ProtocolException(
                    ReasonCode.QUOTA_EXCEEDED, "3.3.2.3.4", "no memory for more Topic Aliases");
        }
        if (places > topics.length) {
            topics = Arrays.copyOf(topics, places);
        }
        topics[alias] = topic;
    }
}
