// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import static org.thecanary.cli.mosquitto.Property.Carrier.CONNECT;
import static org.thecanary.cli.mosquitto.Property.Carrier.DISCONNECT;
import static org.thecanary.cli.mosquitto.Property.Carrier.PUBLISH;
import static org.thecanary.cli.mosquitto.Property.Carrier.SUBSCRIBE;
import static org.thecanary.cli.mosquitto.Property.Carrier.WILL;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/** The Properties of MQTT 5 by mosquitto's names, with the packets of a client that may carry each. */
enum Property {
    /** mosquitto lets any byte pass. */
    PAYLOAD_FORMAT_INDICATOR(0x01, ValueType.BYTE, 0xFF, PUBLISH, WILL),
    MESSAGE_EXPIRY_INTERVAL(0x02, ValueType.INT32, 0, PUBLISH, WILL),
    CONTENT_TYPE(0x03, ValueType.STRING, 0, PUBLISH, WILL),
    RESPONSE_TOPIC(0x08, ValueType.STRING, 0, PUBLISH, WILL),
    CORRELATION_DATA(0x09, ValueType.BINARY, 0, PUBLISH, WILL),
    SUBSCRIPTION_IDENTIFIER(0x0B, ValueType.VARINT, 0, PUBLISH, SUBSCRIBE),
    SESSION_EXPIRY_INTERVAL(0x11, ValueType.INT32, 0, CONNECT, DISCONNECT),
    ASSIGNED_CLIENT_IDENTIFIER(0x12, ValueType.STRING, 0),
    SERVER_KEEP_ALIVE(0x13, ValueType.INT16, 0),
    AUTHENTICATION_METHOD(0x15, ValueType.STRING, 0, CONNECT, Carrier.AUTH),
    AUTHENTICATION_DATA(0x16, ValueType.BINARY, 0, CONNECT, Carrier.AUTH),
    REQUEST_PROBLEM_INFORMATION(0x17, ValueType.BYTE, 1, CONNECT),
    WILL_DELAY_INTERVAL(0x18, ValueType.INT32, 0, WILL),
    REQUEST_RESPONSE_INFORMATION(0x19, ValueType.BYTE, 1, CONNECT),
    RESPONSE_INFORMATION(0x1A, ValueType.STRING, 0),
    SERVER_REFERENCE(0x1C, ValueType.STRING, 0, DISCONNECT),
    REASON_STRING(
            0x1F,
            ValueType.STRING,
            0,
            DISCONNECT,
            Carrier.AUTH,
            Carrier.PUBACK,
            Carrier.PUBREC,
            Carrier.PUBREL,
            Carrier.PUBCOMP,
            Carrier.SUBACK,
            Carrier.UNSUBACK),
    RECEIVE_MAXIMUM(0x21, ValueType.INT16, Property.NOT_ZERO, CONNECT),
    TOPIC_ALIAS_MAXIMUM(0x22, ValueType.INT16, 0, CONNECT),
    TOPIC_ALIAS(0x23, ValueType.INT16, Property.NOT_ZERO, PUBLISH),
    MAXIMUM_QOS(0x24, ValueType.BYTE, 1),
    RETAIN_AVAILABLE(0x25, ValueType.BYTE, 1),
    USER_PROPERTY(0x26, ValueType.STRING_PAIR, 0, Carrier.values()),
    MAXIMUM_PACKET_SIZE(0x27, ValueType.INT32, Property.NOT_ZERO, CONNECT),
    WILDCARD_SUBSCRIPTION_AVAILABLE(0x28, ValueType.BYTE, 1),
    SUBSCRIPTION_IDENTIFIER_AVAILABLE(0x29, ValueType.BYTE, 1),
    SHARED_SUBSCRIPTION_AVAILABLE(0x2A, ValueType.BYTE, 1);

    /** The packets that mosquitto knows Properties of; only the first six can be given on the command line. */
    enum Carrier {
        CONNECT,
        PUBLISH,
        SUBSCRIBE,
        UNSUBSCRIBE,
        DISCONNECT,
        WILL,
        CONNACK,
        PUBACK,
        PUBREC,
        PUBREL,
        PUBCOMP,
        SUBACK,
        UNSUBACK,
        AUTH;

        static @Nullable Carrier named(String name) {
            for (Carrier command : values()) {
                if (command.name().equalsIgnoreCase(name)) {
                    return command;
                }
            }
            return null;
        }

        String label() {
            return this == WILL ? "Will" : name();
        }
    }

    /** How a value is written; mosquitto's numbers for them are these, from 1. */
    enum ValueType {
        BYTE,
        INT16,
        INT32,
        VARINT,
        BINARY,
        STRING,
        STRING_PAIR;

        /** The largest number that fits; 0 for texts. */
        long largest() {
            return switch (this) {
                case BYTE -> 0xFF;
                case INT16 -> 0xFFFF;
                case INT32, VARINT -> 0xFFFF_FFFFL;
                case BINARY, STRING, STRING_PAIR -> 0;
            };
        }
    }

    /** The limit of a number that must not be 0. */
    private static final int NOT_ZERO = -1;

    private final int identifier;
    private final ValueType type;
    private final int limit;
    private final long commands;

    Property(int identifier, ValueType type, int limit, Carrier... commands) {
        this.identifier = identifier;
        this.type = type;
        this.limit = limit;
        long bits = 0;
        for (Carrier command : commands) {
            bits |= 1L << command.ordinal();
        }
        this.commands = bits;
    }

    static @Nullable Property named(String name) {
        for (Property property : values()) {
            if (property.label().equalsIgnoreCase(name)) {
                return property;
            }
        }
        return null;
    }

    /** The Property with this identifier of specification 2.2.2.2, which must be one. */
    static Property of(int identifier) {
        for (Property property : values()) {
            if (property.identifier == identifier) {
                return property;
            }
        }
        throw new IllegalArgumentException("no Property has the identifier " + identifier);
    }

    int identifier() {
        return identifier;
    }

    ValueType type() {
        return type;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    boolean isAllowedFor(Carrier command) {
        return (commands >> command.ordinal() & 1) != 0;
    }

    /** Whether the specification knows this value of a number that fits. */
    boolean accepts(long value) {
        return switch (type) {
            case BYTE -> value <= limit;
            case INT16, INT32 -> limit != NOT_ZERO || value != 0;
            case VARINT, BINARY, STRING, STRING_PAIR -> true;
        };
    }
}
