// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What happened to sensors: alarms, rates, comings and goings. Any thread. */
public final class Notes {
    private static final int MOST = 200;

    private final Database database;

    /**
     * Something that happened.
     *
     * @param kind {@code alarm}, {@code back}, {@code rate}, {@code refused}, {@code online} or {@code offline}
     * @param text what, in a few words
     * @param detail more about it; may be empty
     */
    public record Note(String sensor, long timeMillis, String kind, String text, String detail) {}

    public Notes(Database database) {
        this.database = database;
    }

    /**
     * Adds one.
     *
     * @throws SQLException if it was not written
     */
    public void add(Note note) throws SQLException {
        database.write(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO note (sensor, time, kind, text, detail) VALUES (?, ?, ?, ?, ?)")) {
                insert.setString(1, note.sensor);
                insert.setLong(2, note.timeMillis);
                insert.setString(3, note.kind);
                insert.setString(4, note.text);
                insert.setString(5, note.detail);
                insert.executeUpdate();
            }
        });
    }

    /**
     * The notes of a sensor, latest first, at most {@value #MOST}.
     *
     * @throws SQLException if they cannot be read
     */
    public List<Note> of(String sensor, long from, long to) throws SQLException {
        return database.read(connection -> {
            try (PreparedStatement query = connection.prepareStatement(
                    "SELECT time, kind, text, detail FROM note WHERE sensor = ? AND time >= ? AND time < ?"
                            + " ORDER BY time DESC LIMIT " + MOST)) {
                query.setString(1, sensor);
                query.setLong(2, from);
                query.setLong(3, to);
                List<Note> notes = new ArrayList<>();
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        notes.add(new Note(
                                sensor,
                                rows.getLong(1),
                                rows.getString(2),
                                rows.getString(3),
                                rows.getString(4)));
                    }
                }
                return notes;
            }
        });
    }
}
