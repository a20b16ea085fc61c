// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import org.thecanary.mqtt.packet.ReasonCode;

import java.util.Locale;

/** Why a connection ended, as the log says it: in the words of mosquitto 2.1 where it has them. */
final class DisconnectTexts {
    /** The client closed its socket without a DISCONNECT. */
    static final String CLOSED = "connection closed by client";

    /** As mosquitto has it, however little it says; a line of its own before it says why. */
    static final String INVALID_INPUT = "bad socket read/write: Invalid input";

    private DisconnectTexts() {}

    /** Of a CONNECT that is refused. */
    static String ofRefusal(ReasonCode reason) {
        return switch (reason) {
            case UNSPECIFIED_ERROR, CLIENT_IDENTIFIER_NOT_VALID -> of(ReasonCode.PROTOCOL_ERROR);
            case PACKET_TOO_LARGE -> "oversize payload";
            case SERVER_BUSY -> INVALID_INPUT;
            default -> of(reason);
        };
    }

    static String of(ReasonCode reason) {
        return switch (reason) {
            case MALFORMED_PACKET -> "malformed packet";
            case PROTOCOL_ERROR -> "protocol error";
            case PACKET_TOO_LARGE -> "oversize packet";
            case SESSION_TAKEN_OVER -> "session taken over";
            case NOT_AUTHORIZED, BAD_USER_NAME_OR_PASSWORD -> "not authorised";
            case KEEP_ALIVE_TIMEOUT -> "exceeded timeout";
            case SERVER_SHUTTING_DOWN -> "the broker is shutting down";
            case ADMINISTRATIVE_ACTION -> "administrative action";
            case TOPIC_ALIAS_INVALID -> "topic alias invalid";
            case CLIENT_IDENTIFIER_NOT_VALID -> "client identifier not valid";
            case QUOTA_EXCEEDED -> "quota exceeded";
            case SERVER_BUSY -> "server busy";
            case IMPLEMENTATION_SPECIFIC_ERROR -> "implementation specific error";
            case QOS_NOT_SUPPORTED,
                    RETAIN_NOT_SUPPORTED,
                    BAD_AUTHENTICATION_METHOD,
                    UNSUPPORTED_PROTOCOL_VERSION ->
                "used disallowed feature (QoS too high, retain not supported, or bad AUTH method)";
            default -> reason.toString().toLowerCase(Locale.ROOT).replace('_', ' ');
        };
    }
}
