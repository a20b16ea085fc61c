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
import java.util.Deque;
import java.util.Properties;
import java.util.concurrent.ConcurrentLinkedDeque;
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

    /** Each time a connection is used it is asked whether it is still there. */
    private static final int SECONDS_TO_ANSWER = 5;

    private final String url;
    private final Properties properties;
    private final Dialect dialect;
    private final String name;
    private final Semaphore readers = new Semaphore(READERS);
    private final Deque<Connection> idleReaders = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;
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

    /**
     * A database of a PostgreSQL server, which is not asked for anything yet.
     *
     * @param url {@code jdbc:postgresql://HOST[:PORT]/DATABASE}, perhaps with options of the driver after a {@code ?}
     * @param user null: as the URL or the system says
     * @param password null: from {@code PGPASSFILE} or {@code ~/.pgpass}, where there is one
     * @throws IllegalArgumentException with a sentence, if the URL cannot be used, or has a password in it
     */
    public static Database postgresql(
            String url, @Nullable String user, @Nullable String password) {
        Properties properties = PostgresUrl.properties(url);
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        return new Database(url, properties, Dialect.POSTGRESQL, PostgresUrl.describe(url));
    }

    Dialect dialect() {
        return dialect;
    }

    /** Whether a failure says that there is no server now, and not that somebody made a mistake. */
    public static boolean isAway(SQLException failure) {
        String state = failure.getSQLState();
        return state != null && (state.startsWith("08") || state.startsWith("57P"));
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
        if (open != null && !open.isValid(SECONDS_TO_ANSWER)) {
            giveUp();
            open = null;
        }
        if (open == null) {
            open = connect(true);
            writer = open;
        }
        return open;
    }

    private Connection connect(boolean writing) throws SQLException {
        Connection open = DriverManager.getConnection(url, properties);
        try {
            dialect.begin(open, writing);
            open.setAutoCommit(false);
            return open;
        } catch (SQLException e) {
            open.close();
            throw e;
        }
    }

    /** A connection that failed is not asked again; the next one begins clean. */
    private void giveUp() {
        Connection open = writer;
        writer = null;
        if (open != null) {
            close(open);
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException _) {
            // It is broken, which is why it is closed.
        }
    }

    /**
     * Reads something, beside any writer.
     *
     * @throws SQLException if that fails
     */
    <T extends @Nullable Object> T read(Work<T> work) throws SQLException {
        readers.acquireUninterruptibly();
        try {
            Connection connection = reader();
            try {
                T result = work.with(connection);
                connection
                        .rollback(); // it saw one state of the database, and the next sees another
                idleReaders.push(connection);
                return result;
            } catch (SQLException | RuntimeException e) {
                close(connection);
                throw e;
            }
        } finally {
            readers.release();
            if (closed) {
                closeReaders();
            }
        }
    }

    private Connection reader() throws SQLException {
        Connection idle = idleReaders.poll();
        if (idle != null) {
            if (idle.isValid(SECONDS_TO_ANSWER)) {
                return idle;
            }
            close(idle);
            closeReaders(); // they were opened before it, and ended as it did
        }
        return connect(false);
    }

    private void closeReaders() {
        for (Connection idle = idleReaders.poll(); idle != null; idle = idleReaders.poll()) {
            close(idle);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        giveUp();
        closeReaders();
    }
}
