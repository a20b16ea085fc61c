// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.sensor.SensorOptions.Store;
import org.thecanary.sensor.SensorTopics;
import org.thecanary.sensor.backlog.DiskBacklog;

import picocli.CommandLine.Option;

import java.net.URLEncoder;
import java.nio.file.Path;

/** Where {@code canary sensor} keeps what it cannot send. Owner: confined to its creator. */
final class StoreOptions {
    @Option(
            names = "--store",
            paramLabel = "DIR",
            description =
                    "Keep measurements that cannot be sent here. Default: $XDG_STATE_HOME/canary/sensor or ~/.local/state/canary/sensor.")
    private @Nullable Path folder;

    @Option(
            names = "--store-size",
            paramLabel = "MIB",
            description =
                    "Keep at most so many MiB for each sensor; the oldest measurements go first. Default: ${DEFAULT-VALUE}.")
    private int mebibytes = (int) (Store.DEFAULT_BYTES >> 20);

    @Option(names = "--no-store", description = "Keep them in memory alone, while the sensor runs.")
    private boolean none;

    /**
     * The store of one sensor.
     *
     * @throws IllegalArgumentException with a sentence, if there is nowhere to keep anything
     */
    Store store(SensorTopics topics) {
        long bytes = (long) mebibytes << 20;
        if (bytes < DiskBacklog.LEAST_BYTES) {
            throw new IllegalArgumentException("--store-size " + mebibytes + " is not 1 or more");
        }
        return none
                ? new Store(null, bytes)
                : new Store(base().resolve(URLEncoder.encode(topics.prefix(), UTF_8)), bytes);
    }

    private Path base() {
        if (folder != null) {
            return folder.toAbsolutePath().normalize();
        }
        String state = System.getenv("XDG_STATE_HOME");
        if (state != null && state.startsWith("/")) {
            return Path.of(state, "canary", "sensor");
        }
        String home = System.getenv("HOME");
        if (home == null || !home.startsWith("/")) {
            throw new IllegalArgumentException(
                    "there is no home folder to keep measurements in. Name a folder, --store DIR, or do without, --no-store");
        }
        return Path.of(home, ".local", "state", "canary", "sensor");
    }
}
