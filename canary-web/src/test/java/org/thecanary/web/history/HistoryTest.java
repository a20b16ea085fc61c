// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.thecanary.web.Postgres;
import org.thecanary.web.payload.Measurement;
import org.thecanary.web.payload.Reading;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Is every value that was written there once, and does any range of them answer with what was measured? */
@ParameterizedClass
@EnumSource
final class HistoryTest {
    private static final long START = Instant.parse("2026-11-22T10:00:00Z").toEpochMilli();
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;
    private static final Retention RETENTION =
            new Retention(Duration.ofDays(1), Duration.ofDays(10), Duration.ofDays(400));

    @TempDir
    private static Path shared;

    private static @Nullable Postgres server;

    @TempDir
    Path folder;

    private final Dialect dialect;
    private Database database;
    private Channels channels;
    private Measurements measurements;
    private Ranges ranges;

    HistoryTest(Dialect dialect) {
        this.dialect = dialect;
    }

    @BeforeEach
    void open() throws Exception {
        database = dialect == Dialect.SQLITE ? sqlite() : postgresql();
        channels = new Channels(database);
        measurements = new Measurements(database, channels, RETENTION);
        ranges = new Ranges(database, channels, RETENTION);
    }

    private Database sqlite() throws Exception {
        return Database.sqlite(folder.resolve("history.db"));
    }

    private static Database postgresql() throws Exception {
        if (server == null) {
            server = new Postgres(shared);
        }
        server.empty();
        return Database.postgresql(server.url(), Postgres.USER, Postgres.PASSWORD);
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
            server = null;
        }
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void whatIsWrittenTwiceIsThereOnce() throws Exception {
        List<Entry> entries =
                List.of(value("sensor/a", START, 1, 20), value("sensor/a", START, 2, 21));

        measurements.write(entries);
        measurements.write(entries);
        measurements.write(
                List.of(value("sensor/a", START, 2, 21), value("sensor/a", START + 1, 3, 22)));

        assertThat(count("raw")).isEqualTo(3);
        assertThat(samples("sensor/a", START, START + 2)).containsExactly(20.0, 21.0, 22.0);
    }

    @Test
    void sensorsAndChannelsComeBackAfterARestart() throws Exception {
        measurements.write(List.of(value("sensor/a", START, 1, 20)));
        channels.obtain("sensor/a", "value", "Cel");

        Channels again = new Channels(database);
        again.read();
        assertThat(again.of("sensor/a"))
                .containsExactly(new Channel(1, "sensor/a", "value", "Cel"));
    }

    @Test
    void aShortRangeHasEveryValueAndALongOneMeansWithLowestAndHighest() throws Exception {
        everySecond(START, 600, 1);

        Ranges.Answer close = ranges.query("sensor/a", START, START + 10_000, 1_000, START + HOUR);
        assertThat(close.curves().getFirst().means())
                .containsExactly(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0);

        Ranges.Answer wide = ranges.query("sensor/a", START, START + 600_000, 60, START + HOUR);
        Curve curve = wide.curves().getFirst();
        assertThat(wide.bucketMillis()).isEqualTo(10_000);
        assertThat(curve.times()).hasSize(60).startsWith(START, START + 10_000);
        assertThat(curve.means()).startsWith(4.5, 14.5);
        assertThat(curve.lows()).startsWith(0.0, 10.0);
        assertThat(curve.highs()).startsWith(9.0, 19.0);
    }

    @Test
    void minutesAndHoursTellTheSameAsRawValues() throws Exception {
        long now = START + 3 * HOUR;
        everySecond(START, 3 * 3600, 1);
        measurements.rollUp(now);

        for (int points : new int[] {180, 90, 36, 3}) {
            Ranges.Answer answer = ranges.query("sensor/a", START, now, points, now);
            long bucket = answer.bucketMillis();
            Curve curve = answer.curves().getFirst();
            assertThat(bucket).isGreaterThanOrEqualTo(MINUTE);
            for (int i = 0; i < curve.times().size(); i++) {
                double first = (curve.times().get(i) - START) / 1000.0;
                double last = first + bucket / 1000.0 - 1;
                assertThat(curve.lows().get(i)).isEqualTo(first);
                assertThat(curve.highs().get(i)).isEqualTo(last);
                assertThat(curve.means().get(i)).isEqualTo((first + last) / 2);
            }
            assertThat((long) curve.times().size()).isEqualTo(3 * HOUR / bucket);
        }
    }

    /** Nobody waits while a million values are read for a picture a thousand points wide. */
    @Test
    void whatIsTooMuchToReadAtOnceIsAnsweredInCoarserSteps() throws Exception {
        everySecond(START, 1, 1);
        long now = START + DAY;
        assertThat(ranges.query("sensor/a", START, START + HOUR, 1_000, now).bucketMillis())
                .isEqualTo(5_000);
        database.write(connection -> {
            try (Statement statement = connection.createStatement()) {
                for (String table : List.of("minute", "hour")) {
                    statement.execute("INSERT INTO " + table + " VALUES (1, " + START + ", "
                            + (Ranges.MOST_ROWS + 1) + ", 0, 0, 0)");
                }
            }
        });
        assertThat(ranges.query("sensor/a", START, START + HOUR, 1_000, now).bucketMillis())
                .isEqualTo(MINUTE);
        assertThat(ranges.query("sensor/a", START, START + 12 * HOUR, 1_000, now)
                        .bucketMillis())
                .isEqualTo(MINUTE);
        assertThat(ranges.query("sensor/a", START + MINUTE, START + HOUR, 1_000, now)
                        .bucketMillis())
                .isEqualTo(5_000);

        int channelsOfOne = 64; // whose minutes of two days are too many, too
        for (int i = 2; i <= channelsOfOne; i++) {
            channels.obtain("sensor/a", "value " + i, null);
        }
        assertThat(ranges.query("sensor/a", START - DAY, START + DAY, 2_000, now)
                        .bucketMillis())
                .isEqualTo(HOUR);
    }

    @Test
    void valuesThatComeLateAreInTheirMinuteAndHour() throws Exception {
        everySecond(START, 60, 1);
        measurements.rollUp(START + HOUR);
        measurements.write(List.of(value("sensor/a", START + 30_500, 1_000, 1_000_000)));
        measurements.rollUp(START + 2 * HOUR);

        Curve minutes = ranges.query("sensor/a", START, START + HOUR, 60, START + 4 * HOUR)
                .curves()
                .getFirst();
        assertThat(minutes.highs()).containsExactly(1_000_000.0);
        Curve hours = ranges.query("sensor/a", START, START + HOUR, 1, START + 4 * HOUR)
                .curves()
                .getFirst();
        assertThat(hours.highs()).containsExactly(1_000_000.0);
    }

    @Test
    void whatIsTooOldGoesAndItsRollUpsStay() throws Exception {
        everySecond(START, 120, 1);
        measurements.rollUp(START + HOUR);
        measurements.prune(START + 3 * DAY);

        assertThat(count("raw")).isZero();
        Ranges.Answer answer =
                ranges.query("sensor/a", START, START + 120_000, 1_000, START + 3 * DAY);
        assertThat(answer.bucketMillis()).isEqualTo(MINUTE);
        assertThat(answer.curves().getFirst().means()).containsExactly(29.5, 89.5);

        measurements.prune(START + 20 * DAY);
        assertThat(count("minute")).isZero();
        assertThat(count("hour")).isEqualTo(1);
    }

    @Test
    void aValueLaterThanAllRawValuesOfItsMinuteIsAddedToWhatIsKnown() throws Exception {
        everySecond(START, 60, 1);
        measurements.rollUp(START + HOUR);
        measurements.prune(START + 3 * DAY);
        measurements.write(List.of(value("sensor/a", START + 500, 1_000, 90.5)));
        measurements.rollUp(START + 3 * DAY);
        measurements.write(List.of(value("sensor/a", START + 600, 1_001, 91.5)));
        measurements.rollUp(START + 3 * DAY);

        Curve minute = ranges.query("sensor/a", START, START + MINUTE, 10, START + 3 * DAY)
                .curves()
                .getFirst();
        assertThat(minute.highs()).containsExactly(91.5);
        // 60 values with the mean 29.5, and the two
        assertThat(minute.means().getFirst())
                .isCloseTo(
                        (60 * 29.5 + 90.5 + 91.5) / 62, org.assertj.core.data.Offset.offset(1e-9));
    }

    @Test
    void aMinuteThatWasOpenWhenTheProgramEndedIsRolledUpByTheNext() throws Exception {
        everySecond(START, 60, 1);
        measurements.rollUp(START + 30_000);
        assertThat(count("minute")).isZero();

        new Measurements(database, new Channels(database), RETENTION).rollUp(START + HOUR);

        assertThat(count("minute")).isEqualTo(1);
        assertThat(count("dirty")).isZero();
    }

    @Test
    void aFailedTransactionLeavesNothingAndTheNextOneWorks() throws Exception {
        try {
            database.write(connection -> {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(
                            "INSERT INTO threshold VALUES ('a', 'b', 'c', 'above', 1, 1)");
                    statement.execute("INSERT INTO nowhere VALUES (1)");
                }
            });
        } catch (java.sql.SQLException expected) {
            assertThat(count("threshold")).isZero();
        }
        measurements.write(List.of(value("sensor/a", START, 1, 20)));
        assertThat(count("raw")).isEqualTo(1);
    }

    @Test
    void thresholdsNotesAndLoginsAreKept() throws Exception {
        Thresholds thresholds = new Thresholds(database);
        Threshold high = new Threshold("x", "sensor/a", "value", Threshold.Kind.ABOVE, 28, 60);
        thresholds.add(high);
        assertThat(thresholds.all()).containsExactly(high);
        thresholds.remove("x");
        assertThat(thresholds.all()).isEmpty();

        Notes notes = new Notes(database);
        notes.add(new Notes.Note("sensor/a", START, "alarm", "above 28", ""));
        notes.add(new Notes.Note("sensor/a", START + 1, "back", "below 28", "after 1 ms"));
        assertThat(notes.of("sensor/a", START, START + 10))
                .extracting(Notes.Note::kind)
                .containsExactly("back", "alarm");

        LoginTable logins = new LoginTable(database);
        logins.add(new LoginTable.Login("old", "eve", START));
        logins.add(new LoginTable.Login("new", "ada", START + 10));
        assertThat(logins.all(START + 5)).extracting(LoginTable.Login::name).containsExactly("ada");
    }

    private void everySecond(long from, int count, int step) throws Exception {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(value("sensor/a", from + i * 1000L, i, i * step));
        }
        measurements.write(entries);
    }

    private List<Double> samples(String sensor, long from, long to) throws Exception {
        List<Double> values = new ArrayList<>();
        ranges.samples(channels.of(sensor), from, to, (_, _, value) -> values.add(value));
        return values;
    }

    private long count(String table) throws Exception {
        return database.read(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
                rows.next();
                return rows.getLong(1);
            }
        });
    }

    private static Entry value(String sensor, long time, int mark, double value) {
        return new Entry(
                sensor,
                new Measurement(time, mark, true, List.of(new Reading("value", value, null))));
    }
}
