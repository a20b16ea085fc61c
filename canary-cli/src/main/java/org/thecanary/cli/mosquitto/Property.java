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
    PAYLOAD_FORMAT_INDICATOR(ValueType.BYTE, 0xFF, PUBLISH, WILL),
    MESSAGE_EXPIRY_INTERVAL(ValueType.INT32, 0, PUBLISH, WILL),
    CONTENT_TYPE(ValueType.STRING, 0, PUBLISH, WILL),
    RESPONSE_TOPIC(ValueType.STRING, 0, PUBLISH, WILL),
    CORRELATION_DATA(ValueType.BINARY, 0, PUBLISH, WILL),
    SUBSCRIPTION_IDENTIFIER(ValueType.VARINT, 0, PUBLISH, SUBSCRIBE),
    SESSION_EXPIRY_INTERVAL(ValueType.INT32, 0, CONNECT, DISCONNECT),
    ASSIGNED_CLIENT_IDENTIFIER(ValueType.STRING, 0),
    SERVER_KEEP_ALIVE(ValueType.INT16, 0),
    AUTHENTICATION_METHOD(ValueType.STRING, 0, CONNECT, Carrier.AUTH),
    AUTHENTICATION_DATA(ValueType.BINARY, 0, CONNECT, Carrier.AUTH),
    REQUEST_PROBLEM_INFORMATION(ValueType.BYTE, 1, CONNECT),
    WILL_DELAY_INTERVAL(ValueType.INT32, 0, WILL),
    REQUEST_RESPONSE_INFORMATION(ValueType.BYTE, 1, CONNECT),
    RESPONSE_INFORMATION(ValueType.STRING, 0),
    SERVER_REFERENCE(ValueType.STRING, 0, DISCONNECT),
    REASON_STRING(
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
    RECEIVE_MAXIMUM(ValueType.INT16, Property.NOT_ZERO, CONNECT),
    TOPIC_ALIAS_MAXIMUM(ValueType.INT16, 0, CONNECT),
    TOPIC_ALIAS(ValueType.INT16, Property.NOT_ZERO, PUBLISH),
    MAXIMUM_QOS(ValueType.BYTE, 1),
    RETAIN_AVAILABLE(ValueType.BYTE, 1),
    USER_PROPERTY(ValueType.STRING_PAIR, 0, Carrier.values()),
    MAXIMUM_PACKET_SIZE(ValueType.INT32, Property.NOT_ZERO, CONNECT),
    WILDCARD_SUBSCRIPTION_AVAILABLE(ValueType.BYTE, 1),
    SUBSCRIPTION_IDENTIFIER_AVAILABLE(ValueType.BYTE, 1),
    SHARED_SUBSCRIPTION_AVAILABLE(ValueType.BYTE, 1);

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

    private final ValueType type;
    private final int limit;
    private final long commands;

    Property(ValueType type, int limit, Carrier... commands) {
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
