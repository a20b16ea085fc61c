// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Takes over into a new store what can be read of a damaged one: its tables, each from both ends, so that one damaged
 * place costs what is there and no more, and then its logs.
 *
 * <p>What belongs to a session or message that is lost is left out: its number will be given again, and it would be somebody
 * else's then.
 *
 * <p>Owner: confined to its creator.
 */
final class Salvage {
    private static final int MOST_BYTES = 1 << 20;
    private static final byte[] TABLES = {
        Schema.META,
        Schema.MESSAGE,
        Schema.COUNT,
        Schema.SUBSCRIPTION,
        Schema.HELD,
        Schema.SENT,
        Schema.QUEUE,
        Schema.RETAINED,
        Schema.SESSION,
        Schema.CLEARING
    };

    private final Path folder;
    private final Engine fresh;
    private final Schema schema = new Schema();
    private final Writes writes = new Writes();
    private final Set<Long> sessions = new HashSet<>();
    private final Losses lost = new Losses();
    private long unread;

    /**
     * @param folder of the damaged store; only read
     * @param fresh empty
     */
    Salvage(Path folder, Engine fresh) {
        this.folder = folder;
        this.fresh = fresh;
    }

    /** Takes all that is sound, and says in words what was lost. */
    String run() throws IOException {
        String tables = "";
        try (Engine damaged = RocksEngine.openDamaged(folder)) {
            long read = 0;
            for (byte table : TABLES) {
                read += copy(damaged, table);
            }
            unread = Math.max(0, damaged.entries() - read);
        } catch (IOException e) {
            tables = " All that its tables held is lost too (" + e.getMessage() + ").";
        }
        WriteAheadLog.replay(folder, group -> {
            writes.add(group);
            flush(MOST_BYTES);
        });
        flush(0);
        leaveOut();
        return "Lost: " + lost + ", and about " + unread + " entries that cannot be read." + tables;
    }

    /** Copies a table from both of its ends, up to what cannot be read; the number of its entries that could. */
    private long copy(Engine damaged, byte table) throws IOException {
        byte[] to = {(byte) (table + 1)};
        byte[] reached = {table};
        long read = 0;
        try (Engine.Cursor cursor = damaged.cursor()) {
            cursor.seek(reached);
            while (cursor.isValid() && Arrays.compareUnsigned(cursor.key(), to) < 0) {
                reached = cursor.key();
                take(cursor);
                read++;
                cursor.next();
            }
            cursor.check();
            return read;
        } catch (Engine.DamagedException e) {
            // and now from the other end
        }
        try (Engine.Cursor cursor = damaged.cursor()) {
            cursor.seekBack(to);
            while (cursor.isValid() && Arrays.compareUnsigned(cursor.key(), reached) > 0) {
                if (cursor.key()[0] == table) {
                    take(cursor);
                    read++;
                }
                cursor.previous();
            }
        }
        return read;
    }

    private void take(Engine.Cursor cursor) throws IOException {
        writes.put(cursor.key(), cursor.value());
        flush(MOST_BYTES);
    }

    /** Writes, if there is more than so much. */
    private void flush(int most) throws IOException {
        if (writes.length() > most && !writes.isEmpty()) {
            fresh.write(writes, true);
            writes.clear();
        }
    }

    /** Deletes what cannot be understood, or belongs to something that is lost. */
    private void leaveOut() throws IOException {
        keep(Schema.SESSION, (key, value) -> {
            Schema.session(Schema.number(key), value);
            return sessions.add(Schema.number(key));
        });
        keep(Schema.CLEARING, (key, _) -> sessions.add(Schema.number(key)));
        keep(Schema.SUBSCRIPTION, (key, value) -> {
            Schema.subscription(key, value);
            return sessions.contains(Schema.number(key));
        });
        keep(Schema.HELD, (key, value) -> {
            Schema.message(0, value);
            return sessions.contains(Schema.number(key));
        });
        keep(Schema.QUEUE, (key, value) -> isThere(key, Schema.claim(0, 0, value)));
        keep(Schema.SENT, (key, value) -> isThere(key, Schema.sent(0, value).claim()));
        keep(Schema.RETAINED, (_, value) -> {
            Schema.message(0, value);
            return true;
        });
    }

    private boolean isThere(byte[] key, @Nullable Claim claim) throws IOException {
        if (!sessions.contains(Schema.number(key))) {
            if (claim != null && claim.sole()) {
                writes.delete(schema.key(Schema.MESSAGE, claim.message()));
            }
            return false;
        }
        if (claim == null) {
            return true;
        }
        byte[] message = fresh.get(schema.key(Schema.MESSAGE, claim.message()).toBytes());
        return message != null && Schema.message(claim.message(), message).number() != 0;
    }

    private interface Rule {
        boolean holds(byte[] key, byte[] value) throws IOException;
    }

    private void keep(byte table, Rule rule) throws IOException {
        try (Engine.Cursor cursor = fresh.cursor()) {
            for (cursor.seek(new byte[] {table});
                    cursor.isValid() && cursor.key()[0] == table;
                    cursor.next()) {
                if (!holds(rule, cursor)) {
                    lost.add(table);
                    writes.delete(cursor.key());
                    flush(MOST_BYTES);
                }
            }
            cursor.check();
        }
        flush(0);
    }

    private static boolean holds(Rule rule, Engine.Cursor cursor) throws IOException {
        try {
            return rule.holds(cursor.key(), cursor.value());
        } catch (Schema.UnreadableException e) {
            return false;
        }
    }
}
