// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.session.Publication;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.Unsubscribe;
import org.thecanary.mqtt.packet.Will;
import org.thecanary.mqtt.topic.InvalidTopicException;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

/**
 * {@code mount_point}: what stands before all topics of a listener's clients, who do not see it. Put on and taken off at
 * the edge, so that sessions, rules and logs know the whole topics only, as in mosquitto.
 *
 * <p>Immutable; any thread.
 *
 * @param prefix without wildcards
 */
record MountPoint(String prefix) {
    Publish in(Publish packet) {
        Message message = packet.message();
        return message.topic().isEmpty() // a Topic Alias stands for it
                ? packet
                : new Publish(
                        in(message),
                        packet.packetId(),
                        packet.dup(),
                        packet.topicAlias(),
                        packet.subscriptionIdentifiers());
    }

    Will in(Will will) {
        return new Will(in(will.message()), will.delaySeconds());
    }

    private Message in(Message message) {
        return message.withTopic(in(message.topic()));
    }

    Subscribe in(Subscribe packet) {
        return new Subscribe(
                packet.packetId(),
                packet.subscriptions().stream()
                        .map(each -> new Subscription(in(each.filter()), each.options()))
                        .toList(),
                packet.subscriptionIdentifier(),
                packet.userProperties());
    }

    Unsubscribe in(Unsubscribe packet) {
        return new Unsubscribe(
                packet.packetId(), packet.filters().stream().map(this::in).toList());
    }

    private TopicFilter in(TopicFilter filter) {
        String share = filter.shareName();
        String group = share == null ? "" : "$share/" + share + "/";
        try {
            return TopicFilter.of(group + prefix + filter.unshared());
        } catch (InvalidTopicException _) {
            return TopicFilter.NOTHING; // "#" behind a prefix without "/": mosquitto grants it, too
        }
    }

    private TopicName in(TopicName topic) {
        try {
            return TopicName.of(prefix + topic);
        } catch (InvalidTopicException e) {
            throw new ProtocolException(
                    ReasonCode.TOPIC_NAME_INVALID,
                    e.statement(),
                    e.getMessage() + " behind the mount point " + prefix);
        }
    }

    /** The message as the client is to see it, or null: "site/#" matches "site", which is no topic of this client. */
    @Nullable
    Publication out(Publication publication) {
        Message message = publication.message();
        String topic = message.topic().toString();
        if (topic.length() <= prefix.length()) {
            return null;
        }
        return topic.startsWith(prefix)
                ? new Publication(
                        message.withTopic(TopicName.of(topic.substring(prefix.length()))),
                        publication.publisher(),
                        publication.expiresAtMillis())
                : publication;
    }
}
