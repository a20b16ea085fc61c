// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.thecanary.mqtt.packet.MessageProperties.ABSENT;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.UserProperty;

import java.util.Iterator;
import java.util.List;

/**
 * The Properties that PUBLISH and the Will have in common, specification 3.3.2.3 and 3.1.3.2; gathers them while they
 * are read.
 *
 * <p>Owner: confined to the decoding of one packet.
 */
final class MessagePropertiesCodec {
    private int payloadFormatIndicator = ABSENT;
    private long messageExpiryInterval = ABSENT;
    private @Nullable String contentType;
    private @Nullable String responseTopic;
    private byte @Nullable [] correlationData;

    /** Takes the property just read, if it is one of a message. */
    void accept(PropertyType type, PropertyReader properties) {
        switch (type) {
            case PAYLOAD_FORMAT_INDICATOR -> payloadFormatIndicator = (int) properties.number();
            case MESSAGE_EXPIRY_INTERVAL -> messageExpiryInterval = properties.number();
            case CONTENT_TYPE -> contentType = properties.text();
            case RESPONSE_TOPIC -> responseTopic = properties.text();
            case CORRELATION_DATA -> correlationData = properties.binary();
            default -> {}
        }
    }

    /** {@link MessageProperties#NONE} itself where there was nothing to take. */
    MessageProperties build(PropertyReader properties) {
        byte[] order = properties.order();
        if (order == null
                && payloadFormatIndicator == ABSENT
                && messageExpiryInterval == ABSENT
                && contentType == null
                && responseTopic == null
                && correlationData == null
                && properties.userProperties().isEmpty()) {
            return MessageProperties.NONE;
        }
        return new MessageProperties(
                payloadFormatIndicator,
                messageExpiryInterval,
                contentType,
                responseTopic,
                correlationData,
                properties.userProperties(),
                order);
    }

    /**
     * Without a length; in the order they came, as mosquitto does, which also sends the Message Expiry Interval last.
     */
    static void write(WireWriter out, MessageProperties properties) {
        byte[] order = properties.order();
        if (order == null) {
            writeInOrderOfSpecification(out, properties);
        } else {
            writeInOrder(out, properties, order);
        }
        PropertyWriter.write(
                out, PropertyType.MESSAGE_EXPIRY_INTERVAL, properties.messageExpiryInterval());
    }

    private static void writeInOrderOfSpecification(WireWriter out, MessageProperties properties) {
        PropertyWriter.write(
                out, PropertyType.PAYLOAD_FORMAT_INDICATOR, properties.payloadFormatIndicator());
        PropertyWriter.write(out, PropertyType.CONTENT_TYPE, properties.contentType());
        PropertyWriter.write(out, PropertyType.RESPONSE_TOPIC, properties.responseTopic());
        PropertyWriter.write(out, PropertyType.CORRELATION_DATA, properties.correlationData());
        PropertyWriter.write(out, properties.userProperties());
    }

    private static void writeInOrder(WireWriter out, MessageProperties properties, byte[] order) {
        Iterator<UserProperty> users = properties.userProperties().iterator();
        for (byte identifier : order) {
            PropertyType type = PropertyType.of(identifier);
            switch (type) {
                case PAYLOAD_FORMAT_INDICATOR ->
                    PropertyWriter.write(out, type, properties.payloadFormatIndicator());
                case CONTENT_TYPE -> PropertyWriter.write(out, type, properties.contentType());
                case RESPONSE_TOPIC -> PropertyWriter.write(out, type, properties.responseTopic());
                case CORRELATION_DATA ->
                    PropertyWriter.write(out, type, properties.correlationData());
                case USER_PROPERTY -> PropertyWriter.write(out, List.of(users.next()));
                case null, default -> {} // not one that the message takes along
            }
        }
    }
}
