// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import org.thecanary.web.http.EventRing;
import org.thecanary.web.payload.Json;
import org.thecanary.web.payload.Measurement;
import org.thecanary.web.payload.Reading;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The sensors that somebody looks at now: every value of them goes to the browsers. Any thread. */
final class Watchers {
    private static final int EVENTS = 256;

    private final Map<String, Watched> bySensor = new HashMap<>();

    private static final class Watched {
        private final EventRing ring = new EventRing(EVENTS);
        private final List<Object> pending = new ArrayList<>();
        private int browsers;
    }

    /** A browser begins to look at a sensor; {@link #leave} ends it. */
    synchronized EventRing watch(String sensor) {
        Watched watched = bySensor.computeIfAbsent(sensor, _ -> new Watched());
        watched.browsers++;
        return watched.ring;
    }

    synchronized void leave(String sensor) {
        Watched watched = bySensor.get(sensor);
        if (watched != null && --watched.browsers == 0) {
            bySensor.remove(sensor);
        }
    }

    synchronized void measured(String sensor, Measurement measurement) {
        Watched watched = bySensor.get(sensor);
        if (watched != null) {
            Map<String, Object> values = new LinkedHashMap<>();
            for (Reading reading : measurement.readings()) {
                values.put(reading.name(), reading.value());
            }
            watched.pending.add(List.of(measurement.timeMillis(), values));
        }
    }

    /** Hands on what came since the last call, an event for each sensor. */
    synchronized void flush() {
        for (Watched watched : bySensor.values()) {
            if (!watched.pending.isEmpty()) {
                watched.ring.add(Json.text(watched.pending));
                watched.pending.clear();
            }
        }
    }

    /** How many sensors are watched; for tests. */
    synchronized int size() {
        return bySensor.size();
    }
}
