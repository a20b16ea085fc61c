// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads what was kept, when the store is opened: all but the queues, of which it looks at the two ends.
 *
 * <p>Owner: confined to its creator.
 */
final class Recovery {
    private final Engine engine;
    private final Schema schema = new Schema();
    private int unreadable;

    Recovery(Engine engine) {
        this.engine = engine;
    }

    /** Values that could not be read, and were left out. */
    int unreadable() {
        return unreadable;
    }

    void retained(Consumer<StoredMessage> each) throws IOException {
        scan(
                new byte[] {Schema.RETAINED},
                new byte[] {Schema.RETAINED + 1},
                (_, value) -> each.accept(Schema.message(0, value)));
    }

    void sessions(Consumer<RestoredSession> each) throws IOException {
        scan(new byte[] {Schema.SESSION}, new byte[] {Schema.SESSION + 1}, (key, value) -> {
            KeptSession session = Schema.session(Schema.number(key), value);
            each.accept(restore(session));
        });
    }

    private RestoredSession restore(KeptSession session) throws IOException {
        long number = session.number();
        List<Change.Subscribed> subscriptions = new ArrayList<>();
        scan(
                Schema.SUBSCRIPTION,
                number,
                (key, value) -> subscriptions.add(Schema.subscription(key, value)));
        List<RestoredSession.Exchange> exchanges = new ArrayList<>();
        scan(Schema.SENT, number, (key, value) -> exchanges.add(exchange(number, key, value)));
        exchanges.sort(Comparator.comparingLong(RestoredSession.Exchange::order));
        List<Change.Held> held = new ArrayList<>();
        scan(
                Schema.HELD,
                number,
                (key, value) -> held.add(
                        new Change.Held(number, Schema.packetId(key), Schema.message(0, value))));
        try (Engine.Cursor cursor = engine.cursor()) {
            byte[] from = schema.key(Schema.QUEUE, number).toBytes();
            cursor.seek(from);
            long first = sequence(cursor, from);
            cursor.seekBack(schema.key(Schema.QUEUE, number, Long.MAX_VALUE).toBytes());
            long last = first == 0 ? 0 : sequence(cursor, from);
            return new RestoredSession(session, subscriptions, exchanges, held, first, last);
        }
    }

    private static long sequence(Engine.Cursor cursor, byte[] prefix) {
        return cursor.isValid() && startsWith(cursor.key(), prefix)
                ? Schema.second(cursor.key())
                : 0;
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length
                && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    private RestoredSession.Exchange exchange(long session, byte[] key, byte[] value)
            throws IOException {
        Schema.Exchange sent = Schema.sent(session, value);
        Claim claim = sent.claim();
        StoredMessage message = null;
        if (claim != null) {
            byte[] body = engine.get(schema.key(Schema.MESSAGE, claim.message()).toBytes());
            if (body == null) {
                throw new Schema.UnreadableException(
                        "a message that is not there", new IOException());
            }
            message = Schema.message(claim.message(), body);
        }
        return new RestoredSession.Exchange(Schema.packetId(key), sent.order(), claim, message);
    }

    /** Sessions that are over and whose queues are still there. */
    void clearing(Consumer<Long> each) throws IOException {
        scan(
                new byte[] {Schema.CLEARING},
                new byte[] {Schema.CLEARING + 1},
                (key, _) -> each.accept(Schema.number(key)));
    }

    /** The highest number in a table, or 0. */
    long last(byte table) throws IOException {
        try (Engine.Cursor cursor = engine.cursor()) {
            cursor.seekBack(schema.key(table, Long.MAX_VALUE).toBytes());
            long last =
                    cursor.isValid() && cursor.key()[0] == table ? Schema.number(cursor.key()) : 0;
            cursor.check();
            return last;
        }
    }

    /**
     * What waits for a session from one sequence to another, at most so many messages and about so many bytes. A damaged
     * place costs what is there; how much may be seen by {@link #unreadable}.
     */
    QueuePage page(long session, long from, long to, int most, int mostBytes) throws IOException {
        List<Waiting> found = new ArrayList<>();
        long at = from;
        while (at <= to && found.size() < most) {
            try {
                return new QueuePage(found, read(session, at, to, most, mostBytes, found));
            } catch (Engine.DamagedException e) {
                long good = found.isEmpty() ? at : found.getLast().claim().sequence() + 1;
                at = behindDamage(session, Math.max(at, good), to);
                unreadable += (int) Math.min(to + 1 - good, at - good);
            }
        }
        return new QueuePage(found, at);
    }

    /** Adds what is found; the sequence that is next. */
    private long read(
            long session, long from, long to, int most, int mostBytes, List<Waiting> found)
            throws IOException {
        byte[] prefix = schema.key(Schema.QUEUE, session).toBytes();
        int bytes = 0;
        try (Engine.Cursor cursor = engine.cursor()) {
            for (cursor.seek(schema.key(Schema.QUEUE, session, from).toBytes());
                    cursor.isValid() && startsWith(cursor.key(), prefix);
                    cursor.next()) {
                long sequence = Schema.second(cursor.key());
                if (sequence > to) {
                    break;
                }
                if (found.size() == most || bytes >= mostBytes) {
                    return sequence;
                }
                Waiting waiting = waiting(session, sequence, cursor);
                if (waiting != null) {
                    found.add(waiting);
                    bytes += waiting.message().message().payloadBytes();
                }
            }
            cursor.check();
        }
        return to + 1;
    }

    /** The first sequence behind a damaged place from which can be read, or the one after the last. */
    private long behindDamage(long session, long damaged, long to) throws IOException {
        long bad = damaged;
        long good = damaged;
        for (long step = 1; !isReadable(session, good); step *= 2) {
            if (good > to) {
                return to + 1;
            }
            bad = good;
            good += step;
        }
        while (good - bad > 1) {
            long middle = (good + bad) >>> 1;
            if (isReadable(session, middle)) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        return Math.min(good, to + 1);
    }

    private boolean isReadable(long session, long sequence) throws IOException {
        try (Engine.Cursor cursor = engine.cursor()) {
            cursor.seek(schema.key(Schema.QUEUE, session, sequence).toBytes());
            cursor.check();
            return true;
        } catch (Engine.DamagedException e) {
            return false;
        }
    }

    private @Nullable Waiting waiting(long session, long sequence, Engine.Cursor cursor)
            throws IOException {
        try {
            Claim claim = Schema.claim(session, sequence, cursor.value());
            byte[] body = engine.get(schema.key(Schema.MESSAGE, claim.message()).toBytes());
            if (body != null) {
                return new Waiting(claim, Schema.message(claim.message(), body));
            }
            if (engine.get(cursor.key()) == null) {
                return null; // it was dropped while we were reading
            }
        } catch (Schema.UnreadableException | Engine.DamagedException e) {
            // counted below
        }
        unreadable++;
        return null;
    }

    /** Reads all there is, each value of it. */
    StoreReport report() throws IOException {
        long before = unreadable;
        return new StoreReport(
                count(Schema.SESSION, (key, value) -> Schema.session(Schema.number(key), value)),
                count(Schema.SUBSCRIPTION, Schema::subscription),
                count(Schema.QUEUE, (key, value) -> Schema.claim(0, Schema.second(key), value)),
                count(Schema.SENT, (_, value) -> Schema.sent(0, value)),
                count(Schema.MESSAGE, (key, value) -> Schema.message(Schema.number(key), value)),
                count(Schema.RETAINED, (_, value) -> Schema.message(0, value)),
                engine.bytes(),
                unreadable - before);
    }

    /** How many entries of a table can be read. */
    private long count(byte table, Reading reading) throws IOException {
        long[] count = {0};
        scan(new byte[] {table}, new byte[] {(byte) (table + 1)}, (key, value) -> {
            reading.read(key, value);
            count[0]++;
        });
        return count[0];
    }

    private interface Reading {
        Object read(byte[] key, byte[] value) throws IOException;
    }

    private interface Entry {
        void accept(byte[] key, byte[] value) throws IOException;
    }

    private void scan(byte table, long number, Entry each) throws IOException {
        scan(schema.key(table, number).toBytes(), schema.key(table, number + 1).toBytes(), each);
    }

    private void scan(byte[] from, byte[] to, Entry each) throws IOException {
        try (Engine.Cursor cursor = engine.cursor()) {
            for (cursor.seek(from);
                    cursor.isValid() && Arrays.compareUnsigned(cursor.key(), to) < 0;
                    cursor.next()) {
                try {
                    each.accept(cursor.key(), cursor.value());
                } catch (Schema.UnreadableException e) {
                    unreadable++;
                }
            }
            cursor.check();
        }
    }
}
