// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.loop;

/**
 * What one loop has counted since it started.
 *
 * <p>One writer, the loop; anybody may read, and sees each number whole but perhaps a moment old. Bytes are those of MQTT
 * packets, before TLS.
 */
public final class LoopCounters {
    public long bytesReceived;
    public long bytesSent;
    public long packetsReceived;
    public long packetsSent;
    public long publishReceived;
    public long publishSent;
    public long publishBytesReceived;
    public long publishBytesSent;
    /** Messages dropped since a client was slow or away and its queue full. */
    public long publishDropped;
    /** Of those, messages dropped while the client was away, as during the hand-over of a session between loops. */
    public long droppedWhileAway;

    public long messagesExpired;
    public long publishDenied;
    public long deliveriesDenied;
    public long connectionsAccepted;
}
