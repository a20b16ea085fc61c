// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import org.thecanary.client.ClientThreads;
import org.thecanary.sensor.backlog.Backlog;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * What sensors run on: one thread for what they do, one for the network, and one that forces to the disk what waits.
 *
 * <p>Who makes it closes it, after its sensors. Any thread.
 */
public final class SensorThreads implements AutoCloseable {
    /** How long what waits may be in the system's memory alone. */
    private static final Duration UNFORCED = Duration.ofSeconds(1);

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final ClientThreads network = new ClientThreads();
    private final ScheduledThreadPoolExecutor sensors = executor("sensor");
    private final ScheduledThreadPoolExecutor disk = executor("sensor-disk");
    private final Set<Backlog> backlogs = ConcurrentHashMap.newKeySet();

    /** Starts the threads. */
    public SensorThreads() {
        var _ = disk.scheduleWithFixedDelay(
                this::sync, UNFORCED.toMillis(), UNFORCED.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static ScheduledThreadPoolExecutor executor(String name) {
        var executor = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name(name).factory());
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return executor;
    }

    ClientThreads network() {
        return network;
    }

    ScheduledThreadPoolExecutor sensors() {
        return sensors;
    }

    void keepOnDisk(Backlog backlog) {
        backlogs.add(backlog);
    }

    void forget(Backlog backlog) {
        backlogs.remove(backlog);
    }

    private void sync() {
        for (Backlog backlog : backlogs) {
            try {
                backlog.sync();
            } catch (IOException e) {
                // A disk that is broken is told of where it is written to.
            }
        }
    }

    @Override
    public void close() {
        // Not shutdownNow: an interrupted thread closes the files it writes to.
        sensors.shutdown();
        disk.shutdown();
        try {
            var _ = sensors.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        network.close();
    }
}
