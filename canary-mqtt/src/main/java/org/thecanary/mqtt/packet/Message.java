// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.topic.TopicName;

import java.util.Arrays;

/**
 * An Application Message: what a PUBLISH or a Will carries, without what belongs to one transmission of it.
 *
 * @param topic never an alias: the codec leaves {@link TopicName#NONE} for an alias-only PUBLISH, the session resolves
 * @param qos the QoS it was published with
 * @param retain the RETAIN flag it was published with
 * @param payload 0 to 268,435,455 bytes; not modified by anybody
 * @param properties {@link MessageProperties#NONE} for a 3.x publisher
 */
public record Message(
        TopicName topic, QoS qos, boolean retain, byte[] payload, MessageProperties properties) {

    public Message withTopic(TopicName resolved) {
        return new Message(resolved, qos, retain, payload, properties);
    }

    public Message withQoS(QoS other) {
        return new Message(topic, other, retain, payload, properties);
    }

    public Message withProperties(MessageProperties other) {
        return new Message(topic, qos, retain, payload, other);
    }

    /** What {@code max_queued_bytes} and {@code max_inflight_bytes} count: the payload, as mosquitto does. */
    public int payloadBytes() {
        return payload.length;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Message that
                && topic.equals(that.topic)
                && qos == that.qos
                && retain == that.retain
                && Arrays.equals(payload, that.payload)
                && properties.equals(that.properties);
    }

    @Override
    public int hashCode() {
        return 31 * topic.hashCode() + Arrays.hashCode(payload);
    }

    @Override
    public String toString() {
        return "Message[" + topic + ", " + qos + (retain ? ", retain" : "") + ", " + payload.length
                + " bytes]";
    }
}
