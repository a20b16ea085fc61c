// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.thecanary.mqtt.packet.ProtocolException.malformed;
import static org.thecanary.mqtt.packet.ProtocolException.protocolError;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.PingResp;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.topic.TopicName;

import java.util.Arrays;

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
    private static final byte[] NOTHING = new byte[0];

    /** Topics that a decoder remembers which shares its memory with nobody. */
    private static final int OWN_TOPICS = 16;

    /** A carry buffer above this size is given up as soon as its packet is complete. */
    private static final int LARGEST_KEPT = 1024;

    /** The payload of a larger PUBLISH that comes in pieces is put together where it stays. */
    private static final int LARGEST_CARRIED = 16 * 1024;

    /** An array for what comes in pieces has room for this many times what has come, at most. */
    private static final int GROWTH = 4;

    /** Most bytes after the fixed header of a CONNECT, as mosquitto: its sender is not known yet. */
    private static final int LARGEST_CONNECT = 100_000;

    private static final int UNKNOWN = -1;

    /** Which end reads: it decides which packets may arrive. */
    public enum Side {
        CLIENT,
        SERVER
    }

    /** Lends the memory for what has not come whole. Confined to the decoder's thread. */
    public interface Room {
        /** For who has enough of it. */
        Room UNLIMITED = _ -> {};

        /**
         * A decoder is about to keep this many bytes more, or has given up as many where it is negative.
         *
         * @throws org.thecanary.mqtt.packet.ProtocolException if there is no room for more; then none were taken
         */
        void take(int bytes);
    }

    // for the life of the Network Connection
    private final Side side;
    private final long maximumPacketSize;
    private final TopicCache topics;
    private final Room room;
    private final WireReader in = new WireReader();
    private ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
    private boolean connected;
    private boolean authenticating;
    private TopicName last = TopicName.NONE;
    private int lastType;

    // from feed to the null of next
    private byte[] fed = NOTHING;
    private int position;
    private int end;
    private int own; // bytes of it, where it is a copy

    // the beginning of a packet whose rest has not come yet
    private byte[] carry = NOTHING;
    private int carried;

    // the payload of the PUBLISH whose head is carried, as far as it has come
    private byte[] payload = NOTHING;
    private int payloadSize;
    private int payloadCame;

    /**
     * @param side who reads
     * @param maximumPacketSize bytes of a whole packet with its fixed header; above it is 0x95
     */
    public PacketDecoder(Side side, long maximumPacketSize) {
        this(side, maximumPacketSize, new TopicCache(OWN_TOPICS));
    }

    /**
     * @param topics shared by all decoders of one thread
     */
    public PacketDecoder(Side side, long maximumPacketSize, TopicCache topics) {
        this(side, maximumPacketSize, topics, Room.UNLIMITED);
    }

    /**
     * @param topics shared by all decoders of one thread
     * @param room told of all that is kept from one {@link #feed} to the next
     */
    public PacketDecoder(Side side, long maximumPacketSize, TopicCache topics, Room room) {
        this.side = side;
        this.maximumPacketSize = maximumPacketSize;
        this.topics = topics;
        this.room = room;
    }

    /** The version to read by: what CONNECT said. A Server's decoder learns it from the CONNECT itself. */
    public void version(ProtocolVersion version) {
        this.version = version;
    }

    /**
     * The version read by, and in whose form a refusal is written: 3.1.1 until a CONNECT has said more. For a CONNECT of
     * a version that is not spoken it is the form its answer should have: 3.1.1 for return code 0x01, 5 for 0x84.
     */
    public ProtocolVersion version() {
        return version;
    }

    /**
     * Offers bytes {@code from} (inclusive) to {@code to} (exclusive), after those of which {@link #next} has not yet
     * answered null.
     */
    public void feed(byte[] bytes, int from, int to) {
        if (position == end) {
            letGo();
            fed = bytes;
            position = from;
            end = to;
        } else {
            own(end + to - from - position);
            byte[] joined = Arrays.copyOfRange(fed, position, end + to - from);
            System.arraycopy(bytes, from, joined, end - position, to - from);
            fed = joined;
            end = joined.length;
            position = 0;
        }
    }

    /** Copies what is left of the fed array, since its owner needs it before {@link #next} has answered null. */
    public void keep() {
        own(end - position);
        fed = Arrays.copyOfRange(fed, position, end);
        end -= position;
        position = 0;
    }

    /** Gives up what has not come whole. The decoder is of no more use. */
    public void abandon() {
        letGo();
        carry = given(carry);
        payload = given(payload);
    }

    /**
     * The next whole packet, or null when more bytes are needed.
     *
     * @throws org.thecanary.mqtt.packet.ProtocolException if the peer broke a rule
     */
    public @Nullable Packet next() {
        if (carried > 0) {
            return nextFromCarry();
        }
        int size = size(fed, position, end);
        if (size == UNKNOWN || size > end - position) {
            carryRest(size);
            return null;
        }
        Packet packet = decode(fed, position, size, NOTHING);
        position += size;
        return packet;
    }

    /** The {@link PacketType} of the packet that {@link #next} gave last; 0 before the first. */
    public int lastType() {
        return lastType;
    }

    private @Nullable Packet nextFromCarry() {
        return payloadSize > 0 ? nextWithPayload() : nextWhole();
    }

    private @Nullable Packet nextWithPayload() {
        appendPayload(Math.min(payloadSize - payloadCame, end - position));
        if (payloadCame < payloadSize) {
            letGo();
            return null;
        }
        byte[] whole = payload;
        int head = carried;
        payload = given(payload);
        payloadSize = 0;
        payloadCame = 0;
        carried = 0;
        return decode(carry, 0, head, whole);
    }

    private @Nullable Packet nextWhole() {
        int size = size(carry, 0, carried);
        while (size == UNKNOWN || carried < size) {
            if (position == end) {
                carryRest(size);
                return null;
            }
            append(size == UNKNOWN ? 1 : Math.min(size - carried, end - position), size);
            size = size(carry, 0, carried);
        }
        carried = 0;
        Packet packet = decode(carry, 0, size, NOTHING);
        if (carry.length > LARGEST_KEPT) {
            carry = given(carry);
        }
        return packet;
    }

    /** Copies what is left, since the fed array may be used for something else from now on. */
    private void carryRest(int size) {
        int head = carried == 0 && size > LARGEST_CARRIED ? headSize(size) : UNKNOWN;
        if (head != UNKNOWN) {
            append(head, head);
            payloadSize = size - head;
            appendPayload(end - position);
        } else {
            append(end - position, size);
        }
        letGo();
    }

    private int headSize(int size) {
        boolean isPublish = (fed[position] & 0xFF) >> 4 == PacketType.PUBLISH;
        int head = isPublish ? PublishCodec.headSize(fed, position, end, version) : UNKNOWN;
        return size - head > LARGEST_CARRIED ? head : UNKNOWN;
    }

    private void own(int bytes) {
        room.take(bytes - own);
        own = bytes;
    }

    private void letGo() {
        if (own > 0) {
            own(0);
        }
        fed = NOTHING;
        position = 0;
        end = 0;
    }

    private void append(int count, int size) {
        carry = withRoom(carry, carried + count, size == UNKNOWN ? Integer.MAX_VALUE : size);
        System.arraycopy(fed, position, carry, carried, count);
        carried += count;
        position += count;
    }

    private void appendPayload(int count) {
        payload = withRoom(payload, payloadCame + count, payloadSize);
        System.arraycopy(fed, position, payload, payloadCame, count);
        payloadCame += count;
        position += count;
    }

    /** Grows with the bytes that came, never by what the packet claims to be. */
    private byte[] withRoom(byte[] array, int needed, int most) {
        if (array.length >= needed) {
            return array;
        }
        int size = (int) Math.min((long) GROWTH * needed, most);
        room.take(size - array.length);
        return Arrays.copyOf(array, size);
    }

    /** What an array is replaced by that is no longer kept. */
    private byte[] given(byte[] array) {
        room.take(-array.length);
        return NOTHING;
    }

    /** Bytes of the whole packet that begins here, or {@link #UNKNOWN} until its fixed header is complete. */
    private int size(byte[] bytes, int from, int to) {
        if (from == to) {
            return UNKNOWN;
        }
        int first = bytes[from] & 0xFF;
        checkHeader(bytes, from, to);
        checkFirst(first >> 4, first & 0x0F);
        int remainingLength = 0;
        for (int i = 1; i <= 4; i++) {
            if (from + i >= to) {
                return UNKNOWN;
            }
            int digit = bytes[from + i];
            remainingLength |= (digit & 0x7F) << (7 * (i - 1));
            if (digit >= 0) {
                if (digit == 0 && i > 1) {
                    throw malformed("[MQTT-1.5.5-1]", "overlong Remaining Length");
                }
                int size = 1 + i + remainingLength;
                checkSize(first >> 4, remainingLength, size);
                return size;
            }
        }
        throw overlong();
    }

    /** What goes before all else but a packet type that does not exist, and is not answered, as by mosquitto. */
    private static void checkHeader(byte[] bytes, int from, int to) {
        int type = (bytes[from] & 0xFF) >> 4;
        if (type == 0) {
            return;
        }
        if (to - from > 4
                && (bytes[from + 1] & bytes[from + 2] & bytes[from + 3] & bytes[from + 4]) < 0) {
            throw overlong();
        }
        if (to - from > 1
                && bytes[from + 1] != 0
                && (type == PacketType.PINGREQ || type == PacketType.PINGRESP)) {
            throw malformed("3.12", "a ping that has more than a fixed header").unanswered();
        }
    }

    private static ProtocolException overlong() {
        return malformed("[MQTT-1.5.5-1]", "Remaining Length of more than four bytes")
                .unanswered();
    }

    private void checkSize(int type, int remainingLength, int size) {
        if (size > maximumPacketSize) {
            throw new ProtocolException(
                    ReasonCode.PACKET_TOO_LARGE,
                    side == Side.SERVER ? "[MQTT-3.2.2-15]" : "[MQTT-3.1.2-24]",
                    "packet of " + size + " bytes, more than Maximum Packet Size");
        }
        if (type == PacketType.CONNECT && remainingLength > LARGEST_CONNECT) {
            throw malformed("3.1", "CONNECT of more than " + LARGEST_CONNECT + " bytes");
        }
    }

    /** What the first byte alone gives away. */
    private void checkFirst(int type, int flags) {
        int first = type << 4 | flags;
        if (side == Side.SERVER && connected && type == PacketType.CONNECT) {
            throw protocolError("[MQTT-3.1.0-2]", "second CONNECT").unanswered(); // as mosquitto
        }
        if (side == Side.SERVER
                && !connected
                && (type != PacketType.CONNECT || first == WrongListener.TLS_HANDSHAKE)) {
            throw protocolError("[MQTT-3.1.0-1]", WrongListener.forMqtt(first));
        }
        if (type == 0 || (type == PacketType.AUTH && !version.isV5())) {
            throw protocolError("2.1.2", "reserved packet type " + type);
        }
        if (type == PacketType.AUTH && side == Side.SERVER && !authenticating) {
            throw protocolError("[MQTT-4.12.0-7]", "AUTH without an Authentication Method");
        }
        boolean wrongWay = switch (type) {
            case PacketType.CONNACK, PacketType.SUBACK, PacketType.UNSUBACK, PacketType.PINGRESP ->
                side == Side.SERVER;
            case PacketType.CONNECT,
                    PacketType.SUBSCRIBE,
                    PacketType.UNSUBSCRIBE,
                    PacketType.PINGREQ -> side == Side.CLIENT;
            case PacketType.DISCONNECT -> side == Side.CLIENT && !version.isV5();
            default -> false;
        };
        boolean wrongFlags = flags != PacketType.flags(type) && !mayHaveFlags(type, flags);
        // Of the two faults mosquitto names the flags, but of a CONNACK the direction.
        if (wrongWay && (!wrongFlags || type == PacketType.CONNACK)) {
            throw protocolError("2.1.2", "packet of type " + type + " in the wrong direction");
        }
        if (wrongFlags) {
            throw malformed("[MQTT-2.1.3-1]", "reserved flags of packet type " + type);
        }
    }

    /** The flags of PUBLISH vary, those of CONNECT depend on a version yet unknown, and 3.1 resends with DUP. */
    private boolean mayHaveFlags(int type, int flags) {
        return type == PacketType.PUBLISH
                || type == PacketType.CONNECT
                || (version == ProtocolVersion.MQTT_3_1
                        && (flags & ~PublishCodec.DUP) == PacketType.flags(type));
    }

    private Packet decode(byte[] bytes, int from, int size, byte[] behind) {
        int first = bytes[from] & 0xFF;
        int headerSize = 2;
        while (bytes[from + headerSize - 1] < 0) {
            headerSize++;
        }
        in.over(bytes, from + headerSize, from + size, behind);
        lastType = first >> 4;
        Packet packet = decode(first >> 4, first & 0x0F);
        in.expectEnd();
        in.release();
        return packet;
    }

    private Packet decode(int type, int flags) {
        return switch (type) {
            case PacketType.CONNECT -> {
                Connect connect = ConnectCodec.decode(in, flags, this);
                connected = true;
                authenticating = connect.properties().authenticationMethod() != null;
                yield connect;
            }
            case PacketType.CONNACK -> ConnAckCodec.decode(in, version);
            case PacketType.PUBLISH -> {
                Publish publish = PublishCodec.decode(in, flags, version, side, last, topics);
                TopicName topic = publish.message().topic();
                // Each of many connections would keep one, and nobody knew.
                last = topic.utf8().length > LARGEST_KEPT ? TopicName.NONE : topic;
                yield publish;
            }
            case PacketType.PUBACK, PacketType.PUBREC, PacketType.PUBREL, PacketType.PUBCOMP ->
                AckCodec.decode(in, type, version);
            case PacketType.SUBSCRIBE -> SubscribeCodec.decode(in, version);
            case PacketType.SUBACK -> SubAckCodec.decode(in, version);
            case PacketType.UNSUBSCRIBE -> UnsubscribeCodec.decode(in, version);
            case PacketType.UNSUBACK -> UnsubAckCodec.decode(in, version);
            case PacketType.PINGREQ -> PingReq.INSTANCE;
            case PacketType.PINGRESP -> PingResp.INSTANCE;
            case PacketType.DISCONNECT -> DisconnectCodec.decode(in, version, side);
            case PacketType.AUTH -> AuthCodec.decode(in, side);
            default -> throw protocolError("2.1.2", "reserved packet type " + type);
        };
    }
}
