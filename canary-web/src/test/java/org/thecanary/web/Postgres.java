// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** A real PostgreSQL server in a folder, on a port of its own. Owner: confined to its creator. */
public final class Postgres implements AutoCloseable {
    public static final String USER = "canary";
    public static final String PASSWORD = "sings";

    private static final Path PROGRAM =
            Path.of("..", "tools", "test-postgres").toAbsolutePath().normalize();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path folder;
    private final Path log;
    private final int port;
    private Process process;

    /** Skips the test where PostgreSQL is not installed; CI has it. */
    public Postgres(Path folder) throws IOException {
        boolean installed = Files.isDirectory(Path.of("/usr/lib/postgresql"));
        assertThat(installed || !"true".equals(System.getenv("CI")))
                .as("CI needs PostgreSQL")
                .isTrue();
        assumeTrue(installed, "PostgreSQL is not installed");
        this.folder = folder.resolve("postgres");
        this.log = folder.resolve("postgres.log");
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = probe.getLocalPort();
        }
        start();
    }

    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/canary";
    }

    /** Starts it again. */
    public void start() throws IOException {
        process = new ProcessBuilder(PROGRAM.toString(), folder.toString(), "" + port)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        await().atMost(PATIENCE).until(() -> {
            assertThat(process.isAlive() ? "" : Files.readString(log)).isEmpty();
            return answers();
        });
    }

    private boolean answers() {
        try {
            sql("SELECT 1");
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    /** Statements that a person might make beside the web app. */
    public void sql(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(), USER, PASSWORD);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** As it was at first. */
    public void empty() throws SQLException {
        sql("DROP SCHEMA public CASCADE", "CREATE SCHEMA public");
    }

    /** Ends all connections and stops. */
    public void stop() throws Exception {
        signal("INT");
    }

    /** Ends as in a crash. */
    public void crash() throws Exception {
        signal("QUIT");
    }

    /** Answers nobody, and refuses nobody, until {@link #thaw}. */
    public void freeze() throws Exception {
        signalAll("STOP");
    }

    public void thaw() throws Exception {
        signalAll("CONT");
    }

    private void signalAll(String name) throws Exception {
        send(name, process.toHandle());
        for (ProcessHandle backend : process.descendants().toList()) {
            send(name, backend);
        }
    }

    private void signal(String name) throws Exception {
        send(name, process.toHandle());
        process.onExit().join();
    }

    private static void send(String name, ProcessHandle to) throws Exception {
        int sent = new ProcessBuilder("kill", "-s", name, "" + to.pid()).start().waitFor();
        assertThat(sent).isZero();
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            try {
                stop();
            } catch (Exception e) {
                process.destroyForcibly().onExit().join();
            }
        }
    }
}
