// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.probe;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The numbers that a command prints. It is run by {@code sh -c} for each measurement, with nothing to read; its error
 * output is the sensor's. What takes longer than {@link #PATIENCE} is ended, and all it has started.
 */
record CommandProbe(NamedSource named) implements Probe {
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final File NOTHING = new File("/dev/null");

    @Override
    public String what() {
        return "the command of " + named.name();
    }

    @Override
    public List<Reading> read() throws IOException {
        Process process = new ProcessBuilder("sh", "-c", named.source())
                .redirectInput(ProcessBuilder.Redirect.from(NOTHING))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            CompletableFuture<byte[]> output = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> drain(process, output));
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("it takes longer than " + PATIENCE.toSeconds() + " seconds");
            }
            if (process.exitValue() != 0) {
                throw new IOException("it ends with exit code " + process.exitValue());
            }
            byte[] printed =
                    output.completeOnTimeout(new byte[0], 1, TimeUnit.SECONDS).join();
            return named.readings(new String(printed, StandardCharsets.UTF_8), "it");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the sensor stops", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static void drain(Process process, CompletableFuture<byte[]> output) {
        try (var in = process.getInputStream()) {
            output.complete(in.readNBytes(FileProbe.MOST));
        } catch (IOException e) {
            output.complete(new byte[0]);
        }
    }
}
