// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Where SQLite and PostgreSQL differ. */
enum Dialect {
    SQLITE("WITHOUT ROWID", "min", "max") {
        @Override
        void begin(Connection connection, boolean writing) throws SQLException {
            if (writing) {
                // A commit is on disk when it returns, as the acknowledgement says it is. Each
                // channel has a page
                // that grows: so many fit into the cache (8 MB), and into the log (16 MB) many
                // times before
                // they are written to where they belong.
                execute(
                        connection,
                        List.of(
                                "PRAGMA synchronous = FULL",
                                "PRAGMA journal_mode = WAL",
                                "PRAGMA cache_size = -8000",
                                "PRAGMA wal_autocheckpoint = 4000"));
                execute(connection, schema());
            } else {
                execute(connection, List.of("PRAGMA query_only = 1"));
            }
        }
    },
    POSTGRESQL("", "least", "greatest") {
        @Override
        void begin(Connection connection, boolean writing) throws SQLException {
            if (writing) {
                // Without it each table that is there already would be a notice.
                execute(connection, List.of("SET client_min_messages = warning"));
                execute(connection, schema());
                Timescale.use(connection);
            } else {
                execute(connection, List.of("SET default_transaction_read_only = on"));
            }
        }
    };

    private final String clustered;
    private final String least;
    private final String greatest;

    Dialect(String clustered, String least, String greatest) {
        this.clustered = clustered;
        this.least = least;
        this.greatest = greatest;
    }

    /** Makes a connection ready; for one that writes the tables are made where they are missing. */
    abstract void begin(Connection connection, boolean writing) throws SQLException;

    /** The smaller of two. */
    String least(String a, String b) {
        return least + "(" + a + ", " + b + ")";
    }

    /** The larger of two. */
    String greatest(String a, String b) {
        return greatest + "(" + a + ", " + b + ")";
    }

    private static void execute(Connection connection, List<String> lines) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String line : lines) {
                statement.execute(line);
            }
        }
    }

    /** The tables, where they are not there yet. */
    final List<String> schema() {
        String rollUp =
                "(channel BIGINT NOT NULL, time BIGINT NOT NULL, n BIGINT NOT NULL, low DOUBLE PRECISION NOT NULL,"
                        + " high DOUBLE PRECISION NOT NULL, mean DOUBLE PRECISION NOT NULL, PRIMARY KEY (channel, time)) "
                        + clustered;
        return List.of(
                "CREATE TABLE IF NOT EXISTS channel (id BIGINT PRIMARY KEY, sensor TEXT NOT NULL, name TEXT NOT NULL,"
                        + " unit TEXT, UNIQUE (sensor, name))",
                "CREATE TABLE IF NOT EXISTS raw (channel BIGINT NOT NULL, time BIGINT NOT NULL, mark BIGINT NOT NULL,"
                        + " value DOUBLE PRECISION NOT NULL, PRIMARY KEY (channel, time, mark)) "
                        + clustered,
                "CREATE TABLE IF NOT EXISTS minute " + rollUp,
                "CREATE TABLE IF NOT EXISTS hour " + rollUp,
                "CREATE TABLE IF NOT EXISTS dirty (channel BIGINT NOT NULL, time BIGINT NOT NULL,"
                        + " PRIMARY KEY (channel, time)) " + clustered,
                "CREATE TABLE IF NOT EXISTS note (sensor TEXT NOT NULL, time BIGINT NOT NULL, kind TEXT NOT NULL,"
                        + " text TEXT NOT NULL, detail TEXT NOT NULL)",
                "CREATE INDEX IF NOT EXISTS note_of_sensor ON note (sensor, time)",
                "CREATE TABLE IF NOT EXISTS threshold (id TEXT PRIMARY KEY, sensor TEXT NOT NULL, channel TEXT NOT NULL,"
                        + " kind TEXT NOT NULL, bound DOUBLE PRECISION NOT NULL, seconds BIGINT NOT NULL)",
                "CREATE TABLE IF NOT EXISTS login (token TEXT PRIMARY KEY, name TEXT NOT NULL, expires BIGINT NOT NULL)");
    }
}
