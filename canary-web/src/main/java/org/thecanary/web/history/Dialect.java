// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

import java.util.List;

/** Where SQLite and PostgreSQL differ. */
@SuppressWarnings("ImmutableEnumChecker") // the lists are
enum Dialect {
    SQLITE(
            "WITHOUT ROWID",
            // A commit is on disk when it returns, as the acknowledgement says it is.
            List.of("PRAGMA synchronous = FULL", "PRAGMA journal_mode = WAL"),
            List.of("PRAGMA query_only = 1")),
    POSTGRESQL("", List.of(), List.of("SET default_transaction_read_only = on"));

    private final String clustered;
    private final List<String> forWriting;
    private final List<String> forReading;

    Dialect(String clustered, List<String> forWriting, List<String> forReading) {
        this.clustered = clustered;
        this.forWriting = forWriting;
        this.forReading = forReading;
    }

    /** What begins a connection. */
    List<String> setUp(boolean writing) {
        return writing ? forWriting : forReading;
    }

    /** The tables, where they are not there yet. */
    List<String> schema() {
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
