// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ReasonCode;

import java.time.Duration;

/**
 * The connection ended, or an attempt to connect failed.
 *
 * @param cause what kind of end
 * @param reason what the Server said, in CONNACK or DISCONNECT, or what we told it; null: nobody said anything
 * @param sentence the end in words for a person, with the address, without a full stop
 * @param packet the CONNACK or DISCONNECT of the Server; null: none came
 * @param retryIn how long until the next attempt; null: there will be none, and what was pending has failed
 */
public record Disconnected(
        Cause cause,
        @Nullable ReasonCode reason,
        String sentence,
        @Nullable Packet packet,
        @Nullable Duration retryIn) {

    /** What kind of end. */
    public enum Cause {
        /** {@link MqttClient#disconnect} or {@link MqttClient#close}. */
        APPLICATION,
        /** The host's name has no address. */
        UNKNOWN_HOST,
        /** Connection refused, no route: the transport was never there. */
        UNREACHABLE,
        /** No TLS with the Server: one of the two does not accept the other's certificate, or it is no TLS at all. */
        TLS,
        /** No CONNACK within the connect timeout. */
        CONNECT_TIMEOUT,
        /** A CONNACK with an error. */
        REFUSED,
        /** A DISCONNECT of the Server. */
        SERVER_DISCONNECT,
        /** The Server closed the connection, or the network did. */
        CONNECTION_LOST,
        /** The Server did not answer a PINGREQ in time. */
        KEEP_ALIVE,
        /** The Server broke a rule of the protocol. */
        PROTOCOL_ERROR,
        /** This client broke: a bug, logged. */
        INTERNAL_ERROR
    }

    public boolean willReconnect() {
        return retryIn != null;
    }
}
