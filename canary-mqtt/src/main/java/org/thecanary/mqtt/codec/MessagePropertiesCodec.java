// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.thecanary.mqtt.packet.MessageProperties.ABSENT;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.MessageProperties;

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
        if (payloadFormatIndicator == ABSENT
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
                properties.userProperties());
    }

    /** Without a length. The Message Expiry Interval comes last, as mosquitto sends it. */
    static void write(WireWriter out, MessageProperties properties) {
        PropertyWriter.write(
                out, PropertyType.PAYLOAD_FORMAT_INDICATOR, properties.payloadFormatIndicator());
        PropertyWriter.write(out, PropertyType.CONTENT_TYPE, properties.contentType());
        PropertyWriter.write(out, PropertyType.RESPONSE_TOPIC, properties.responseTopic());
        PropertyWriter.write(out, PropertyType.CORRELATION_DATA, properties.correlationData());
        PropertyWriter.write(out, properties.userProperties());
        PropertyWriter.write(
                out, PropertyType.MESSAGE_EXPIRY_INTERVAL, properties.messageExpiryInterval());
    }
}
