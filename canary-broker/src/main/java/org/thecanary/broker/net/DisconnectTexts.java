// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import org.thecanary.mqtt.packet.ReasonCode;

/** What the log says of a connection that we end, in mosquitto's words where it has them. */
final class DisconnectTexts {
    private DisconnectTexts() {}

    static String of(ReasonCode reason) {
        return switch (reason) {
            case MALFORMED_PACKET -> "disconnected due to malformed packet.";
            case PROTOCOL_ERROR -> "disconnected due to protocol error.";
            case PACKET_TOO_LARGE -> "disconnected due to oversize packet.";
            case SESSION_TAKEN_OVER -> "already connected, closing old connection.";
            case NOT_AUTHORIZED -> "disconnected, not authorised.";
            case KEEP_ALIVE_TIMEOUT -> "has exceeded timeout, disconnecting.";
            case SERVER_SHUTTING_DOWN -> "disconnected, the broker is shutting down.";
            case ADMINISTRATIVE_ACTION -> "been disconnected by administrative action.";
            case QOS_NOT_SUPPORTED, RETAIN_NOT_SUPPORTED ->
                "disconnected due to using not allowed feature (QoS too high, retain not supported, or bad AUTH method).";
            default -> "disconnected: " + reason + ".";
        };
    }
}
