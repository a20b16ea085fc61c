// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.loop;

import org.thecanary.mqtt.packet.ProtocolVersion;

/**
 * What an operator may know of a Network Connection.
 *
 * @param address of the client, with its port; {@code local} for a UNIX socket
 * @param over {@code TCP}, {@code TLS}, {@code WS}, {@code WSS} or {@code UNIX}
 * @param sinceMillis when its CONNECT was accepted, since the epoch
 * @param messagesReceived PUBLISH packets from the client
 * @param messagesSent PUBLISH packets to the client
 * @param bytesReceived of all packets
 * @param bytesSent of all packets
 */
public record LinkInfo(
        String address,
        ProtocolVersion version,
        String over,
        int keepAliveSeconds,
        long sinceMillis,
        long messagesReceived,
        long messagesSent,
        long bytesReceived,
        long bytesSent) {}
