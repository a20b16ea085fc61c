// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import org.jspecify.annotations.Nullable;
import org.thecanary.client.Transport;
import org.thecanary.sensor.backlog.Backlog;
import org.thecanary.sensor.backlog.DiskBacklog;
import org.thecanary.sensor.backlog.MemoryBacklog;
import org.thecanary.sensor.probe.Probes;

import java.io.IOException;
import java.nio.file.Path;

/**
 * All there is to say about a sensor before it starts.
 *
 * @param broker where to send to
 * @param credential null: come in without a name
 * @param clientId of the connection; a sensor that is started again takes over from the one that is gone
 * @param sampling where no instruction says otherwise
 * @param limits which instructions are obeyed; {@code sampling} need not lie within
 * @param store where what cannot be sent is kept
 */
public record SensorOptions(
        Transport broker,
        @Nullable Credential credential,
        String clientId,
        SensorTopics topics,
        Sampling sampling,
        Sampling.Limits limits,
        Probes probes,
        Store store) {

    /** A user name and a password. */
    public record Credential(String username, String password) {

        /** Without the password, so that it cannot reach a log. */
        @Override
        public String toString() {
            return "Credential[" + username + "]";
        }
    }

    /**
     * Where what cannot be sent is kept.
     *
     * @param folder of this sensor alone; null: in memory, while it runs
     * @param maxBytes the oldest measurements are given up where it would be more
     */
    public record Store(@Nullable Path folder, long maxBytes) {
        /** Some two months of a measurement every five seconds. */
        public static final long DEFAULT_BYTES = 256L << 20;

        /** Half an hour of a hundred measurements a second. */
        public static final Store MEMORY = new Store(null, 64L << 20);

        Backlog open() throws IOException {
            return folder == null
                    ? new MemoryBacklog(maxBytes)
                    : DiskBacklog.open(folder, maxBytes);
        }
    }
}
