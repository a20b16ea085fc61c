// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.thecanary.web.Postgres;
import org.thecanary.web.payload.Measurement;
import org.thecanary.web.payload.Reading;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What is PostgreSQL's alone: its addresses, a server that goes and comes, TimescaleDB. */
final class PostgresTest {
    @TempDir
    private static Path folder;

    private static Postgres server;

    @BeforeAll
    static void start() throws Exception {
        server = new Postgres(folder);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void empty() throws Exception {
        server.empty();
    }

    @Test
    void aServerThatWasRestartedIsConnectedToAgain() throws Exception {
        try (Database database = database()) {
            Measurements measurements = measurements(database);
            measurements.write(List.of(value(1)));
            assertThat(texts(database, "SELECT value FROM raw")).containsExactly("1");

            server.crash();
            assertThatThrownBy(() -> measurements.write(List.of(value(2))))
                    .isInstanceOf(SQLException.class);
            server.start();

            measurements.write(List.of(value(2)));
            assertThat(texts(database, "SELECT value FROM raw ORDER BY 1"))
                    .containsExactly("1", "2");
        }
    }

    @Test
    void aConnectionThatEndedWhileNothingWasWrittenIsNoFailure() throws Exception {
        try (Database database = database()) {
            Measurements measurements = measurements(database);
            measurements.write(List.of(value(1)));
            server.stop();
            server.start();

            measurements.write(List.of(value(2)));
            assertThat(texts(database, "SELECT count(*) FROM raw")).containsExactly("2");
        }
    }

    /** Another one who had the same name for a channel first keeps its number. */
    @Test
    void twoProgramsDoNotMixUpTheirChannels() throws Exception {
        try (Database one = database();
                Database other = database()) {
            Channels ofOne = new Channels(one);
            Channels ofOther = new Channels(other);

            assertThat(ofOne.obtain("sensor/a", "value", null))
                    .isEqualTo(new Channel(1, "sensor/a", "value", null));
            assertThat(ofOther.obtain("sensor/b", "value", null))
                    .isEqualTo(new Channel(2, "sensor/b", "value", null));
            assertThat(ofOther.obtain("sensor/a", "value", "Cel"))
                    .isEqualTo(new Channel(1, "sensor/a", "value", "Cel"));
        }
    }

    /** Debian has no TimescaleDB, so this is a stand-in that notes what it is asked for. */
    @Test
    void whereThereIsTimescaleItKeepsRawValuesAndMinutesInChunks() throws Exception {
        server.sql(
                "CREATE TABLE asked (what TEXT)",
                "CREATE FUNCTION create_hypertable(relation REGCLASS, time_column_name NAME,"
                        + " chunk_time_interval BIGINT, create_default_indexes BOOLEAN, if_not_exists BOOLEAN,"
                        + " migrate_data BOOLEAN) RETURNS INTEGER LANGUAGE sql AS $$ INSERT INTO asked VALUES"
                        + " (relation || ' ' || time_column_name || ' ' || chunk_time_interval) RETURNING 1 $$",
                "INSERT INTO pg_extension SELECT 99999, 'timescaledb', extowner, extnamespace, false, '2', NULL, NULL"
                        + " FROM pg_extension WHERE extname = 'plpgsql'");
        try (Database database = database()) {
            measurements(database).write(List.of(value(1)));

            assertThat(texts(database, "SELECT what FROM asked"))
                    .containsExactly("raw time 86400000", "minute time 2592000000");
        } finally {
            server.sql("DELETE FROM pg_extension WHERE extname = 'timescaledb'");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:mysql://localhost/canary, is wanted",
        "postgresql://localhost/canary, is wanted",
        "jdbc:postgresql://localhost:x/canary, is wanted",
        "jdbc:postgresql://localhost/canary?user=a&password=b, a password does not belong into the address",
        "jdbc:postgresql://localhost/canary?PASSWORD=b, a password does not belong into the address",
        "jdbc:postgresql://ada:b@localhost/canary, a password does not belong into the address",
    })
    void anAddressThatCannotBeUsedIsRefusedWithAReason(String url, String reason) {
        assertThatThrownBy(() -> Database.postgresql(url, null, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    private static Database database() {
        return Database.postgresql(server.url(), Postgres.USER, Postgres.PASSWORD);
    }

    private static Measurements measurements(Database database) throws SQLException {
        return new Measurements(database, new Channels(database), Retention.DEFAULT);
    }

    private static Entry value(int value) {
        return new Entry(
                "sensor/a",
                new Measurement(
                        1_795_000_000_000L + value,
                        value,
                        true,
                        List.of(new Reading("value", value, null))));
    }

    private static List<String> texts(Database database, String sql) throws SQLException {
        return database.read(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(sql)) {
                List<String> texts = new ArrayList<>();
                while (rows.next()) {
                    texts.add(rows.getString(1));
                }
                return texts;
            }
        });
    }
}
