// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import org.thecanary.broker.loop.BrokerLoop;

import java.util.ArrayList;
import java.util.List;

/**
 * The connections of one loop, looked at once a second for those whose client is silent too long: Keep Alive times one
 * and a half [MQTT-3.1.2-22], or the time a CONNECT may take.
 *
 * <p>Owner: its loop.
 */
final class ConnectionSet {
    private static final long SWEEP_MILLIS = 500;

    private final BrokerLoop loop;
    private final List<Connection> connections = new ArrayList<>();
    private boolean sweeping;

    ConnectionSet(BrokerLoop loop) {
        this.loop = loop;
    }

    /** Adds a connection and tells it its place. */
    void add(Connection connection) {
        connection.place = connections.size();
        connections.add(connection);
        if (!sweeping) {
            sweeping = true;
            loop.schedule(this::sweep, SWEEP_MILLIS);
        }
    }

    /** Moves the last into the place of one that leaves. */
    void remove(Connection connection) {
        Connection last = connections.removeLast();
        if (last != connection) {
            connections.set(connection.place, last);
            last.place = connection.place;
        }
    }

    private void sweep() {
        long now = loop.nowMillis();
        for (int i = connections.size() - 1; i >= 0; i--) {
            connections.get(i).checkSilence(now);
        }
        sweeping = !connections.isEmpty();
        if (sweeping) {
            loop.schedule(this::sweep, SWEEP_MILLIS);
        }
    }

    /** Whose packet that has not come whole weighs most. There is one at least. */
    Connection withMostUnfinished() {
        Connection most = connections.getFirst();
        for (Connection connection : connections) {
            if (connection.unfinishedWeight() > most.unfinishedWeight()) {
                most = connection;
            }
        }
        return most;
    }

    /** All of them, for the end of the broker. */
    List<Connection> all() {
        return List.copyOf(connections);
    }
}
