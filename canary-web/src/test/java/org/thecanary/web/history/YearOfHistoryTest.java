// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.web.Postgres;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * What a year of sensors that measure once a second leaves in the history: does any range of it tell what was measured, and
 * is it read from few rows?
 *
 * <p>{@code tools/history-year} makes it a hundred sensors with the retention that is the default, and prints sizes and times.
 */
final class YearOfHistoryTest {
    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;
    private static final long NOW = Instant.parse("2026-11-22T10:20:30Z").toEpochMilli();
    private static final long YEAR = 365 * DAY;

    /** 0: a small one, to look at what is answered. */
    private static final int SENSORS = Integer.getInteger("canary.year.sensors", 0);

    private static final String ONLY = System.getProperty("canary.year.database", "");
    private static final int QUANTITIES = 3;

    private static final Retention RETENTION = SENSORS > 0
            ? Retention.DEFAULT
            : new Retention(Duration.ofHours(12), Duration.ofDays(30), Duration.ofDays(400));

    /** Where it is kept for another look; empty: it is not. */
    private static final String KEPT = System.getProperty("canary.year.folder", "");

    /** What people look at, and what a chart asks of it. */
    private static final Map<String, Long> SPANS = new LinkedHashMap<>();

    static {
        SPANS.put("1 minute", MINUTE);
        SPANS.put("15 minutes", 15 * MINUTE);
        SPANS.put("1 hour", HOUR);
        SPANS.put("6 hours", 6 * HOUR);
        SPANS.put("1 day", DAY);
        SPANS.put("7 days", 7 * DAY);
        SPANS.put("30 days", 30 * DAY);
        SPANS.put("92 days", 92 * DAY);
        SPANS.put("a year", YEAR);
    }

    /** As many as the widest page of all asks for. */
    private static final int POINTS = 1_800;

    @TempDir
    Path temporary;

    private final RandomGenerator dice =
            RandomGeneratorFactory.of("L64X128MixRandom").create(7);

    @SuppressWarnings("NullAway.Init") // the test opens it
    private Database database;

    @SuppressWarnings("NullAway.Init")
    private Channels channels;

    @SuppressWarnings("NullAway.Init")
    private Ranges ranges;

    @ParameterizedTest
    @EnumSource
    void everyRangeOfAYearTellsWhatWasMeasuredFromFewRows(Dialect dialect) throws Exception {
        if (!ONLY.isEmpty() && !ONLY.equalsIgnoreCase(dialect.name())) {
            return;
        }
        Path folder = KEPT.isEmpty() ? temporary : Files.createDirectories(Path.of(KEPT));
        try (Postgres server = dialect == Dialect.POSTGRESQL ? new Postgres(folder) : null) {
            Path file = folder.resolve("history.db");
            database = server == null
                    ? Database.sqlite(file)
                    : Database.postgresql(server.url(), Postgres.USER, Postgres.PASSWORD);
            try {
                channels = new Channels(database);
                channels.read();
                ranges = new Ranges(database, channels, RETENTION);
                long begin = System.nanoTime();
                if (channels.all().isEmpty()) {
                    fill();
                }
                say(String.format(
                        "%s: %,d values, %,d minutes, %,d hours, made in %d s; %s",
                        dialect,
                        channels.all().size() * RETENTION.raw().toSeconds(),
                        channels.all().size() * RETENTION.minutes().toMinutes(),
                        channels.all().size() * YEAR / HOUR,
                        (System.nanoTime() - begin) / 1_000_000_000,
                        size(dialect, file)));
                for (Map.Entry<String, Long> span : SPANS.entrySet()) {
                    look(span.getKey(), span.getValue());
                }
            } finally {
                database.close();
            }
        }
    }

    private String size(Dialect dialect, Path file) throws Exception {
        if (dialect == Dialect.SQLITE) {
            return String.format("%,d MB", Files.size(file) / 1_000_000);
        }
        return database.read(connection -> {
            try (Statement statement = connection.createStatement();
                    var rows = statement.executeQuery(
                            "SELECT pg_database_size(current_database()) / 1000000")) {
                rows.next();
                return String.format("%,d MB", rows.getLong(1));
            }
        });
    }

    /** As the web app would have left it: each level for as long as it is kept, up to now. */
    private void fill() throws SQLException {
        for (int sensor = 0; sensor < Math.max(1, SENSORS); sensor++) {
            for (int quantity = 0; quantity < QUANTITIES; quantity++) {
                channels.obtain(name(sensor), "quantity " + quantity, "Cel");
            }
        }
        fill("hour", HOUR, YEAR, 30 * DAY);
        fill("minute", MINUTE, RETENTION.minutes().toMillis(), DAY);
        fill("raw", SECOND, RETENTION.raw().toMillis(), HOUR);
        if (SENSORS > 0 && database.dialect() == Dialect.POSTGRESQL) {
            database.write(connection -> {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("ANALYZE"); // as its autovacuum does
                }
            });
        }
    }

    private static String name(int sensor) {
        return "sensor/room-" + sensor;
    }

    /** All channels a while at a time, so that rows come to lie as they do when they are measured. */
    private void fill(String table, long step, long kept, long chunk) throws SQLException {
        String columns = table.equals("raw")
                ? "(channel, time, mark, value) SELECT ?, t, t / 1000, " + signal("t")
                : "(channel, time, n, low, high, mean) SELECT ?, t, " + step / SECOND + ", "
                        + signal("t") + ", " + signal("t + " + (step - SECOND)) + ", "
                        + signal("t + " + (step - SECOND) / 2);
        String sql = "INSERT INTO " + table + " " + columns
                + " FROM (WITH RECURSIVE times(t) AS (SELECT CAST(? AS BIGINT) UNION ALL SELECT t + "
                + step
                + " FROM times WHERE t + " + step + " < ?) SELECT t FROM times) AS all_times";
        long from = Math.floorDiv(NOW - kept, step) * step;
        long end = table.equals("raw") ? NOW : Math.floorDiv(NOW, step) * step;
        for (long time = from; time < end; time += chunk) {
            long first = time;
            database.write(connection -> {
                try (PreparedStatement insert = connection.prepareStatement(sql)) {
                    for (Channel channel : channels.all()) {
                        insert.setLong(1, channel.id());
                        insert.setLong(2, first);
                        insert.setLong(3, Math.min(end, first + chunk));
                        insert.executeUpdate();
                    }
                }
            });
        }
    }

    /** What was measured at a time: it rises by 1 an hour, so any mean is that of its ends. */
    private static String signal(String time) {
        return "((" + time + ") - " + (NOW - YEAR) + ") / 3600000.0";
    }

    private static double signal(double time) {
        return (time - (NOW - YEAR)) / HOUR;
    }

    private void look(String name, long span) throws SQLException {
        int times = SENSORS > 0 ? 40 : 4;
        List<Double> millis = new ArrayList<>();
        long bucket = 0;
        for (int i = 0; i < times; i++) {
            long to = i % 2 == 0 ? NOW : NOW - dice.nextLong(Math.max(1, YEAR - span));
            String sensor = name(dice.nextInt(Math.max(1, SENSORS)));
            long begin = System.nanoTime();
            Ranges.Answer answer = ranges.query(sensor, to - span, to, POINTS, NOW);
            millis.add((System.nanoTime() - begin) / 1e6);
            bucket = i == 0 ? answer.bucketMillis() : bucket;
            judge(answer, to - span, to);
        }
        double[] sorted = millis.stream().mapToDouble(each -> each).sorted().toArray();
        say(String.format(
                "  %-10s  in steps of %,6d ms   median %6.1f ms   most %6.1f ms   at first %s",
                name,
                bucket,
                sorted[sorted.length / 2],
                sorted[sorted.length - 1],
                millis.stream().limit(3).map(Math::round).toList()));
    }

    private static void say(String line) {
        if (SENSORS > 0) {
            System.out.println(line);
        }
    }

    private static void judge(Ranges.Answer answer, long from, long to) {
        long bucket = answer.bucketMillis();
        assertThat(answer.curves()).hasSize(QUANTITIES);
        for (Curve curve : answer.curves()) {
            int last = curve.times().size() - 1;
            assertThat(curve.times().getFirst()).isBetween(from - bucket, from + bucket);
            assertThat(curve.times().get(last)).isBetween(to - 2 * bucket - 1_000, to);
            for (int i = 1; i < last; i++) { // the last one goes on
                long time = curve.times().get(i);
                assertThat(time - curve.times().get(i - 1)).isEqualTo(Math.max(bucket, SECOND));
                long until = time + Math.max(0, bucket - 1_000);
                Offset<Double> rounding = Offset.offset(1.5 * SECOND / HOUR);
                assertThat(curve.lows().get(i)).isCloseTo(signal((double) time), rounding);
                assertThat(curve.highs().get(i)).isCloseTo(signal((double) until), rounding);
                assertThat(curve.means().get(i)).isCloseTo(signal((time + until) / 2.0), rounding);
            }
        }
    }
}
