// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import org.thecanary.cli.net.Loopback;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A broker that was started to be compared, on a port of its own, with the same configuration as the others; it ends with
 * the comparison. Owner: confined to its creator.
 */
final class StartedBroker implements AutoCloseable {
    private static final String PROGRAM = "org.thecanary.cli.Canary";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final Path folder;
    private final int port;

    private StartedBroker(Process process, Path folder, int port) {
        this.process = process;
        this.folder = folder;
        this.port = port;
    }

    /** This very program as a broker, with the same JVM and flags. */
    static StartedBroker canary() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-agentlib") && !flag.startsWith("-javaagent"))
                .forEach(command::add);
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), PROGRAM, "broker", "-c"));
        return start("canary", command);
    }

    /** mosquitto, as it is installed. */
    static StartedBroker mosquitto() throws IOException, InterruptedException {
        String path = System.getenv("PATH") + File.pathSeparator + "/usr/sbin";
        Path program = Stream.of(path.split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, "mosquitto"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(
                        () -> new BenchException(
                                "mosquitto is not installed; name another broker as --broker NAME=HOST:PORT"));
        return start("mosquitto", List.of(program.toString(), "-c"));
    }

    private static StartedBroker start(String name, List<String> program)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("canary-bench");
        int port = Loopback.freePort();
        Path config = Files.writeString(folder.resolve("mosquitto.conf"), """
                listener %d 127.0.0.1
                allow_anonymous true
                set_tcp_nodelay true
                max_queued_messages 0
                log_dest stderr
                log_type error
                user %s
                """.formatted(
                        port, System.getProperty("user.name")));
        List<String> command = new ArrayList<>(program);
        command.add(config.toString());
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        var broker = new StartedBroker(process, folder, port);
        if (!Loopback.awaitListener(port, PATIENCE, process::isAlive)) {
            String said = Files.readString(log).strip();
            broker.close();
            throw new BenchException(name + " does not start: " + said);
        }
        return broker;
    }

    int port() {
        return port;
    }

    BrokerProcess process() {
        return new BrokerProcess(process.pid());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // What is left of a temporary folder does no harm.
        }
    }
}
