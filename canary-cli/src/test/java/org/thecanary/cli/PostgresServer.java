// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A PostgreSQL server in a folder, on a port of its own. Owner: confined to its creator. */
final class PostgresServer implements AutoCloseable {
    static final String USER = "canary";
    static final String PASSWORD = "sings";

    private static final Path PROGRAM =
            Path.of("..", "tools", "test-postgres").toAbsolutePath().normalize();

    private final Path folder;
    private final Path passwords;
    private final int port;
    private Program server;
    private int starts = 1;

    /** Skips the test where PostgreSQL is not installed; CI has it. */
    PostgresServer(Path folder) throws IOException {
        boolean installed = Files.isDirectory(Path.of("/usr/lib/postgresql"));
        assertThat(installed || !"true".equals(System.getenv("CI"))).isTrue();
        assumeTrue(installed, "PostgreSQL is not installed");
        this.folder = folder;
        this.passwords = Files.writeString(
                folder.resolve("pgpass"), "*:*:*:" + USER + ":" + PASSWORD + "\n");
        this.port = Program.freePort();
        this.server = run();
    }

    private Program run() throws IOException {
        return Program.of(
                        folder,
                        List.of(
                                PROGRAM.toString(),
                                folder.resolve("postgres").toString(),
                                "" + port))
                .says("listening on IPv4")
                .says("ready to accept connections");
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/canary?user=" + USER;
    }

    /** What lets a program in that has the address. */
    Map<String, String> environment() {
        return Map.of("PGPASSFILE", passwords.toString());
    }

    /** All its processes at once, as in a crash. */
    void crash() throws IOException, InterruptedException {
        server.signal("QUIT");
        var _ = server.exitCode();
    }

    /** Again, after a crash. */
    void start() throws IOException {
        starts++;
        server = run();
    }

    /** How often it was started. */
    int starts() {
        return starts;
    }

    @Override
    public void close() throws IOException {
        if (server.isAlive()) {
            try {
                crash();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
