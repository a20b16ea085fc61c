// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The thresholds in the database. Any thread. */
public final class Thresholds {
    private final Database database;

    public Thresholds(Database database) {
        this.database = database;
    }

    /**
     * All there are.
     *
     * @throws SQLException if they cannot be read
     */
    public List<Threshold> all() throws SQLException {
        return database.read(connection -> {
            try (PreparedStatement query = connection.prepareStatement(
                            "SELECT id, sensor, channel, kind, bound, seconds FROM threshold ORDER BY id");
                    ResultSet rows = query.executeQuery()) {
                List<Threshold> all = new ArrayList<>();
                while (rows.next()) {
                    all.add(new Threshold(
                            rows.getString(1),
                            rows.getString(2),
                            rows.getString(3),
                            Threshold.Kind.valueOf(rows.getString(4).toUpperCase(Locale.ROOT)),
                            rows.getDouble(5),
                            rows.getLong(6)));
                }
                return all;
            }
        });
    }

    /**
     * Adds one, or changes it.
     *
     * @throws SQLException if it was not written
     */
    public void add(Threshold threshold) throws SQLException {
        database.write(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO threshold (id, sensor, channel, kind, bound, seconds) VALUES (?, ?, ?, ?, ?, ?)")) {
                insert.setString(1, threshold.id());
                insert.setString(2, threshold.sensor());
                insert.setString(3, threshold.channel());
                insert.setString(4, threshold.kind().name().toLowerCase(Locale.ROOT));
                insert.setDouble(5, threshold.bound());
                insert.setLong(6, threshold.seconds());
                insert.executeUpdate();
            }
        });
    }

    /**
     * Removes one, if it is there.
     *
     * @throws SQLException if it was not written
     */
    public void remove(String id) throws SQLException {
        database.write(connection -> {
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM threshold WHERE id = ?")) {
                delete.setString(1, id);
                delete.executeUpdate();
            }
        });
    }
}
