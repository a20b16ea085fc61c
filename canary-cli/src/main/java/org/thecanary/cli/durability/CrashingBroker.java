// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.durability;

import org.thecanary.cli.net.Loopback;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A broker in a process of its own, to be killed. Owner: confined to its creator. */
final class CrashingBroker implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<String> command;
    private final Path log;
    private final int port;
    private Process process;

    /**
     * Starts a broker.
     *
     * @param command what is started, a java with this program's class path if empty; the configuration follows as -c
     * @param folder empty, for the configuration, the log and what is kept
     * @param options lines of the configuration that are added
     */
    CrashingBroker(List<String> command, Path folder, String options)
            throws IOException, InterruptedException {
        this.port = Loopback.freePort();
        this.log = folder.resolve("broker.log");
        Path configuration = folder.resolve("broker.conf");
        Files.writeString(
                configuration,
                "listener " + port + " 127.0.0.1\nallow_anonymous true\npersistence true\n"
                        + "persistence_location " + folder + "/\nmax_queued_messages 0\n"
                        + "max_inflight_messages 50\nlog_type error\nlog_type warning\n" + options);
        try (FileChannel file = FileChannel.open(configuration);
                FileChannel directory = FileChannel.open(folder)) {
            file.force(true); // it outlives a power cut, too
            directory.force(true);
        }
        this.command = new ArrayList<>(command.isEmpty() ? canary() : command);
        this.command.addAll(List.of("-c", configuration.toString()));
        this.process = launch();
    }

    private static List<String> canary() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-Dio.netty.noUnsafe=false",
                "-Djava.library.path=" + System.getProperty("java.library.path"),
                "-cp",
                System.getProperty("java.class.path"),
                "org.thecanary.cli.Canary",
                "broker");
    }

    int port() {
        return port;
    }

    private Process launch() throws IOException, InterruptedException {
        Process launched = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        if (!Loopback.awaitListener(port, PATIENCE, launched::isAlive)) {
            launched.destroyForcibly();
            throw new IOException("the broker does not start; it said:\n" + Files.readString(log));
        }
        return launched;
    }

    /** SIGKILL, and when the process is gone, what is done to its disk, and the next start. */
    void crash(Between between) throws IOException, InterruptedException {
        process.destroyForcibly().waitFor();
        between.run();
        process = launch();
    }

    /** What happens between a crash and the next start. */
    interface Between {
        void run() throws IOException;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
