// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import org.jspecify.annotations.Nullable;
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
 * <p>A large payload is not copied into it: it goes behind the image as it is.
 *
 * <p>One object holds one variant: version 3 or 5, with or without Packet Identifier. It is reused from message to
 * message and remembers, by identity, the message it holds. Subscription Identifiers, Topic Aliases and a rewritten
 * Message Expiry Interval need the general {@link PacketEncoder}.
 *
 * <p>Owner: confined to its creator.
 */
public final class PublishImage {
    private static final byte[] NONE = {};

    private final boolean v5;
    private final boolean withPacketId;
    private final int largestPayload;
    private final WireWriter out = new WireWriter();
    private @Nullable Message held;
    private byte[] behind = NONE;
    private int packetIdAt;

    /**
     * @param v5 whether Properties are written
     * @param withPacketId whether it is for QoS 1 and 2
     * @param largestPayload bytes of the largest payload that is part of the image
     */
    public PublishImage(boolean v5, boolean withPacketId, int largestPayload) {
        this.v5 = v5;
        this.withPacketId = withPacketId;
        this.largestPayload = largestPayload;
    }

    /** Holds this message from now on; does nothing if it already does. */
    @SuppressWarnings("ReferenceEquality") // the same message is the same object
    public void hold(Message message) {
        if (message == held) {
            return;
        }
        held = null;
        out.clear();
        byte[] topic = message.topic().utf8();
        byte[] payload = message.payload();
        behind = payload.length > largestPayload ? payload : NONE;
        out.reserve(16 + topic.length + payload.length - behind.length);
        out.writeByte(PacketType.PUBLISH << 4);
        int mark = out.beginLength();
        out.writeBinary(topic);
        if (withPacketId) {
            out.writeShort(0);
        }
        if (v5) {
            int properties = out.beginLength();
            MessagePropertiesCodec.write(out, message.properties());
            out.endLength(properties);
        }
        // Written in front of the payload, so that only the little before it has to move.
        out.endLength(mark, payload.length);
        if (behind == NONE) {
            out.writeBytes(payload);
        }
        int afterHeader = 2;
        while (out.array()[afterHeader - 1] < 0) {
            afterHeader++;
        }
        packetIdAt = afterHeader + 2 + topic.length;
        held = message;
    }

    /** Sets what differs between deliveries. The Packet Identifier is ignored in an image without one. */
    public void patch(QoS qos, boolean retain, boolean dup, int packetId) {
        byte[] bytes = out.array();
        bytes[0] = (byte) ((PacketType.PUBLISH << 4)
                | (dup ? PublishCodec.DUP : 0)
                | (qos.code() << 1)
                | (retain ? PublishCodec.RETAIN : 0));
        if (withPacketId) {
            bytes[packetIdAt] = (byte) (packetId >>> 8);
            bytes[packetIdAt + 1] = (byte) packetId;
        }
    }

    /** The image, from index 0 to {@link #length}. Valid until the next {@link #hold}. */
    public byte[] array() {
        return out.array();
    }

    public int length() {
        return out.length();
    }

    /** What goes behind the image: its message's payload if that is large, otherwise nothing. */
    public byte[] behind() {
        return behind;
    }
}
