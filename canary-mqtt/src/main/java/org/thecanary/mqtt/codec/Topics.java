// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.topic.InvalidTopicException;
import org.thecanary.mqtt.topic.TopicFilter;

/** Reads Topic Filters, and answers a wrong one as mosquitto does. */
final class Topics {
    private Topics() {}

    /**
     * @throws ProtocolException malformed for a filter that breaks specification 4.7, but a Protocol Error for a Shared
     *     Subscription that breaks 4.8.2
     */
    static TopicFilter readFilter(WireReader in) {
        try {
            return TopicFilter.of(in.readString());
        } catch (InvalidTopicException e) {
            String message = String.valueOf(e.getMessage());
            if (e.statement().startsWith("[MQTT-4.8.2")) {
                throw ProtocolException.protocolError(e.statement(), message);
            }
            throw ProtocolException.malformed(e.statement(), message);
        }
    }
}
