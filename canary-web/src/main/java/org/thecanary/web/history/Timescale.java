// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * TimescaleDB, where a database has it: raw values and minutes are kept in chunks by time, so that new ones go into a small
 * index and old ones go with their chunk's.
 *
 * <p>The extension is used where somebody has created it in the database; that takes rights which the web app has no need of.
 */
final class Timescale {
    private static final long DAY = 86_400_000;

    private Timescale() {}

    static void use(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery(
                    "SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'")) {
                if (!rows.next()) {
                    return;
                }
            }
            statement.execute(hypertable("raw", DAY));
            statement.execute(hypertable("minute", 30 * DAY));
        }
    }

    /** Its own indices would be by time alone, and every query is by channel first. */
    private static String hypertable(String table, long chunkMillis) {
        return "SELECT create_hypertable('" + table + "', 'time', chunk_time_interval => "
                + chunkMillis
                + "::bigint, create_default_indexes => false, if_not_exists => true, migrate_data => true)";
    }
}
