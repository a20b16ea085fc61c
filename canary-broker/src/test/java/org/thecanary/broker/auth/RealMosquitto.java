// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/** Debian's mosquitto on a free port of this machine, open to everybody, stopped by close. */
final class RealMosquitto implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/mosquitto");

    private final Process process;
    private final int port;

    private RealMosquitto(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** CI has mosquitto; elsewhere tests that need it are skipped. */
    static void isNeeded() {
        boolean installed = Files.isExecutable(PROGRAM);
        assertThat(installed || !"true".equals(System.getenv("CI")))
                .as("CI needs Debian's mosquitto")
                .isTrue();
        assumeTrue(installed, "mosquitto is not installed");
    }

    /**
     * Starts a broker.
     *
     * @param options lines of its configuration, below its listener
     */
    static RealMosquitto start(Path directory, String options) throws Exception {
        int port = freePort();
        Path conf = Files.writeString(
                directory.resolve("real.conf"),
                "listener " + port + " 127.0.0.1\nallow_anonymous true\n"
                        + "set_tcp_nodelay true\nsys_interval 0\nuser root\nlog_type all\n"
                        + options + "\n");
        Process process = new ProcessBuilder(PROGRAM.toString(), "-c", conf.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("real.log").toFile())
                .start();
        await().ignoreExceptionsInstanceOf(IOException.class).until(() -> {
            new Socket(InetAddress.getLoopbackAddress(), port).close();
            return true;
        });
        return new RealMosquitto(process, port);
    }

    static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    /** SIGHUP: it will read its files again, soon. */
    void reload() throws IOException, InterruptedException {
        int sent = new ProcessBuilder("kill", "-s", "HUP", Long.toString(process.pid()))
                .start()
                .waitFor();
        assertThat(sent).isZero();
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
