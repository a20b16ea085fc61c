// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.fleet;

import org.jspecify.annotations.Nullable;
import org.thecanary.web.history.Channel;
import org.thecanary.web.history.Curve;
import org.thecanary.web.payload.Json;
import org.thecanary.web.payload.MalformedPayload;
import org.thecanary.web.payload.Measurement;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** All sensors, by the prefix of their topics. Any thread; nothing here takes long. */
public final class Fleet {
    private static final int MOST_SENSORS = 10_000;
    static final int MOST_QUANTITIES = 20_000;

    private final SensorState.Room room = new SensorState.Room(MOST_QUANTITIES);
    private final Map<String, SensorState> sensors = new TreeMap<>();
    private final Set<String> changed = new HashSet<>();
    private final FleetEvents events;

    public Fleet(FleetEvents events) {
        this.events = events;
    }

    private @Nullable SensorState sensor(String prefix) {
        SensorState known = sensors.get(prefix);
        if (known == null && sensors.size() < MOST_SENSORS) {
            known = new SensorState(prefix, room);
            sensors.put(prefix, known);
        }
        if (known != null) {
            changed.add(prefix);
        }
        return known;
    }

    /** A channel of the history, with what was last measured; for the start, and later where the history was away then. */
    public synchronized void remember(Channel channel, Curve lastHour) {
        SensorState sensor = sensor(channel.sensor());
        if (sensor == null) {
            return;
        }
        SensorState.Quantity quantity = sensor.quantity(channel.name());
        if (quantity == null) {
            return;
        }
        quantity.unit = channel.unit() == null ? "" : channel.unit();
        for (int i = 0; i < lastHour.times().size(); i++) {
            quantity.spark.add(lastHour.times().get(i), lastHour.means().get(i));
            if (quantity.timeMillis < lastHour.times().get(i)) { // or it is a live one
                quantity.value = lastHour.means().get(i);
            }
            sensor.seenBefore(lastHour.times().get(i));
        }
    }

    /** A measurement came. */
    public synchronized void measured(String prefix, Measurement measurement, long nowMillis) {
        SensorState sensor = sensor(prefix);
        if (sensor != null) {
            sensor.measured(measurement, nowMillis);
        }
    }

    /** A status came; an empty one is that of a sensor that was forgotten. */
    public synchronized void status(String prefix, byte[] payload, long nowMillis) {
        if (payload.length == 0) {
            return;
        }
        SensorState sensor = sensor(prefix);
        if (sensor == null) {
            return;
        }
        try {
            sensor.status(Json.object(payload), nowMillis)
                    .forEach(change ->
                            events.happened(prefix, change.kind(), change.text(), change.detail()));
        } catch (MalformedPayload e) {
            // Other firmware says "online" as a word, or nothing that can be read.
            String word = new String(payload, StandardCharsets.UTF_8).strip();
            if (word.equals("online") || word.equals("offline")) {
                sensor.status(Map.of("state", word), nowMillis)
                        .forEach(change -> events.happened(
                                prefix, change.kind(), change.text(), change.detail()));
            }
        }
    }

    /** A sampling instruction was published, by whoever. */
    public synchronized void instructed(String prefix, byte[] payload, long nowMillis) {
        SensorState sensor = sensor(prefix);
        if (sensor != null && payload.length <= 64) {
            sensor.instructed(new String(payload, StandardCharsets.UTF_8).strip(), nowMillis);
        }
    }

    /** An operator asks, perhaps for the same again. */
    public synchronized void asked(String prefix, long nowMillis) {
        SensorState sensor = sensor(prefix);
        if (sensor != null) {
            sensor.askedAgain(nowMillis);
        }
    }

    /** Whether there is such a sensor. */
    public synchronized boolean knows(String prefix) {
        return sensors.containsKey(prefix);
    }

    /** The unit of a quantity, empty where nobody said. */
    public synchronized String unit(String prefix, String name) {
        SensorState sensor = sensors.get(prefix);
        SensorState.Quantity quantity = sensor == null ? null : sensor.quantities.get(name);
        return quantity == null ? "" : quantity.unit;
    }

    /** All sensors, for a page. */
    public synchronized List<Object> views(long nowMillis) {
        List<Object> views = new ArrayList<>();
        sensors.values().forEach(sensor -> views.add(sensor.view(nowMillis)));
        return views;
    }

    /** Those about which something is new since the last call. */
    public synchronized List<Object> changedViews(long nowMillis) {
        List<Object> views = new ArrayList<>();
        for (String prefix : changed) {
            SensorState sensor = sensors.get(prefix);
            if (sensor != null) {
                views.add(sensor.view(nowMillis));
            }
        }
        changed.clear();
        return views;
    }

    /** The last hour of all quantities, by sensor and name. */
    public synchronized Map<String, Object> sparks(long nowMillis) {
        Map<String, Object> all = new LinkedHashMap<>();
        sensors.forEach((prefix, sensor) -> {
            Map<String, Object> of = new LinkedHashMap<>();
            sensor.quantities.forEach(
                    (name, quantity) -> of.put(name, quantity.spark.points(nowMillis)));
            all.put(prefix, of);
        });
        return all;
    }
}
