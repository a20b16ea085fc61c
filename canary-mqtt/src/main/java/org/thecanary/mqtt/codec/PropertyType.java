// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.thecanary.mqtt.codec.PropertyType.Carrier.*;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/** The Properties of MQTT 5, specification 2.2.2.2, in one table: identifier, data type, and what may carry them. */
enum PropertyType {
    PAYLOAD_FORMAT_INDICATOR(0x01, DataType.BYTE, PUBLISH, WILL),
    MESSAGE_EXPIRY_INTERVAL(0x02, DataType.INT, PUBLISH, WILL),
    CONTENT_TYPE(0x03, DataType.STRING, PUBLISH, WILL),
    RESPONSE_TOPIC(0x08, DataType.STRING, PUBLISH, WILL),
    CORRELATION_DATA(0x09, DataType.BINARY, PUBLISH, WILL),
    SUBSCRIPTION_IDENTIFIER(0x0B, DataType.VARIABLE_BYTE_INTEGER, PUBLISH, SUBSCRIBE),
    SESSION_EXPIRY_INTERVAL(0x11, DataType.INT, CONNECT, CONNACK, DISCONNECT),
    ASSIGNED_CLIENT_IDENTIFIER(0x12, DataType.STRING, CONNACK),
    SERVER_KEEP_ALIVE(0x13, DataType.SHORT, CONNACK),
    AUTHENTICATION_METHOD(0x15, DataType.STRING, CONNECT, CONNACK, AUTH),
    AUTHENTICATION_DATA(0x16, DataType.BINARY, CONNECT, CONNACK, AUTH),
    REQUEST_PROBLEM_INFORMATION(0x17, DataType.BYTE, CONNECT),
    WILL_DELAY_INTERVAL(0x18, DataType.INT, WILL),
    REQUEST_RESPONSE_INFORMATION(0x19, DataType.BYTE, CONNECT),
    RESPONSE_INFORMATION(0x1A, DataType.STRING, CONNACK),
    SERVER_REFERENCE(0x1C, DataType.STRING, CONNACK, DISCONNECT),
    REASON_STRING(0x1F, DataType.STRING, CONNACK, ACK, SUBACK, UNSUBACK, DISCONNECT, AUTH),
    RECEIVE_MAXIMUM(0x21, DataType.SHORT, CONNECT, CONNACK),
    TOPIC_ALIAS_MAXIMUM(0x22, DataType.SHORT, CONNECT, CONNACK),
    TOPIC_ALIAS(0x23, DataType.SHORT, PUBLISH),
    MAXIMUM_QOS(0x24, DataType.BYTE, CONNACK),
    RETAIN_AVAILABLE(0x25, DataType.BYTE, CONNACK),
    USER_PROPERTY(0x26, DataType.STRING_PAIR, Carrier.values()),
    MAXIMUM_PACKET_SIZE(0x27, DataType.INT, CONNECT, CONNACK),
    WILDCARD_SUBSCRIPTION_AVAILABLE(0x28, DataType.BYTE, CONNACK),
    SUBSCRIPTION_IDENTIFIER_AVAILABLE(0x29, DataType.BYTE, CONNACK),
    SHARED_SUBSCRIPTION_AVAILABLE(0x2A, DataType.BYTE, CONNACK);

    /** What has Properties: a packet, or the Will within CONNECT. */
    enum Carrier {
        CONNECT,
        WILL,
        CONNACK,
        PUBLISH,
        /** PUBACK, PUBREC, PUBREL and PUBCOMP. */
        ACK,
        SUBSCRIBE,
        SUBACK,
        UNSUBSCRIBE,
        UNSUBACK,
        DISCONNECT,
        AUTH
    }

    /** How the value is written, specification 1.5. */
    enum DataType {
        BYTE,
        SHORT,
        INT,
        VARIABLE_BYTE_INTEGER,
        STRING,
        BINARY,
        STRING_PAIR
    }

    private static final @Nullable PropertyType[] BY_ID = new @Nullable PropertyType[0x2B];

    static {
        for (PropertyType type : values()) {
            BY_ID[type.id] = type;
        }
    }

    private final int id;
    private final DataType dataType;
    private final int carriers; // one bit each

    PropertyType(int id, DataType dataType, Carrier... carriers) {
        this.id = id;
        this.dataType = dataType;
        int bits = 0;
        for (Carrier carrier : carriers) {
            bits |= 1 << carrier.ordinal();
        }
        this.carriers = bits;
    }

    int id() {
        return id;
    }

    /** Its name, in small letters. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    DataType dataType() {
        return dataType;
    }

    boolean allowedIn(Carrier carrier) {
        return (carriers & (1 << carrier.ordinal())) != 0;
    }

    /** Whether it may stand more than once; all others are a Protocol Error then, specification 2.2.2.2. */
    boolean mayRepeatIn(Carrier carrier) {
        return this == USER_PROPERTY
                || (this == SUBSCRIPTION_IDENTIFIER && carrier == Carrier.PUBLISH);
    }

    /** The type of an identifier, or null where the specification gives it no meaning. */
    static @Nullable PropertyType of(int id) {
        return id < BY_ID.length ? BY_ID[id] : null;
    }
}
