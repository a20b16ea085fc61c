// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The real mosquitto on a port of its own, which can be killed and started again with what it had stored. */
final class Mosquitto implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/mosquitto");

    private final Path folder;
    private final int port;
    private @Nullable Process process;

    /**
     * Started.
     *
     * @param lines more lines of its configuration
     */
    Mosquitto(Path folder, String... lines) throws IOException {
        boolean installed = Files.isExecutable(PROGRAM);
        assertThat(installed || !"true".equals(System.getenv("CI")))
                .as("CI needs Debian's mosquitto")
                .isTrue();
        assumeTrue(installed, "mosquitto is not installed");
        this.folder = folder;
        this.port = freePort();
        Files.writeString(folder.resolve("mosquitto.conf"), """
                listener %d 127.0.0.1
                allow_anonymous true
                persistence true
                persistence_location %s/
                autosave_on_changes true
                autosave_interval 1
                set_tcp_nodelay true
                %s
                """.formatted(
                        port, folder, String.join("\n", lines)));
        start();
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    void start() throws IOException {
        process = new ProcessBuilder(
                        PROGRAM.toString(),
                        "-c",
                        folder.resolve("mosquitto.conf").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("mosquitto.log").toFile()))
                .start();
        await().atMost(Duration.ofSeconds(10)).until(this::listens);
    }

    private boolean listens() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException _) {
            return false;
        }
    }

    /** As a power cut would: nothing is said to the clients, and only what was stored survives. */
    void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly().onExit().join();
        }
    }

    /** Stops it in good order, so that it stores what it has. */
    void stop() {
        Process running = process;
        if (running != null) {
            running.destroy();
            running.onExit().join();
        }
    }

    @Override
    public void close() {
        kill();
    }
}
