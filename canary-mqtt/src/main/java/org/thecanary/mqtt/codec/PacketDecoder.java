// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ProtocolVersion;

/**
 * Turns the bytes of one Network Connection into packets, however they were fragmented.
 *
 * <pre>{@code
 * decoder.feed(bytes, from, to);
 * for (Packet packet = decoder.next(); packet != null; packet = decoder.next()) { … }
 * }</pre>
 *
 * <p>Between {@link #feed} and the {@code null} of {@link #next} the caller's array is read in place and must not
 * change; what is incomplete then is copied. A packet that is too large is refused from its fixed header, before it is
 * buffered. After a {@code ProtocolException} the decoder is of no more use.
 *
 * <p>Owner: confined to its connection's thread.
 */
public final class PacketDecoder {

    /** Which end reads: it decides which packets may arrive. */
    public enum Side {
        CLIENT,
        SERVER
    }

    /**
     * A decoder for one Network Connection.
     *
     * @param side who reads
     * @param maximumPacketSize bytes of a whole packet with its fixed header; above it is 0x95
     */
    public PacketDecoder(Side side, long maximumPacketSize) {
        
    }

    /** The version to read by: what CONNECT said. A Server's decoder learns it from the CONNECT itself. */
    public void version(ProtocolVersion version) {
        
    }

    /** Offers bytes {@code from} (inclusive) to {@code to} (exclusive). */
    public void feed(byte[] bytes, int from, int to) {
        
    }

    /**
     * The next whole packet, or null when more bytes are needed.
     *
     * @throws org.thecanary.mqtt.packet.ProtocolException if the peer broke a rule
     */
    public @Nullable Packet next() {
        return null;
    }
}
