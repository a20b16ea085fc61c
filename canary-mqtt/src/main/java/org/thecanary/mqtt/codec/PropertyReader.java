// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.thecanary.mqtt.packet.ProtocolException.malformed;
import static org.thecanary.mqtt.packet.ProtocolException.protocolError;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.codec.PropertyType.Carrier;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.UserProperty;
import org.thecanary.mqtt.topic.InvalidTopicException;
import org.thecanary.mqtt.topic.TopicName;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Walks the Properties of one packet, specification 2.2.2, and refuses what must not be there.
 *
 * <p>{@link #next} reads a property whole; its value is then in the accessor of its data type. User Properties are
 * gathered on the way. A value is read before it is judged, so that a broken encoding is malformed even where the
 * property is not allowed at all.
 *
 * <p>Owner: confined to the decoding of one packet.
 */
final class PropertyReader {
    private static final byte[] NOTHING = new byte[0];

    private final WireReader in;
    private final Carrier carrier;
    private final int limitOfPacket;

    private long seen;
    private long number;
    private String text = "";
    private byte[] binary = NOTHING;
    private @Nullable List<UserProperty> userProperties;
    private byte[] order = NOTHING;
    private int orderLength;
    private boolean outOfOrder;

    /** Reads the Property Length; the reader stands after the Properties when {@link #next} has answered null. */
    PropertyReader(WireReader in, Carrier carrier) {
        this.in = in;
        this.carrier = carrier;
        this.limitOfPacket = in.limit();
        int length = in.readVariableByteInteger();
        if (length > in.remaining()) {
            throw malformed("2.2.2.1", "Property Length exceeds the packet");
        }
        in.limit(in.position() + length);
    }

    /** The next property that is not a User Property, or null after the last. */
    @Nullable
    PropertyType next() {
        while (in.hasRemaining()) {
            PropertyType type = PropertyType.of(in.readVariableByteInteger());
            if (type == null) {
                throw malformed("2.2.2.2", "unknown Property Identifier");
            }
            readValue(type);
            check(type);
            note(type);
            if (type != PropertyType.USER_PROPERTY) {
                return type;
            }
        }
        in.limit(limitOfPacket);
        return null;
    }

    /** The value of a byte or an integer. */
    long number() {
        return number;
    }

    boolean flag() {
        return number == 1;
    }

    String text() {
        return text;
    }

    byte[] binary() {
        return binary;
    }

    /** All User Properties so far, in order [MQTT-3.3.2-18]. */
    List<UserProperty> userProperties() {
        return userProperties == null ? List.of() : userProperties;
    }

    /** Remembers the order of those that travel with a message. */
    private void note(PropertyType type) {
        if (carrier != Carrier.PUBLISH && carrier != Carrier.WILL) {
            return;
        }
        if (orderLength == order.length) {
            order = Arrays.copyOf(order, Math.max(8, orderLength * 2));
        }
        outOfOrder |= orderLength > 0 && type.id() < order[orderLength - 1];
        order[orderLength++] = (byte) type.id();
    }

    /** The identifiers of the properties of a message as they came; null if in ascending order. */
    byte @Nullable [] order() {
        return outOfOrder ? Arrays.copyOf(order, orderLength) : null;
    }

    /** Whether any property stood there at all. */
    boolean any() {
        return seen != 0;
    }

    boolean has(PropertyType type) {
        return (seen & (1L << type.ordinal())) != 0;
    }

    private void readValue(PropertyType type) {
        switch (type.dataType()) {
            case BYTE -> number = in.readByte();
            case SHORT -> number = in.readShort();
            case INT -> number = in.readInt();
            case VARIABLE_BYTE_INTEGER -> number = in.readVariableByteInteger();
            case STRING -> text = in.readString();
            case BINARY -> binary = in.readBinary();
            case STRING_PAIR -> { // [MQTT-1.5.7-1]
                if (userProperties == null) {
                    userProperties = new ArrayList<>();
                }
                userProperties.add(new UserProperty(in.readString(), in.readString()));
            }
        }
    }

    private void check(PropertyType type) {
        if (!type.allowedIn(carrier)) {
            // mosquitto says 0x81, as the specification does, in these two packets only.
            boolean request = carrier == Carrier.SUBSCRIBE || carrier == Carrier.UNSUBSCRIBE;
            throw request
                    ? malformed("2.2.2.2", type + " not allowed here")
                    : protocolError("2.2.2.2", type + " not allowed here");
        }
        if (has(type) && !type.mayRepeatIn(carrier)) {
            throw protocolError("2.2.2.2", type + " more than once");
        }
        seen |= 1L << type.ordinal();
        switch (type) {
            case PAYLOAD_FORMAT_INDICATOR,
                    REQUEST_PROBLEM_INFORMATION,
                    REQUEST_RESPONSE_INFORMATION,
                    MAXIMUM_QOS,
                    RETAIN_AVAILABLE,
                    WILDCARD_SUBSCRIPTION_AVAILABLE,
                    SUBSCRIPTION_IDENTIFIER_AVAILABLE,
                    SHARED_SUBSCRIPTION_AVAILABLE -> {
                if (number > 1) {
                    throw protocolError("2.2.2.2", type + " is neither 0 nor 1");
                }
            }
            case RECEIVE_MAXIMUM, MAXIMUM_PACKET_SIZE -> {
                if (number == 0) {
                    throw protocolError("3.1.2.11", type + " is 0");
                }
            }
            case TOPIC_ALIAS -> {
                if (number == 0) {
                    throw new ProtocolException(
                            ReasonCode.TOPIC_ALIAS_INVALID, "[MQTT-3.3.2-8]", "Topic Alias is 0");
                }
            }
            case RESPONSE_TOPIC -> checkResponseTopic();
            default -> {}
        }
    }

    private void checkResponseTopic() {
        try {
            TopicName.of(text); // [MQTT-3.3.2-13], [MQTT-3.3.2-14]
        } catch (InvalidTopicException e) {
            throw protocolError("[MQTT-3.3.2-14]", "Response Topic: " + e.getMessage());
        }
    }
}
