// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Who is logged in, so that a restart asks nobody for a password: hashes of tokens, never a token. Any thread. */
public final class LoginTable {
    private final Database database;

    /**
     * A login.
     *
     * @param token a hash of it
     * @param expiresMillis since 1970 UTC
     */
    public record Login(String token, String name, long expiresMillis) {}

    public LoginTable(Database database) {
        this.database = database;
    }

    /**
     * Those that have not expired; the others are forgotten.
     *
     * @throws SQLException if the database fails
     */
    public List<Login> all(long nowMillis) throws SQLException {
        return database.write(connection -> {
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM login WHERE expires < ?")) {
                delete.setLong(1, nowMillis);
                delete.executeUpdate();
            }
            try (PreparedStatement query =
                            connection.prepareStatement("SELECT token, name, expires FROM login");
                    ResultSet rows = query.executeQuery()) {
                List<Login> all = new ArrayList<>();
                while (rows.next()) {
                    all.add(new Login(rows.getString(1), rows.getString(2), rows.getLong(3)));
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
    public void add(Login login) throws SQLException {
        database.write(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO login (token, name, expires) VALUES (?, ?, ?)")) {
                insert.setString(1, login.token);
                insert.setString(2, login.name);
                insert.setLong(3, login.expiresMillis);
                insert.executeUpdate();
            }
        });
    }

    /**
     * Removes one, if it is there.
     *
     * @throws SQLException if it was not written
     */
    public void remove(String token) throws SQLException {
        database.write(connection -> {
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM login WHERE token = ?")) {
                delete.setString(1, token);
                delete.executeUpdate();
            }
        });
    }
}
