// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

import org.thecanary.web.payload.Reading;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes measurements, rolls them up to minutes and hours, and drops what is too old.
 *
 * <p>A value is known by channel, time and mark, so a message that comes twice is written once. A minute is <i>dirty</i> from
 * its first value until it is over and rolled up; the table of dirty minutes is written with the values, so nothing is
 * forgotten when the program ends. Roll-ups are made anew from the raw values, and so may be made again.
 *
 * <p>Owner: one thread at a time writes; any thread.
 */
public final class Measurements {
    private static final long MINUTE = 60_000;
    private static final long HOUR = 3_600_000;

    private static final String MADE_ANEW =
            " ON CONFLICT (channel, time) DO UPDATE SET n = excluded.n,"
                    + " low = excluded.low, high = excluded.high, mean = excluded.mean";

    private final Database database;
    private final Channels channels;
    private final Retention retention;

    /** Minutes that are in the table of dirty ones, so that it is not written for each value. */
    private final Set<Dirty> dirty = new HashSet<>();

    /** Raw values from before this time are gone; those that still come are rolled up alone. */
    private long prunedBefore = Long.MIN_VALUE;

    private record Dirty(long channel, long minute) {}

    private record Value(long channel, long time, int mark, double value) {}

    public Measurements(Database database, Channels channels, Retention retention) {
        this.database = database;
        this.channels = channels;
        this.retention = retention;
    }

    /**
     * Writes measurements; they are on disk when this returns.
     *
     * @throws SQLException if none of them was written
     */
    public synchronized void write(List<Entry> entries) throws SQLException {
        List<Value> values = values(entries);
        if (values.isEmpty()) {
            return;
        }
        Set<Dirty> touched = new HashSet<>();
        for (Value value : values) {
            Dirty minute = new Dirty(value.channel, Math.floorDiv(value.time, MINUTE) * MINUTE);
            if (!dirty.contains(minute)) {
                touched.add(minute);
            }
        }
        database.write(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO raw (channel, time, mark, value) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")) {
                for (Value value : values) {
                    insert.setLong(1, value.channel);
                    insert.setLong(2, value.time);
                    insert.setLong(3, value.mark);
                    insert.setDouble(4, value.value);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO dirty (channel, time) VALUES (?, ?) ON CONFLICT DO NOTHING")) {
                for (Dirty minute : touched) {
                    insert.setLong(1, minute.channel);
                    insert.setLong(2, minute.minute);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        });
        dirty.addAll(touched);
    }

    private List<Value> values(List<Entry> entries) throws SQLException {
        List<Value> values = new ArrayList<>();
        for (Entry entry : entries) {
            var measurement = entry.measurement();
            for (Reading reading : measurement.readings()) {
                Channel channel = channels.obtain(entry.sensor(), reading.name(), reading.unit());
                if (channel != null) {
                    values.add(new Value(
                            channel.id(),
                            measurement.timeMillis(),
                            measurement.mark(),
                            reading.value()));
                }
            }
        }
        return values;
    }

    /**
     * Rolls up the minutes that got values, and their hours.
     *
     * @throws SQLException if that fails; it is done again the next time
     */
    public synchronized void rollUp(long nowMillis) throws SQLException {
        long open = Math.floorDiv(nowMillis, MINUTE) * MINUTE;
        List<Dirty> all = database.read(connection -> {
            try (PreparedStatement query =
                            connection.prepareStatement("SELECT channel, time FROM dirty");
                    ResultSet rows = query.executeQuery()) {
                List<Dirty> found = new ArrayList<>();
                while (rows.next()) {
                    found.add(new Dirty(rows.getLong(1), rows.getLong(2)));
                }
                return found;
            }
        });
        List<Dirty> minutes =
                all.stream().filter(minute -> minute.minute < open).toList();
        if (minutes.isEmpty()) {
            return;
        }
        Set<Dirty> hours = new HashSet<>();
        for (Dirty minute : minutes) {
            hours.add(new Dirty(minute.channel, Math.floorDiv(minute.minute, HOUR) * HOUR));
        }
        long gone = prunedBefore;
        database.write(connection -> {
            String anew = "INSERT INTO minute (channel, time, n, low, high, mean)"
                    + " SELECT channel, ?, count(*), min(value), max(value), avg(value) FROM raw"
                    + " WHERE channel = ? AND time >= ? AND time < ? GROUP BY channel";
            // Values so late that those beside them are gone already are added to what is known of
            // the minute.
            Dialect dialect = database.dialect();
            String added = anew
                    + " ON CONFLICT (channel, time) DO UPDATE SET n = minute.n + excluded.n, low = "
                    + dialect.least("minute.low", "excluded.low")
                    + ", high = " + dialect.greatest("minute.high", "excluded.high")
                    + ", mean = (minute.mean * minute.n + excluded.mean * excluded.n) / (minute.n + excluded.n)";
            try (PreparedStatement usual = connection.prepareStatement(anew + MADE_ANEW);
                    PreparedStatement late = connection.prepareStatement(added)) {
                for (Dirty minute : minutes) {
                    PreparedStatement insert = minute.minute >= gone ? usual : late;
                    bind(insert, minute, MINUTE);
                    insert.addBatch();
                }
                usual.executeBatch();
                late.executeBatch();
            }
            try (PreparedStatement delete = connection.prepareStatement(
                    "DELETE FROM raw WHERE channel = ? AND time >= ? AND time < ?")) {
                for (Dirty minute : minutes) {
                    if (minute.minute < gone) { // or they would be added again
                        delete.setLong(1, minute.channel);
                        delete.setLong(2, minute.minute);
                        delete.setLong(3, minute.minute + MINUTE);
                        delete.addBatch();
                    }
                }
                delete.executeBatch();
            }
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO hour (channel, time, n, low, high, mean)"
                            + " SELECT channel, ?, sum(n), min(low), max(high), sum(mean * n) / sum(n) FROM minute"
                            + " WHERE channel = ? AND time >= ? AND time < ? GROUP BY channel"
                            + MADE_ANEW)) {
                for (Dirty hour : hours) {
                    bind(insert, hour, HOUR);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            try (PreparedStatement delete = connection.prepareStatement(
                    "DELETE FROM dirty WHERE channel = ? AND time = ?")) {
                for (Dirty minute : minutes) {
                    delete.setLong(1, minute.channel);
                    delete.setLong(2, minute.minute);
                    delete.addBatch();
                }
                delete.executeBatch();
            }
        });
        minutes.forEach(dirty::remove);
    }

    private static void bind(PreparedStatement insert, Dirty span, long width) throws SQLException {
        insert.setLong(1, span.minute);
        insert.setLong(2, span.channel);
        insert.setLong(3, span.minute);
        insert.setLong(4, span.minute + width);
    }

    /**
     * Drops what is older than it is kept, a channel at a time, so that writers do not wait for long.
     *
     * @throws SQLException if that fails; it is done again the next time
     */
    public synchronized void prune(long nowMillis) throws SQLException {
        prunedBefore = hour(nowMillis - retention.raw().toMillis());
        Set<Long> ids = new TreeSet<>();
        channels.all().forEach(channel -> ids.add(channel.id()));
        for (long id : ids) {
            prune("raw", id, nowMillis - retention.raw().toMillis());
            prune("minute", id, nowMillis - retention.minutes().toMillis());
            prune("hour", id, nowMillis - retention.hours().toMillis());
        }
        database.write(connection -> {
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM note WHERE time < ?")) {
                delete.setLong(1, nowMillis - retention.hours().toMillis());
                delete.executeUpdate();
            }
        });
    }

    private void prune(String table, long channel, long before) throws SQLException {
        database.write(connection -> {
            // A raw value goes once its minute is rolled up.
            String rolledUp = table.equals("raw")
                    ? " AND NOT EXISTS (SELECT 1 FROM dirty WHERE dirty.channel = raw.channel"
                            + " AND dirty.time <= raw.time AND raw.time < dirty.time + " + MINUTE
                            + ")"
                    : "";
            try (PreparedStatement delete = connection.prepareStatement(
                    "DELETE FROM " + table + " WHERE channel = ? AND time < ?" + rolledUp)) {
                delete.setLong(1, channel);
                delete.setLong(2, hour(before));
                delete.executeUpdate();
            }
        });
    }

    /** Whole hours, so that a roll-up is made of all its values or of none. */
    private static long hour(long millis) {
        return Math.floorDiv(millis, HOUR) * HOUR;
    }
}
