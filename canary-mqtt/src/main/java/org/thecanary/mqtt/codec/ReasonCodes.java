// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.thecanary.mqtt.packet.ReasonCode.*;

import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.ReasonCode;

/**
 * Which Reason Codes a packet may carry, specification 2.4, by the tables of the packets' own sections. DISCONNECT is not
 * here: its codes are read leniently, {@link DisconnectCodec}.
 */
enum ReasonCodes {
    CONNACK(
            "[MQTT-3.2.2-8]",
            SUCCESS,
            UNSPECIFIED_ERROR,
            MALFORMED_PACKET,
            PROTOCOL_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            UNSUPPORTED_PROTOCOL_VERSION,
            CLIENT_IDENTIFIER_NOT_VALID,
            BAD_USER_NAME_OR_PASSWORD,
            NOT_AUTHORIZED,
            SERVER_UNAVAILABLE,
            SERVER_BUSY,
            BANNED,
            BAD_AUTHENTICATION_METHOD,
            TOPIC_NAME_INVALID,
            PACKET_TOO_LARGE,
            QUOTA_EXCEEDED,
            PAYLOAD_FORMAT_INVALID,
            RETAIN_NOT_SUPPORTED,
            QOS_NOT_SUPPORTED,
            USE_ANOTHER_SERVER,
            SERVER_MOVED,
            CONNECTION_RATE_EXCEEDED),

    /** PUBACK and PUBREC. */
    RECEIVED(
            "[MQTT-3.4.2-1]",
            SUCCESS,
            NO_MATCHING_SUBSCRIBERS,
            UNSPECIFIED_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            NOT_AUTHORIZED,
            TOPIC_NAME_INVALID,
            PACKET_IDENTIFIER_IN_USE,
            QUOTA_EXCEEDED,
            PAYLOAD_FORMAT_INVALID),

    /** PUBREL and PUBCOMP. */
    RELEASED("[MQTT-3.6.2-1]", SUCCESS, PACKET_IDENTIFIER_NOT_FOUND),

    SUBACK(
            "[MQTT-3.9.3-2]",
            SUCCESS,
            GRANTED_QOS_1,
            GRANTED_QOS_2,
            UNSPECIFIED_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            NOT_AUTHORIZED,
            TOPIC_FILTER_INVALID,
            PACKET_IDENTIFIER_IN_USE,
            QUOTA_EXCEEDED,
            SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
            SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
            WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED),

    UNSUBACK(
            "[MQTT-3.11.3-2]",
            SUCCESS,
            NO_SUBSCRIPTION_EXISTED,
            UNSPECIFIED_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            NOT_AUTHORIZED,
            TOPIC_FILTER_INVALID,
            PACKET_IDENTIFIER_IN_USE),

    AUTH_BY_CLIENT("[MQTT-3.15.2-1]", CONTINUE_AUTHENTICATION, RE_AUTHENTICATE),

    AUTH_BY_SERVER("[MQTT-3.15.2-1]", SUCCESS, CONTINUE_AUTHENTICATION);

    private final String statement;
    private final long allowed; // one bit each

    ReasonCodes(String statement, ReasonCode... allowed) {
        this.statement = statement;
        long bits = 0;
        for (ReasonCode reason : allowed) {
            bits |= 1L << reason.ordinal();
        }
        this.allowed = bits;
    }

    /** Whether this packet may carry it. */
    boolean contains(ReasonCode reason) {
        return (allowed & (1L << reason.ordinal())) != 0;
    }

    /**
     * Reads a Reason Code.
     *
     * @throws ProtocolException if it is none, or not one for this packet
     */
    static ReasonCode read(WireReader in, ReasonCodes allowed) {
        ReasonCode reason = ReasonCode.of(in.readByte());
        if (reason == null || !allowed.contains(reason)) {
            throw ProtocolException.protocolError(
                    allowed.statement, "Reason Code not allowed in this packet");
        }
        return reason;
    }
}
