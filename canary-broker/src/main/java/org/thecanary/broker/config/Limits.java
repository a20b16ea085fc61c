// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

/**
 * How much one client, and all of them, may ask of the broker. Where mosquitto's 0 or -1 means "no limit", the largest
 * value of the type stands here, so that a plain comparison is enough.
 *
 * <p>Immutable; any thread.
 *
 * @param maxInflightMessages {@code max_inflight_messages}: QoS 1 and 2 messages unacknowledged in each direction, and
 *     the Receive Maximum we send; 1 to 65,535, the latter for "no limit"
 * @param maxInflightBytes {@code max_inflight_bytes}: payload bytes in flight to one client
 * @param maxQueuedMessages {@code max_queued_messages}: messages that wait for one client above those in flight
 * @param maxQueuedBytes {@code max_queued_bytes}: payload bytes that wait for one client above those in flight
 * @param maxPacketSize {@code max_packet_size}: bytes of the largest packet read, header included, and the Maximum
 *     Packet Size we send; at least 20
 * @param messageSizeLimit {@code message_size_limit}: bytes of the largest payload; a larger one is acknowledged and
 *     dropped
 * @param maxKeepAliveSeconds {@code max_keepalive}: largest Keep Alive; 0 for "no limit", and then a client may also
 *     ask for none
 * @param globalMaxConnections {@code global_max_connections}: Network Connections at a time, over all listeners
 * @param globalMaxClients {@code global_max_clients}: Sessions at a time, offline ones included
 * @param memoryLimit {@code memory_limit}: payload bytes of retained messages and of all that waits for clients
 * @param maxHeaderBytes {@code websockets_headers_size}: request line and headers that open a WebSocket, {@link
 *     #LEAST_HEADER_BYTES} or more
 */
public record Limits(
        int maxInflightMessages,
        long maxInflightBytes,
        int maxQueuedMessages,
        long maxQueuedBytes,
        int maxPacketSize,
        int messageSizeLimit,
        int maxKeepAliveSeconds,
        int globalMaxConnections,
        int globalMaxClients,
        long memoryLimit,
        int maxHeaderBytes) {

    /** Browsers send cookies of some kilobytes. */
    public static final int LEAST_HEADER_BYTES = 16 * 1024;

    /** What mosquitto 2.1 does without a configuration. */
    public static Limits defaults() {
        return new Builder().build();
    }

    /** The mutable form, for the loader and for tests. Owner: confined to its creator. */
    public static final class Builder {
        public int maxInflightMessages = 20;
        public long maxInflightBytes = Long.MAX_VALUE;
        public int maxQueuedMessages = 1000;
        public long maxQueuedBytes = Long.MAX_VALUE;
        public int maxPacketSize = 2_000_000;
        public int messageSizeLimit = Integer.MAX_VALUE;
        public int maxKeepAliveSeconds;
        public int globalMaxConnections = Integer.MAX_VALUE;
        public int globalMaxClients = Integer.MAX_VALUE;
        public long memoryLimit = Long.MAX_VALUE;
        public int maxHeaderBytes = LEAST_HEADER_BYTES;

        public Limits build() {
            return new Limits(
                    maxInflightMessages,
                    maxInflightBytes,
                    maxQueuedMessages,
                    maxQueuedBytes,
                    maxPacketSize,
                    messageSizeLimit,
                    maxKeepAliveSeconds,
                    globalMaxConnections,
                    globalMaxClients,
                    memoryLimit,
                    maxHeaderBytes);
        }
    }
}
