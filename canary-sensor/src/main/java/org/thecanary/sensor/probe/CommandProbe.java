// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.probe;

import org.jspecify.annotations.Nullable;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The numbers that a command prints. It is run by {@code sh -c} for each measurement, with nothing to read; its error
 * output is the sensor's. What takes longer than it may is ended, and all it has started; for a while it is not
 * run again then, since nothing else is measured meanwhile.
 *
 * <p>Any thread.
 */
final class CommandProbe implements Probe {
    static final Duration PATIENCE = Duration.ofSeconds(10);
    static final Duration REST = Duration.ofMinutes(1);

    private static final File NOTHING = new File("/dev/null");

    private final NamedSource named;
    private final Duration patience;
    private final LongSupplier nanos;

    /** When it hung; null: it did not the last time. */
    private volatile @Nullable Long hungAt;

    CommandProbe(NamedSource named) {
        this(named, PATIENCE, System::nanoTime);
    }

    /**
     * @param patience how long it may take
     * @param nanos as {@link System#nanoTime}
     */
    CommandProbe(NamedSource named, Duration patience, LongSupplier nanos) {
        this.named = named;
        this.patience = patience;
        this.nanos = nanos;
    }

    @Override
    public String what() {
        return "the command of " + named.name();
    }

    @Override
    public List<Reading> read() throws IOException {
        Long hung = hungAt;
        if (hung != null && nanos.getAsLong() - hung < REST.toNanos()) {
            throw tooLong();
        }
        hungAt = null;
        Process process = new ProcessBuilder("sh", "-c", named.source())
                .redirectInput(ProcessBuilder.Redirect.from(NOTHING))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            CompletableFuture<byte[]> output = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> drain(process, output));
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                hungAt = nanos.getAsLong();
                throw tooLong();
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

    private IOException tooLong() {
        return new IOException("it takes longer than " + patience.toSeconds()
                + " seconds, and is run again a minute later");
    }

    private static void drain(Process process, CompletableFuture<byte[]> output) {
        try (var in = process.getInputStream()) {
            output.complete(in.readNBytes(FileProbe.MOST));
        } catch (IOException e) {
            output.complete(new byte[0]);
        }
    }
}
