// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.Semaphore;

/**
 * The database: one connection to write, which is opened anew after a failure, and some to read.
 *
 * <p>Any thread; whoever writes waits for others that do.
 */
public final class Database implements AutoCloseable {
    /** What is done with a connection. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T with(Connection connection) throws SQLException;
    }

    /** As {@link Work}, without a result. */
    @FunctionalInterface
    interface Task {
        void with(Connection connection) throws SQLException;
    }

    /** Readers at a time; more wait. */
    private static final int READERS = 4;

    private final String url;
    private final Properties properties;
    private final Dialect dialect;
    private final String name;
    private final Semaphore readers = new Semaphore(READERS);
    private @Nullable Connection writer;

    private Database(String url, Properties properties, Dialect dialect, String name) {
        this.url = url;
        this.properties = properties;
        this.dialect = dialect;
        this.name = name;
    }

    /**
     * SQLite in a file, which is made where it is missing, for its owner alone.
     *
     * @throws IOException if it cannot be made
     */
    public static Database sqlite(Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        }
        Properties properties = new Properties();
        properties.setProperty("busy_timeout", "10000");
        return new Database(
                "jdbc:sqlite:" + file.toAbsolutePath(),
                properties,
                Dialect.SQLITE,
                file.toString());
    }

    Dialect dialect() {
        return dialect;
    }

    /** Where it is, for a person. */
    public String describe() {
        return name;
    }

    /**
     * Does some work in a transaction, which is on disk when this returns.
     *
     * @throws SQLException if nothing of it was done
     */
    synchronized <T extends @Nullable Object> T write(Work<T> work) throws SQLException {
        try {
            Connection connection = writer();
            T result = work.with(connection);
            connection.commit();
            return result;
        } catch (SQLException | RuntimeException e) {
            giveUp();
            throw e;
        }
    }

    /** As {@link #write}, without a result. */
    @SuppressWarnings("overloads") // a lambda has a result or has none
    synchronized void write(Task task) throws SQLException {
        Object _ = write(connection -> {
            task.with(connection);
            return true;
        });
    }

    private Connection writer() throws SQLException {
        Connection open = writer;
        if (open == null) {
            open = DriverManager.getConnection(url, properties);
            try {
                setUp(open, true);
                execute(open, dialect.schema());
                open.setAutoCommit(false);
            } catch (SQLException e) {
                open.close();
                throw e;
            }
            writer = open;
        }
        return open;
    }

    /** A connection that failed is not asked again; the next one begins clean. */
    private void giveUp() {
        Connection open = writer;
        writer = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException _) {
                // It is broken, which is why it is closed.
            }
        }
    }

    /**
     * Reads something, beside any writer.
     *
     * @throws SQLException if that fails
     */
    <T extends @Nullable Object> T read(Work<T> work) throws SQLException {
        readers.acquireUninterruptibly();
        try (Connection connection = DriverManager.getConnection(url, properties)) {
            setUp(connection, false);
            return work.with(connection);
        } finally {
            readers.release();
        }
    }

    private void setUp(Connection connection, boolean writing) throws SQLException {
        execute(connection, dialect.setUp(writing));
    }

    private static void execute(Connection connection, Iterable<String> lines) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String line : lines) {
                statement.execute(line);
            }
        }
    }

    @Override
    public synchronized void close() {
        giveUp();
    }
}
