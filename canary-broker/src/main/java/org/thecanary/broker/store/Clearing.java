// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicFilter;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.function.BiConsumer;

/**
 * Clears away the queues of sessions that are over, some entries at a time so that nobody waits for it; goes on after a
 * restart. What such a session was owed through a Shared Subscription is given back, for another member [MQTT-4.8.2-4].
 *
 * <p>Owner: the store's thread.
 */
final class Clearing {
    private static final int AT_A_TIME = 500;

    private final ArrayDeque<Long> sessions = new ArrayDeque<>();
    private final Schema schema = new Schema();
    private final ChangeWriter writer;
    private final BiConsumer<StoredMessage, TopicFilter> orphans;

    Clearing(ChangeWriter writer, BiConsumer<StoredMessage, TopicFilter> orphans) {
        this.writer = writer;
        this.orphans = orphans;
    }

    void add(long session) {
        sessions.add(session);
    }

    boolean isDone() {
        return sessions.isEmpty();
    }

    /** Clears some entries; all that was written before is committed. */
    void step(Writes writes, Engine engine) throws IOException {
        long session = sessions.element();
        int left = clear(Schema.SENT, session, AT_A_TIME, writes, engine);
        left = clear(Schema.QUEUE, session, left, writes, engine);
        if (left > 0) {
            writes.delete(schema.key(Schema.CLEARING, session));
            sessions.remove();
        }
    }

    private int clear(byte table, long session, int most, Writes writes, Engine engine)
            throws IOException {
        int left = most;
        byte[] end = schema.key(table, session + 1).toBytes();
        try (Engine.Cursor cursor = engine.cursor()) {
            cursor.seek(schema.key(table, session).toBytes());
            while (left > 0
                    && cursor.isValid()
                    && java.util.Arrays.compareUnsigned(cursor.key(), end) < 0) {
                clear(table, session, cursor.key(), cursor.value(), writes, engine);
                left--;
                cursor.next();
            }
            cursor.check();
        }
        return left;
    }

    private void clear(
            byte table, long session, byte[] key, byte[] value, Writes writes, Engine engine)
            throws IOException {
        writes.delete(key);
        Claim claim;
        boolean begun = table == Schema.SENT;
        try {
            claim = begun
                    ? Schema.sent(session, value).claim()
                    : Schema.claim(session, Schema.second(key), value);
        } catch (Schema.UnreadableException e) {
            return;
        }
        if (claim == null) {
            return;
        }
        // A QoS 2 message on its way may not be given to anybody else [MQTT-4.8.2-5].
        if (claim.shared() != null && !(begun && claim.qos() == QoS.EXACTLY_ONCE)) {
            byte[] message =
                    engine.get(schema.key(Schema.MESSAGE, claim.message()).toBytes());
            if (message != null) {
                orphans.accept(Schema.message(claim.message(), message), claim.shared());
            }
        }
        writer.settle(claim, writes, engine);
    }
}
