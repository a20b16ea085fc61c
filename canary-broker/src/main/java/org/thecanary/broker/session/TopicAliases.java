// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.topic.TopicName;

/**
 * The Topic Aliases a client has set on its present Network Connection [MQTT-3.3.2-7].
 *
 * <p>Owner: the session's loop.
 */
final class TopicAliases {
    /** Of topics that a client may set aliases for while memory is full: enough for who means well. */
    private static final int MOST_BYTES_WHEN_FULL = 16 * 1024;

    private final int maximum;
    private long bytes; // of the topics
    private @Nullable TopicName @Nullable [] topics; // most clients never use one

    TopicAliases(int maximum) {
        this.maximum = maximum;
    }

    /** The topic that an alias stands for; null where it was never set. */
    @Nullable
    TopicName known(int alias) {
        return topics == null || alias > maximum ? null : topics[alias];
    }

    /**
     * The topic a PUBLISH means.
     *
     * @param memoryFull whether an alias of a long topic is too much
     * @throws ProtocolException if the alias is out of range or unknown, or there is no memory for it
     */
    TopicName resolve(Publish publish, boolean memoryFull) {
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
        if (topics == null) {
            topics = new @Nullable TopicName[maximum + 1];
        }
        if (!topic.isEmpty()) {
            TopicName former = topics[alias];
            bytes += topic.utf8().length - (former == null ? 0 : former.utf8().length);
            if (memoryFull && bytes > MOST_BYTES_WHEN_FULL) {
                throw new ProtocolException(
                        ReasonCode.QUOTA_EXCEEDED, "3.3.2.3.4", "no memory for more Topic Aliases");
            }
            topics[alias] = topic;
            return topic;
        }
        TopicName known = topics[alias];
        if (known == null) {
            throw ProtocolException.protocolError(
                    "3.3.2.3.4", "Topic Alias " + alias + " was never set");
        }
        return known;
    }
}
