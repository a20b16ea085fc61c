// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Answers what was measured between two times, in at most so many points.
 *
 * <p>Buckets are multiples of their width since 1970, so the same range gives the same points however it is moved. Raw
 * values, minutes or hours are read, the coarsest that the width allows, and coarser ones where that would be too many rows
 * to read in a tenth of a second; the last two minutes always come from raw values, as they may not be rolled up yet. Any
 * thread.
 */
public final class Ranges {
    private static final long MINUTE = 60_000;
    private static final long HOUR = 3_600_000;

    /** Rows that a query reads at most, more or less: half a microsecond each. */
    static final long MOST_ROWS = 100_000;

    private static final long[] WIDTHS = {
        1,
        2,
        5,
        10,
        20,
        50,
        100,
        200,
        500,
        1_000,
        2_000,
        5_000,
        10_000,
        15_000,
        30_000,
        MINUTE,
        2 * MINUTE,
        5 * MINUTE,
        10 * MINUTE,
        15 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR,
        3 * HOUR,
        6 * HOUR,
        12 * HOUR,
        24 * HOUR,
        7 * 24 * HOUR,
        28 * 24 * HOUR
    };

    private final Database database;
    private final Channels channels;
    private final Retention retention;

    /** What was measured, and how wide a bucket is. */
    public record Answer(long bucketMillis, List<Curve> curves) {}

    /** Receives raw values in the order of their times. */
    public interface Samples {
        void next(long timeMillis, int channel, double value) throws IOException;
    }

    public Ranges(Database database, Channels channels, Retention retention) {
        this.database = database;
        this.channels = channels;
        this.retention = retention;
    }

    /**
     * The curves of a sensor.
     *
     * @param from milliseconds since 1970, inclusive
     * @param to exclusive
     * @param points 1 or more
     * @throws SQLException if the database cannot be read
     */
    public Answer query(String sensor, long from, long to, int points, long nowMillis)
            throws SQLException {
        channels.read();
        List<Channel> wanted = channels.of(sensor);
        return database.read(connection -> {
            long bucket = bucket(connection, wanted, from, to, points, nowMillis);
            List<Curve> curves = new ArrayList<>();
            for (Channel channel : wanted) {
                curves.add(curve(connection, channel, from, to, bucket, nowMillis));
            }
            return new Answer(bucket, curves);
        });
    }

    /** As wide as the points allow, what is still kept, and what can be read soon enough. */
    private long bucket(
            Connection connection,
            List<Channel> wanted,
            long from,
            long to,
            int points,
            long nowMillis)
            throws SQLException {
        long span = Math.max(1, to - from);
        long width = width(span, points);
        if (width >= HOUR || from < nowMillis - retention.minutes().toMillis()) {
            return Math.max(width, HOUR);
        }
        long values = values(connection, wanted, from, to);
        boolean rawIsGone = from < nowMillis - retention.raw().toMillis();
        if (rawIsGone || values > MOST_ROWS) {
            width = Math.max(width, MINUTE);
        }
        long minutes = Math.min(values, (span / MINUTE + 1) * wanted.size());
        return width >= MINUTE && minutes > MOST_ROWS ? HOUR : width;
    }

    /** How many values there are in a range, from what counts them. */
    private static long values(Connection connection, List<Channel> wanted, long from, long to)
            throws SQLException {
        if (wanted.isEmpty()) {
            return 0;
        }
        boolean isLong = to - from > 6 * HOUR;
        String ids = wanted.stream()
                .map(channel -> Long.toString(channel.id()))
                .collect(Collectors.joining(", "));
        String sql = "SELECT sum(n) FROM " + (isLong ? "hour" : "minute") + " WHERE channel IN ("
                + ids + ") AND time > ? AND time < ?";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setLong(1, from - (isLong ? HOUR : MINUTE));
            query.setLong(2, to);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next() ? rows.getLong(1) : 0;
            }
        }
    }

    static long width(long span, int points) {
        for (long width : WIDTHS) {
            if (span <= width * points) {
                return width;
            }
        }
        return WIDTHS[WIDTHS.length - 1];
    }

    private static Curve curve(
            Connection connection, Channel channel, long from, long to, long bucket, long now)
            throws SQLException {
        Curve curve = new Curve(
                channel,
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>());
        long first = Math.floorDiv(from, bucket) * bucket;
        if (bucket < MINUTE) {
            read(connection, "raw", channel, first, to, bucket, curve);
            return curve;
        }
        // Whole buckets come from the roll-ups, what may not be rolled up yet from raw values.
        long unsure = now - 2 * MINUTE - (bucket >= HOUR ? HOUR : 0);
        long cut = Math.clamp(Math.floorDiv(unsure, bucket) * bucket, first, Math.max(first, to));
        read(connection, bucket >= HOUR ? "hour" : "minute", channel, first, cut, bucket, curve);
        if (bucket < HOUR) {
            read(connection, "raw", channel, cut, to, bucket, curve);
        } else {
            tailOfMinutes(connection, channel, cut, to, bucket, now, curve);
        }
        return curve;
    }

    /** The last bucket of hours or more: its minutes, and of the last ones the raw values. */
    private static void tailOfMinutes(
            Connection connection,
            Channel channel,
            long cut,
            long to,
            long bucket,
            long now,
            Curve curve)
            throws SQLException {
        long unsure = Math.clamp(
                Math.floorDiv(now - 2 * MINUTE, MINUTE) * MINUTE, cut, Math.max(cut, to));
        String sql = "SELECT time / " + bucket + " * " + bucket
                + ", sum(mean * n) / sum(n), min(low), max(high) FROM (SELECT time, n, mean, low, high FROM minute"
                + " WHERE channel = ? AND time >= ? AND time < ? UNION ALL"
                + " SELECT time, 1, value, value, value FROM raw WHERE channel = ? AND time >= ? AND time < ?) AS both_of_them"
                + " GROUP BY 1 ORDER BY 1";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setLong(1, channel.id());
            query.setLong(2, cut);
            query.setLong(3, unsure);
            query.setLong(4, channel.id());
            query.setLong(5, unsure);
            query.setLong(6, to);
            add(query, curve);
        }
    }

    private static void read(
            Connection connection,
            String table,
            Channel channel,
            long from,
            long to,
            long bucket,
            Curve curve)
            throws SQLException {
        if (from >= to) {
            return;
        }
        String values = table.equals("raw")
                ? "avg(value), min(value), max(value)"
                : "sum(mean * n) / sum(n), min(low), max(high)";
        String sql = "SELECT time / " + bucket + " * " + bucket + ", " + values + " FROM " + table
                + " WHERE channel = ? AND time >= ? AND time < ? GROUP BY 1 ORDER BY 1";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setLong(1, channel.id());
            query.setLong(2, from);
            query.setLong(3, to);
            add(query, curve);
        }
    }

    private static void add(PreparedStatement query, Curve curve) throws SQLException {
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                curve.times().add(rows.getLong(1));
                curve.means().add(rows.getDouble(2));
                curve.lows().add(rows.getDouble(3));
                curve.highs().add(rows.getDouble(4));
            }
        }
    }

    /**
     * Reads raw values one by one, however many there are.
     *
     * @param wanted the channels; a sample says which by its place
     * @throws SQLException if the database cannot be read
     * @throws IOException of the receiver
     */
    public void samples(List<Channel> wanted, long from, long to, Samples samples)
            throws SQLException, IOException {
        StringBuilder sql = new StringBuilder();
        for (int i = 0; i < wanted.size(); i++) {
            sql.append(i == 0 ? "" : " UNION ALL ")
                    .append("SELECT time, mark, ")
                    .append(i)
                    .append(", value FROM raw WHERE channel = ")
                    .append(wanted.get(i).id())
                    .append(" AND time >= ")
                    .append(from)
                    .append(" AND time < ")
                    .append(to);
        }
        if (wanted.isEmpty()) {
            return;
        }
        sql.append(" ORDER BY 1, 2, 3");
        @Nullable
        IOException failed = database.<@Nullable IOException>read(connection -> {
            try (PreparedStatement query = connection.prepareStatement(sql.toString())) {
                query.setFetchSize(1_000); // PostgreSQL would send them all at once
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        samples.next(rows.getLong(1), rows.getInt(3), rows.getDouble(4));
                    }
                }
                return null;
            } catch (IOException e) {
                return e;
            }
        });
        if (failed != null) {
            throw failed;
        }
    }
}
