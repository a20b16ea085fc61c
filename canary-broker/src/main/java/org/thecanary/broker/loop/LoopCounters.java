// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.loop;

import java.util.Arrays;

/**
 * What one loop has counted since it started, and what it has at the moment.
 *
 * <p>One writer, the loop; anybody may read, and sees each number whole but perhaps a moment old. Bytes are those of MQTT
 * packets, before TLS.
 */
public final class LoopCounters {
    /** Packets by their type, the upper half of their first byte; 0 is not used. */
    public final long[] received = new long[16];

    public final long[] sent = new long[16];

    public long bytesReceived;
    public long bytesSent;
    /** Payloads only. */
    public long publishBytesReceived;

    public long publishBytesSent;
    /** Messages dropped since a client was slow or away and its queue full. */
    public long publishDropped;

    /** Messages of QoS 0 for clients that were away, which are owed none. */
    public long publishMissed;

    public long messagesExpired;
    public long publishDenied;
    public long deliveriesDenied;
    public long connectionsAccepted;
    /** Sessions that ended since their client was away too long. */
    public long sessionsExpired;

    // at the moment; a session that moves to another loop is not missed, since its connection does
    // not move
    /** Clients that have had their CONNACK. */
    public long clientsConnected;
    /** Written, and not taken by its socket. */
    public long unsentBytes;
    /** Kept of packets that have not come whole. */
    public long unfinishedBytes;
    /** Kept of topics that have a Topic Alias. */
    public long aliasBytes;
    /** Packets of which some may be among {@link #unsentBytes}. */
    public long unsentPackets;

    /** Adds what another loop has counted: for a sum that nobody writes to. */
    public void add(LoopCounters other) {
        for (int type = 0; type < received.length; type++) {
            received[type] += other.received[type];
            sent[type] += other.sent[type];
        }
        bytesReceived += other.bytesReceived;
        bytesSent += other.bytesSent;
        publishBytesReceived += other.publishBytesReceived;
        publishBytesSent += other.publishBytesSent;
        publishDropped += other.publishDropped;
        publishMissed += other.publishMissed;
        messagesExpired += other.messagesExpired;
        publishDenied += other.publishDenied;
        deliveriesDenied += other.deliveriesDenied;
        connectionsAccepted += other.connectionsAccepted;
        sessionsExpired += other.sessionsExpired;
        clientsConnected += other.clientsConnected;
        unsentBytes += other.unsentBytes;
        unfinishedBytes += other.unfinishedBytes;
        aliasBytes += other.aliasBytes;
        unsentPackets += other.unsentPackets;
    }

    /** Packets of all types. */
    public long packetsReceived() {
        return Arrays.stream(received).sum();
    }

    /** Packets of all types. */
    public long packetsSent() {
        return Arrays.stream(sent).sum();
    }
}
