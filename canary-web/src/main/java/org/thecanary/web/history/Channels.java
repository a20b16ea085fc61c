// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** All channels there are, in the database and, once they were read, in memory. Any thread. */
public final class Channels {
    private static final int MOST_OF_A_SENSOR = 128;
    private static final int MOST_SENSORS = 10_000;

    /** Of all sensors: what is known of each now is kept in memory. */
    private static final int MOST = 20_000;

    private static final Logger LOG = LoggerFactory.getLogger("web");

    private final Database database;
    private final Map<String, Map<String, Channel>> bySensor = new LinkedHashMap<>();
    private int size;
    private boolean read;
    private boolean complained;

    public Channels(Database database) {
        this.database = database;
    }

    /**
     * Reads them, where that was not done yet; before, there seem to be none.
     *
     * @throws SQLException if the database cannot be read
     */
    public synchronized void read() throws SQLException {
        if (read) {
            return;
        }
        database.write(connection -> {
            try (PreparedStatement query = connection.prepareStatement(
                            "SELECT id, sensor, name, unit FROM channel ORDER BY id");
                    ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    remember(new Channel(
                            rows.getLong(1),
                            rows.getString(2),
                            rows.getString(3),
                            rows.getString(4)));
                }
            }
        });
        read = true;
    }

    private void remember(Channel channel) {
        Channel former = bySensor.computeIfAbsent(channel.sensor(), _ -> new LinkedHashMap<>())
                .put(channel.name(), channel);
        size += former == null ? 1 : 0;
    }

    /** The channels of a sensor, in the order in which they were first seen; empty where it is unknown. */
    public synchronized List<Channel> of(String sensor) {
        return List.copyOf(bySensor.getOrDefault(sensor, Map.of()).values());
    }

    /** All of them. */
    public synchronized List<Channel> all() {
        List<Channel> all = new ArrayList<>();
        bySensor.values().forEach(channels -> all.addAll(channels.values()));
        return all;
    }

    /**
     * The channel of that name, made where there is none; a unit that is new is kept.
     *
     * @param unit null: as it is
     * @return null where a sensor or the fleet has too many already
     * @throws SQLException if it cannot be written
     */
    public synchronized @Nullable Channel obtain(String sensor, String name, @Nullable String unit)
            throws SQLException {
        read();
        Map<String, Channel> ofSensor = bySensor.get(sensor);
        Channel known = ofSensor == null ? null : ofSensor.get(name);
        if (known != null && (unit == null || unit.equals(known.unit()))) {
            return known;
        }
        if (known == null
                && (size >= MOST
                        || (ofSensor == null
                                ? bySensor.size() >= MOST_SENSORS
                                : ofSensor.size() >= MOST_OF_A_SENSOR))) {
            if (!complained) {
                LOG.warn(
                        "web: {} of {} is not kept: a sensor may have {} quantities, all of them together {}, and there may be {} sensors",
                        name,
                        sensor,
                        MOST_OF_A_SENSOR,
                        MOST,
                        MOST_SENSORS);
                complained = true;
            }
            return null;
        }
        // Another program that writes to the database is a mistake, but not one to mix up channels.
        long id = database.write(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO channel (id, sensor, name, unit)"
                            + " SELECT coalesce(max(id), 0) + 1, ?, ?, ? FROM channel WHERE true"
                            + " ON CONFLICT (sensor, name) DO UPDATE SET unit = excluded.unit RETURNING id")) {
                insert.setString(1, sensor);
                insert.setString(2, name);
                insert.setString(3, unit);
                try (ResultSet rows = insert.executeQuery()) {
                    rows.next();
                    return rows.getLong(1);
                }
            }
        });
        Channel channel = new Channel(id, sensor, name, unit);
        remember(channel);
        return channel;
    }

    /** The unit of a channel, where it is known and has one. */
    public synchronized @Nullable String unit(String sensor, String name) {
        Channel channel = bySensor.getOrDefault(sensor, Map.of()).get(name);
        return channel == null ? null : Objects.requireNonNullElse(channel.unit(), "");
    }
}
