// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.ThrowingRunnable;
import org.thecanary.cli.net.Loopback;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A program that runs as a process of its own, its output in files. Owner: confined to its creator. */
final class Program implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    static {
        Awaitility.setDefaultTimeout(PATIENCE); // for tests that wait for what a program does
    }

    /** "running" alone is too little: local only mode names "clients running on this machine" before. */
    private static final Pattern BROKER_RUNS =
            Pattern.compile("(mosquitto version|canary) .+ running");

    private final Process process;
    private final Path out;
    private final Path err;

    private Program(Path folder, List<String> command, Map<String, String> environment)
            throws IOException {
        this.out = Files.createTempFile(folder, "stdout", "");
        this.err = Files.createTempFile(folder, "stderr", "");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        this.process = builder.redirectInput(
                        ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
    }

    /** The program of this module, by its classes. */
    static Program canary(Path folder, String... arguments) throws IOException {
        return canaryWith(folder, Map.of(), arguments);
    }

    /** With more in its environment. */
    static Program canaryWith(Path folder, Map<String, String> environment, String... arguments)
            throws IOException {
        return new Program(folder, canaryCommand(arguments), environment);
    }

    /** What {@link #canary} runs. */
    static List<String> canaryCommand(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-Dio.netty.noUnsafe=false",
                "-cp",
                System.getProperty("java.class.path"),
                Canary.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Any other program. */
    static Program of(Path folder, List<String> command) throws IOException {
        return of(folder, command, Map.of());
    }

    /** With more in its environment. */
    static Program of(Path folder, List<String> command, Map<String, String> environment)
            throws IOException {
        return new Program(folder, command, environment);
    }

    /** CI has mosquitto's clients; elsewhere tests that need them are skipped. */
    static void needsMosquittoClients() {
        boolean installed = Files.isExecutable(Path.of("/usr/bin/mosquitto_sub"));
        assertThat(installed || !"true".equals(System.getenv("CI")))
                .as("CI needs mosquitto's clients")
                .isTrue();
        assumeTrue(installed, "mosquitto_sub is not installed");
    }

    static int freePort() throws IOException {
        return Loopback.freePort();
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String out() throws IOException {
        return Files.readString(out);
    }

    String err() throws IOException {
        return Files.readString(err);
    }

    /** Waits until it has said this, on either stream. */
    Program says(String text) {
        return until(() -> assertThat(out() + err()).contains(text));
    }

    /** Waits until it has said that it is a broker that runs: its listeners are open then. */
    Program serves() {
        return until(() -> assertThat(out() + err()).containsPattern(BROKER_RUNS));
    }

    /** Where it waits in vain nobody has it to close it. */
    private Program until(ThrowingRunnable isSeen) {
        try {
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).untilAsserted(isSeen);
            return this;
        } catch (ConditionTimeoutException e) {
            close();
            throw e;
        }
    }

    /** SIGTERM, and what it exits with. */
    int stop() throws InterruptedException {
        process.destroy();
        return exitCode();
    }

    /** Sends a signal, such as "HUP". */
    void signal(String name) throws IOException, InterruptedException {
        int sent = new ProcessBuilder("kill", "-s", name, Long.toString(process.pid()))
                .start()
                .waitFor();
        assertThat(sent).isZero();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    int exitCode() throws InterruptedException {
        return exitCode(PATIENCE);
    }

    /** Of a program that has waits of its own, which end well before. */
    int exitCode(Duration patience) throws InterruptedException {
        assertThat(process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join(); // its ports are free again when this returns
    }
}
