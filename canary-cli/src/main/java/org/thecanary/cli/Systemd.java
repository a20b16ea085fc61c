// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Tells systemd how the broker does, where it runs as a service of {@code Type=notify} or {@code notify-reload}:
 * sd_notify(3). Elsewhere it does nothing.
 *
 * <p>Any thread.
 */
final class Systemd {
    private static final Logger LOG = LoggerFactory.getLogger("broker");

    private final @Nullable UnixDatagram socket;
    private final long watchdogMicros;

    private Systemd(@Nullable UnixDatagram socket, long watchdogMicros) {
        this.socket = socket;
        this.watchdogMicros = watchdogMicros;
    }

    /**
     * How this process was started.
     *
     * @param environment NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID
     */
    static Systemd of(Map<String, String> environment) {
        String path = environment.get("NOTIFY_SOCKET");
        if (path == null || !(path.startsWith("/") || path.startsWith("@"))) {
            return new Systemd(null, 0);
        }
        try {
            return new Systemd(new UnixDatagram(path), watchdog(environment));
        } catch (IOException e) {
            LOG.warn("systemd cannot be told that the broker runs: {}", e.getMessage());
            return new Systemd(null, 0);
        }
    }

    private static long watchdog(Map<String, String> environment) {
        String ours = Long.toString(ProcessHandle.current().pid());
        if (!environment.getOrDefault("WATCHDOG_PID", ours).equals(ours)) {
            return 0;
        }
        try {
            return Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** The broker listens, or has reloaded. */
    void ready() {
        tell("READY=1");
    }

    void reloading() {
        tell("RELOADING=1\nMONOTONIC_USEC="
                + System.nanoTime() / 1000); // CLOCK_MONOTONIC, on Linux
    }

    void stopping() {
        tell("STOPPING=1");
    }

    /**
     * Feeds the watchdog, where there is one, twice in its time and as long as the broker answers.
     *
     * @param answers may block
     */
    void watch(BooleanSupplier answers) {
        if (watchdogMicros > 0) {
            Thread.ofVirtual().name("watchdog").start(() -> feed(answers));
        }
    }

    private void feed(BooleanSupplier answers) {
        try {
            while (true) {
                Thread.sleep(Math.max(1, watchdogMicros / 2000));
                if (answers.getAsBoolean()) {
                    tell("WATCHDOG=1");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void tell(String state) {
        if (socket != null) {
            try {
                socket.send(state.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                LOG.debug("systemd was not told {}: {}", state, e.getMessage());
            }
        }
    }
}
