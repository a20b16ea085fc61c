// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The MQTT 5 properties that belong to an Application Message and are forwarded unaltered, specification 3.3.2.3.
 *
 * @param payloadFormatIndicator 0 (bytes) or 1 (UTF-8), or {@link #ABSENT}
 * @param messageExpiryInterval seconds, 0 to 0xFFFFFFFF, or {@link #ABSENT}: never expires
 * @param contentType null: absent
 * @param responseTopic a Topic Name without wildcards [MQTT-3.3.2-14], null: absent
 * @param correlationData null: absent; not modified by anybody
 * @param userProperties in the order they came
 * @param order the identifiers of all properties of the packet, also of those that are not here, in the order they came;
 *     null: in ascending order. It means nothing, and is kept so that a message leaves, and is shown, as it came
 */
public record MessageProperties(
        int payloadFormatIndicator,
        long messageExpiryInterval,
        @Nullable String contentType,
        @Nullable String responseTopic,
        byte @Nullable [] correlationData,
        List<UserProperty> userProperties,
        byte @Nullable [] order) {

    /** Stands for an integer property that the packet does not carry. */
    public static final int ABSENT = -1;

    /** What every 3.x message has, and most of version 5. Compared by identity on the hot path. */
    public static final MessageProperties NONE =
            new MessageProperties(ABSENT, ABSENT, null, null, null, List.of());

    // Not the compact form: javac would lose "@Nullable []" for callers in other modules.
    public MessageProperties(
            int payloadFormatIndicator,
            long messageExpiryInterval,
            @Nullable String contentType,
            @Nullable String responseTopic,
            byte @Nullable [] correlationData,
            List<UserProperty> userProperties,
            byte @Nullable [] order) {
        this.payloadFormatIndicator = payloadFormatIndicator;
        this.messageExpiryInterval = messageExpiryInterval;
        this.contentType = contentType;
        this.responseTopic = responseTopic;
        this.correlationData = correlationData;
        this.userProperties = List.copyOf(userProperties);
        this.order = order;
    }

    /** Properties in ascending order of their identifiers. */
    public MessageProperties(
            int payloadFormatIndicator,
            long messageExpiryInterval,
            @Nullable String contentType,
            @Nullable String responseTopic,
            byte @Nullable [] correlationData,
            List<UserProperty> userProperties) {
        this(
                payloadFormatIndicator,
                messageExpiryInterval,
                contentType,
                responseTopic,
                correlationData,
                userProperties,
                null);
    }

    public MessageProperties withMessageExpiryInterval(long seconds) {
        return new MessageProperties(
                payloadFormatIndicator,
                seconds,
                contentType,
                responseTopic,
                correlationData,
                userProperties,
                order);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MessageProperties that
                && payloadFormatIndicator == that.payloadFormatIndicator
                && messageExpiryInterval == that.messageExpiryInterval
                && Objects.equals(contentType, that.contentType)
                && Objects.equals(responseTopic, that.responseTopic)
                && Arrays.equals(correlationData, that.correlationData)
                && userProperties.equals(that.userProperties);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                payloadFormatIndicator,
                messageExpiryInterval,
                contentType,
                responseTopic,
                userProperties);
    }
}
