// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicName;

import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Turns changes into what is written for them, and knows what only one writer can know: which sessions there are, and how
 * many of them are still owed a message.
 *
 * <p>Owner: the store's thread.
 */
final class ChangeWriter {
    /** Counts that are remembered, more than one group can change; others are read when they are needed. */
    private static final int REMEMBERED = 1 << 16;

    private final Schema schema = new Schema();
    private final Set<Long> sessions = new HashSet<>();
    private final Function<TopicName, @Nullable StoredMessage> retained;

    @SuppressWarnings("serial")
    private final Map<Long, Integer> counts = new LinkedHashMap<>(1024, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Integer> eldest) {
            return size() > REMEMBERED;
        }
    };

    /**
     * @param retained the Retained Message of a topic as it is now, or null; any thread
     */
    ChangeWriter(Function<TopicName, @Nullable StoredMessage> retained) {
        this.retained = retained;
    }

    /** A session that was there when the store was opened. */
    void restored(long session) {
        sessions.add(session);
    }

    void add(Change change, Writes writes, Engine engine) throws IOException {
        switch (change) {
            case Change.SessionKept(var session) -> {
                sessions.add(session.number());
                writes.put(schema.key(Schema.SESSION, session.number()), schema.session(session));
            }
            case Change.SessionEnded(var session) -> end(session, writes);
            case Change.Subscribed(var session, var filter, var options, var identifier) ->
                writes.put(
                        schema.filterKey(session, filter),
                        schema.subscription(options, identifier));
            case Change.Unsubscribed(var session, var filter) ->
                writes.delete(schema.filterKey(session, filter));
            case Change.Published published -> publish(published, writes);
            case Change.Dropped(var claim) -> {
                writes.delete(schema.key(Schema.QUEUE, claim.session(), claim.sequence()));
                settle(claim, writes, engine);
            }
            case Change.Sent(var claim, var packetId, var order, var unstored) -> {
                if (!sessions.contains(claim.session())) {
                    return;
                }
                if (unstored != null) {
                    writes.put(
                            schema.key(Schema.MESSAGE, unstored.number()),
                            schema.message(unstored));
                } else {
                    writes.delete(schema.key(Schema.QUEUE, claim.session(), claim.sequence()));
                }
                int state = claim.qos() == QoS.AT_LEAST_ONCE
                        ? Schema.AWAITS_PUBACK
                        : Schema.AWAITS_PUBREC;
                writes.put(
                        schema.packetKey(Schema.SENT, claim.session(), packetId),
                        schema.sent(state, order, claim));
            }
            case Change.Received(var claim, var packetId, var order) -> {
                if (sessions.contains(claim.session())) {
                    writes.put(
                            schema.packetKey(Schema.SENT, claim.session(), packetId),
                            schema.sent(Schema.AWAITS_PUBCOMP, order, null));
                    settle(claim, writes, engine);
                }
            }
            case Change.Acknowledged(var session, var packetId, var claim) -> {
                if (sessions.contains(session)) {
                    writes.delete(schema.packetKey(Schema.SENT, session, packetId));
                    if (claim != null) {
                        settle(claim, writes, engine);
                    }
                }
            }
            case Change.Held(var session, var packetId, var message) -> {
                if (sessions.contains(session)) {
                    writes.put(
                            schema.packetKey(Schema.HELD, session, packetId),
                            schema.message(message));
                }
            }
            case Change.Released(var session, var packetId) ->
                writes.delete(schema.packetKey(Schema.HELD, session, packetId));
            case Change.Retained changed -> retain(changed.topic(), writes);
        }
    }

    private void publish(Change.Published published, Writes writes) {
        long number = published.message().number();
        int live = 0;
        for (Claim claim : published.claims()) {
            if (sessions.contains(claim.session())) { // else it has ended meanwhile
                writes.put(
                        schema.key(Schema.QUEUE, claim.session(), claim.sequence()),
                        schema.claim(claim));
                live++;
            }
        }
        if (live > 0) {
            writes.put(schema.key(Schema.MESSAGE, number), schema.message(published.message()));
            if (published.claims().size() > 1) {
                count(number, live, writes);
            }
        }
    }

    private void count(long message, int count, Writes writes) {
        counts.put(message, count);
        writes.put(schema.key(Schema.COUNT, message), schema.count(count));
    }

    /** A session is no longer owed a message, which goes when nobody is. */
    void settle(Claim claim, Writes writes, Engine engine) throws IOException {
        long message = claim.message();
        if (!claim.sole()) {
            Integer known = counts.get(message);
            int left = (known == null ? read(message, engine) : known) - 1;
            if (left > 0) {
                count(message, left, writes);
                return;
            }
            counts.remove(message);
            writes.delete(schema.key(Schema.COUNT, message));
        }
        writes.delete(schema.key(Schema.MESSAGE, message));
    }

    private int read(long message, Engine engine) throws IOException {
        byte[] value = engine.get(schema.key(Schema.COUNT, message).toBytes());
        return value == null ? 0 : (int) new RecordReader(value).u32();
    }

    private void end(long session, Writes writes) {
        if (!sessions.remove(session)) {
            return;
        }
        writes.delete(schema.key(Schema.SESSION, session));
        for (byte table : new byte[] {Schema.SUBSCRIPTION, Schema.HELD}) {
            writes.deleteRange(
                    schema.key(table, session).toBytes(),
                    schema.key(table, session + 1).toBytes());
        }
        writes.put(schema.key(Schema.CLEARING, session), schema.nothing());
    }

    private void retain(TopicName topic, Writes writes) {
        StoredMessage now = retained.apply(topic);
        if (now == null) {
            writes.delete(schema.topicKey(topic.utf8()));
        } else {
            writes.put(schema.topicKey(topic.utf8()), schema.message(now));
        }
    }
}
