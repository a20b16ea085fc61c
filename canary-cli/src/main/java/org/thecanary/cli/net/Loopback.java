// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** What listens on 127.0.0.1. Any thread. */
public final class Loopback {
    private static final int PATIENCE_MILLIS = 1000;
    private static final int POLL_MILLIS = 20;

    private Loopback() {}

    /** A port that nobody has at the moment. */
    public static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    /** Whether somebody accepts connections there. */
    public static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Waits until somebody accepts connections there.
     *
     * @param isAlive whether somebody still may
     * @return false where that is over, or nobody did for so long
     */
    public static boolean awaitListener(int port, Duration patience, BooleanSupplier isAlive)
            throws InterruptedException {
        long begun = System.nanoTime();
        while (!listens(port)) {
            if (!isAlive.getAsBoolean() || System.nanoTime() - begun > patience.toNanos()) {
                return false;
            }
            Thread.sleep(POLL_MILLIS);
        }
        return true;
    }
}
