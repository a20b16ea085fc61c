// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

/**
 * When to send PINGREQ, and when to give the Server up [MQTT-3.1.2-20].
 *
 * <p>PINGREQ is due once nothing was sent for the Keep Alive, and also once nothing was received for as long: a client
 * that only publishes QoS 0 would otherwise never learn that nobody hears it. Whatever is received shows that the Server
 * lives, as a PINGRESP behind a large PUBLISH takes its time.
 *
 * <p>Owner: the client's loop.
 */
final class KeepAlive {
    private static final long LONGEST_WAIT_MILLIS = 30_000;

    /** What is due. */
    enum Due {
        NOTHING,
        PING,
        DEAD
    }

    private final long intervalMillis;
    private final long waitMillis;
    private long sentMillis;
    private long receivedMillis;
    private boolean awaitsPong;
    private long pingMillis;

    /**
     * A connection's keep alive.
     *
     * @param seconds 0: off
     */
    KeepAlive(int seconds, long nowMillis) {
        intervalMillis = seconds * 1000L;
        waitMillis = Math.min(intervalMillis, LONGEST_WAIT_MILLIS);
        sentMillis = nowMillis;
        receivedMillis = nowMillis;
    }

    boolean isOff() {
        return intervalMillis == 0;
    }

    void sent(long nowMillis) {
        sentMillis = nowMillis;
    }

    void received(long nowMillis) {
        receivedMillis = nowMillis;
    }

    void pong() {
        awaitsPong = false;
    }

    /**
     * What is due now.
     *
     * @param deaf whether the application stopped reading, so that silence says nothing
     */
    Due due(long nowMillis, boolean deaf) {
        if (awaitsPong) {
            if (!deaf && nowMillis - Math.max(pingMillis, receivedMillis) >= waitMillis) {
                return Due.DEAD;
            }
            return nowMillis - sentMillis >= intervalMillis ? Due.PING : Due.NOTHING;
        }
        boolean silent = nowMillis - sentMillis >= intervalMillis
                || nowMillis - receivedMillis >= intervalMillis;
        return silent ? Due.PING : Due.NOTHING;
    }

    /** PINGREQ was sent. */
    void pinged(long nowMillis) {
        if (!awaitsPong) {
            awaitsPong = true;
            pingMillis = nowMillis;
        }
        sentMillis = nowMillis;
    }

    /** How long until something may be due, at least 1 ms. */
    long nextMillis(long nowMillis) {
        long at = sentMillis + intervalMillis;
        at = Math.min(
                at,
                awaitsPong
                        ? Math.max(pingMillis, receivedMillis) + waitMillis
                        : receivedMillis + intervalMillis);
        return Math.max(1, at - nowMillis);
    }
}
