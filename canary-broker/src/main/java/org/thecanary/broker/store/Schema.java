// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.codec.PacketDecoder;
import org.thecanary.mqtt.codec.PacketEncoder;
import org.thecanary.mqtt.codec.WireWriter;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.packet.SubscriptionOptions.RetainHandling;
import org.thecanary.mqtt.packet.Will;
import org.thecanary.mqtt.topic.InvalidTopicException;
import org.thecanary.mqtt.topic.TopicFilter;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.util.Objects;

/**
 * Keys and values on disk. A session and a message are numbers of 8 bytes, big-endian, so that keys are in the order of
 * numbers.
 *
 * <pre>
 *   M "format"                      u32 version of this layout
 *   b message                       u64 expiry · publisher · user · PUBLISH of version 5
 *   c message                       u32 how many sessions are owed it, if it was ever more than one
 *   q session sequence              claim: what waits for the session
 *   i session packet-id             state · order · claim: what was sent and not acknowledged
 *   h session packet-id             as b: a QoS 2 message that came and was not released
 *   s session                       the session itself
 *   f session filter                options · Subscription Identifier
 *   r topic                         as b: the topic's Retained Message
 *   x session                       a session that is over and whose queue is not yet cleared away
 * </pre>
 *
 * <p>Owner: confined to its creator.
 */
final class Schema {
    /** Grows when an older Canary could not read what this one writes. */
    static final int FORMAT = 2;

    static final byte META = 'M';
    static final byte MESSAGE = 'b';
    static final byte COUNT = 'c';
    static final byte QUEUE = 'q';
    static final byte SENT = 'i';
    static final byte HELD = 'h';
    static final byte SESSION = 's';
    static final byte SUBSCRIPTION = 'f';
    static final byte RETAINED = 'r';
    static final byte CLEARING = 'x';

    /** States in {@link #SENT}. */
    static final int AWAITS_PUBACK = 1;

    static final int AWAITS_PUBREC = 2;
    static final int AWAITS_PUBCOMP = 3;

    /** Parts of a {@link #SESSION} that may be missing, as bits. */
    private static final int WILL = 1;

    private static final int NEXT_PACKET_ID = 2; // since format 2

    private static final int NUMBER_AT = 1;
    private static final int SECOND_AT = 9;

    private final RecordWriter key = new RecordWriter();
    private final RecordWriter value = new RecordWriter();
    private final WireWriter wire = new WireWriter();

    /** A value of the store that cannot be read. */
    static final class UnreadableException extends IOException {
        private static final long serialVersionUID = 1;

        UnreadableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    // --- keys

    RecordWriter key(byte table, long number) {
        return key.clear().u8(table).i64(number);
    }

    RecordWriter key(byte table, long number, long second) {
        return key(table, number).i64(second);
    }

    RecordWriter packetKey(byte table, long session, int packetId) {
        return key(table, session).u16(packetId);
    }

    RecordWriter filterKey(long session, TopicFilter filter) {
        byte[] utf8 = filter.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return key(SUBSCRIPTION, session).raw(utf8, utf8.length);
    }

    RecordWriter topicKey(byte[] utf8) {
        return key.clear().u8(RETAINED).raw(utf8, utf8.length);
    }

    static byte[] metaKey(String name) {
        return new RecordWriter()
                .u8(META)
                .raw(name.getBytes(java.nio.charset.StandardCharsets.UTF_8), name.length())
                .toBytes();
    }

    static long number(byte[] key) {
        return new RecordReader(key, NUMBER_AT).i64();
    }

    static long second(byte[] key) {
        return new RecordReader(key, SECOND_AT).i64();
    }

    static int packetId(byte[] key) {
        return new RecordReader(key, SECOND_AT).u16();
    }

    static String filter(byte[] key) {
        return new RecordReader(key, SECOND_AT).rest();
    }

    // --- values

    RecordWriter message(StoredMessage stored) {
        value.clear()
                .i64(stored.expiresAtMillis())
                .text(stored.publisherId())
                .text(stored.publisherUser());
        return publish(stored.message());
    }

    private RecordWriter publish(Message message) {
        wire.clear();
        int packetId = message.qos() == QoS.AT_MOST_ONCE ? 0 : 1;
        PacketEncoder.encode(
                new Publish(message, packetId, false),
                ProtocolVersion.MQTT_5,
                wire,
                Long.MAX_VALUE);
        return value.raw(wire.array(), wire.length());
    }

    static StoredMessage message(long number, byte[] value) throws UnreadableException {
        try {
            RecordReader reader = new RecordReader(value);
            long expires = reader.i64();
            String publisher = Objects.requireNonNullElse(reader.text(), "");
            String user = reader.text();
            return new StoredMessage(
                    number, publish(value, reader.position()), publisher, user, expires);
        } catch (BufferUnderflowException
                | IndexOutOfBoundsException
                | ProtocolException
                | ClassCastException e) {
            throw new UnreadableException("a message that cannot be read", e);
        }
    }

    private static Message publish(byte[] bytes, int from) {
        PacketDecoder decoder = new PacketDecoder(PacketDecoder.Side.CLIENT, Long.MAX_VALUE);
        decoder.version(ProtocolVersion.MQTT_5);
        decoder.feed(bytes, from, bytes.length);
        Publish packet = (Publish) Objects.requireNonNull(decoder.next());
        return packet.message();
    }

    RecordWriter claim(Claim claim) {
        return append(value.clear(), claim);
    }

    RecordWriter sent(int state, long order, @Nullable Claim claim) {
        value.clear().u8(state).i64(order);
        return claim == null ? value : append(value, claim).i64(claim.sequence());
    }

    private static RecordWriter append(RecordWriter out, Claim claim) {
        int flags = claim.qos().code() | (claim.retain() ? 4 : 0) | (claim.sole() ? 8 : 0);
        out.i64(claim.message()).u8(flags).u32(claim.identifier());
        return out.text(claim.shared() == null ? null : claim.shared().toString());
    }

    static Claim claim(long session, long sequence, byte[] value) throws UnreadableException {
        try {
            return claim(session, sequence, new RecordReader(value));
        } catch (BufferUnderflowException | IndexOutOfBoundsException | InvalidTopicException e) {
            throw new UnreadableException("an entry of a queue that cannot be read", e);
        }
    }

    private static Claim claim(long session, long sequence, RecordReader reader) {
        long message = reader.i64();
        int flags = reader.u8();
        int identifier = (int) reader.u32();
        String shared = reader.text();
        return new Claim(
                session,
                sequence,
                message,
                (flags & 8) != 0,
                QoS.of(flags & 3),
                (flags & 4) != 0,
                identifier,
                shared == null ? null : TopicFilter.of(shared));
    }

    /** What was sent and not acknowledged: its state, its order, and its claim unless PUBREC has come. */
    record Exchange(int state, long order, @Nullable Claim claim) {}

    static Exchange sent(long session, byte[] value) throws UnreadableException {
        try {
            RecordReader reader = new RecordReader(value);
            int state = reader.u8();
            long order = reader.i64();
            return new Exchange(state, order, reader.hasMore() ? claim(session, 0, reader) : null);
        } catch (BufferUnderflowException | IndexOutOfBoundsException | InvalidTopicException e) {
            throw new UnreadableException("an exchange that cannot be read", e);
        }
    }

    RecordWriter session(KeptSession session) {
        value.clear()
                .text(session.clientId())
                .text(session.username())
                .flag(session.v5())
                .u32(session.expirySeconds())
                .flag(session.connected())
                .i64(session.endsAtMillis())
                .i64(session.willDueAtMillis());
        Will will = session.will();
        boolean began = session.nextPacketId() != 1;
        value.u8((will == null ? 0 : WILL) | (began ? NEXT_PACKET_ID : 0));
        if (began) {
            value.u16(session.nextPacketId());
        }
        if (will == null) {
            return value;
        }
        value.u32(will.delaySeconds());
        return publish(will.message());
    }

    static KeptSession session(long number, byte[] bytes) throws UnreadableException {
        try {
            RecordReader reader = new RecordReader(bytes);
            String clientId = Objects.requireNonNullElse(reader.text(), "");
            String username = reader.text();
            boolean v5 = reader.flag();
            long expirySeconds = reader.u32();
            boolean connected = reader.flag();
            long endsAtMillis = reader.i64();
            long willDueAtMillis = reader.i64();
            int parts = reader.u8();
            int nextPacketId = (parts & NEXT_PACKET_ID) != 0 ? reader.u16() : 1;
            Will will = null;
            if ((parts & WILL) != 0) {
                long delay = reader.u32();
                will = new Will(publish(bytes, reader.position()), delay);
            }
            return new KeptSession(
                    number,
                    clientId,
                    username,
                    v5,
                    expirySeconds,
                    connected,
                    endsAtMillis,
                    will,
                    willDueAtMillis,
                    nextPacketId);
        } catch (BufferUnderflowException
                | IndexOutOfBoundsException
                | ProtocolException
                | ClassCastException e) {
            throw new UnreadableException("a session that cannot be read", e);
        }
    }

    RecordWriter subscription(SubscriptionOptions options, int identifier) {
        int flags = options.qos().code()
                | (options.noLocal() ? 4 : 0)
                | (options.retainAsPublished() ? 8 : 0)
                | (options.retainHandling().ordinal() << 4);
        return value.clear().u8(flags).u32(identifier);
    }

    static Change.Subscribed subscription(byte[] key, byte[] value) throws UnreadableException {
        try {
            RecordReader reader = new RecordReader(value);
            int flags = reader.u8();
            SubscriptionOptions options = new SubscriptionOptions(
                    QoS.of(flags & 3),
                    (flags & 4) != 0,
                    (flags & 8) != 0,
                    RetainHandling.values()[flags >> 4]);
            return new Change.Subscribed(
                    number(key), TopicFilter.of(filter(key)), options, (int) reader.u32());
        } catch (BufferUnderflowException | IndexOutOfBoundsException | InvalidTopicException e) {
            throw new UnreadableException("a subscription that cannot be read", e);
        }
    }

    RecordWriter count(int count) {
        return value.clear().u32(count);
    }

    RecordWriter nothing() {
        return value.clear();
    }
}
