// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.QoS;

/**
 * A PUBLISH encoded once for many receivers: between two deliveries of one message only the flags and the Packet
 * Identifier differ, and those are patched in place.
 *
 * <pre>
 *   0            1 … n             n+2+topic                                          length
 *   | flags byte | Remaining Length | topic length, topic | [Packet Identifier] | [Properties] | payload |
 * </pre>
 *
 * <p>One object holds one variant: version 3 or 5, with or without Packet Identifier. It is reused from message to
 * message and remembers, by identity, the message it holds. Subscription Identifiers, Topic Aliases and a rewritten
 * Message Expiry Interval need the general {@link PacketEncoder}.
 *
 * <p>Owner: confined to its creator.
 */
public final class PublishImage {

    /**
     * An image that holds no message yet.
     *
     * @param v5 whether Properties are written
     * @param withPacketId whether it is for QoS 1 and 2
     */
    public PublishImage(boolean v5, boolean withPacketId) {
        
    }

    /** Holds this message from now on; does nothing if it already does. */
    public void hold(Message message) {
        
    }

    /** Sets what differs between deliveries. The Packet Identifier is ignored in an image without one. */
    public void patch(QoS qos, boolean retain, boolean dup, int packetId) {
        
    }

    /** The image, from index 0 to {@link #length}. Valid until the next {@link #hold}. */
    public byte[] array() {
        return new byte[0];
    }

    /** Bytes in use. */
    public int length() {
        return 0;
    }
}
