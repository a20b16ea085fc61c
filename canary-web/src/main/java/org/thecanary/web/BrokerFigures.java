// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import org.jspecify.annotations.Nullable;
import org.thecanary.web.history.Entry;
import org.thecanary.web.payload.Measurement;
import org.thecanary.web.payload.Reading;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the broker says of itself in {@code $SYS}, whichever broker it is: counters become rates, and the main figures go
 * into the history as if they were a sensor's.
 *
 * <p>Any thread.
 */
final class BrokerFigures {
    /** Under this name the figures are in the history; no sensor's topics can begin so. */
    static final String SENSOR = "$SYS";

    private static final int MOST_TOPICS = 2_000;

    /** Two of mosquitto's sys_interval, and some. */
    private static final long STILL_MILLIS = 25_000;

    private static final String BROKER = "$SYS/broker/";

    /** The counters that are shown as rates, by topic. */
    private static final Map<String, String> RATES = Map.of(
            BROKER + "publish/messages/received", "in",
            BROKER + "publish/messages/sent", "out",
            BROKER + "publish/messages/dropped", "dropped",
            BROKER + "bytes/received", "bytes in",
            BROKER + "bytes/sent", "bytes out");

    /** The levels, by topic. */
    private static final Map<String, String> LEVELS = Map.of(
            BROKER + "clients/connected", "clients",
            BROKER + "store/messages/count", "stored",
            BROKER + "messages/stored", "stored",
            BROKER + "retained messages/count", "retained",
            BROKER + "heap/current", "memory");

    private final Map<String, String> values = new TreeMap<>();
    private final Map<String, Counter> counters = new LinkedHashMap<>();
    private final Map<String, Double> now = new LinkedHashMap<>();
    private long heardMillis;

    private record Counter(double value, long atMillis) {}

    /** A message of {@code $SYS}. */
    synchronized void heard(String topic, byte[] payload, long nowMillis) {
        if (payload.length > 1_000
                || (values.size() >= MOST_TOPICS && !values.containsKey(topic))) {
            return;
        }
        String text = new String(payload, StandardCharsets.UTF_8);
        values.put(topic, text);
        heardMillis = nowMillis;
        String rate = RATES.get(topic);
        String level = LEVELS.get(topic);
        Double number = rate == null && level == null ? null : number(text);
        if (number == null) {
            return;
        }
        if (level != null) {
            now.put(level, number);
        }
        if (rate != null) {
            Counter before = counters.put(rate, new Counter(number, nowMillis));
            if (before != null && nowMillis > before.atMillis && number >= before.value) {
                now.put(rate, (number - before.value) * 1000.0 / (nowMillis - before.atMillis));
            }
        }
    }

    private static @Nullable Double number(String text) {
        try {
            double number = Double.parseDouble(text);
            return Double.isFinite(number) ? number : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** A broker says a counter when it has changed; one that is not heard stands still. */
    private void settle(long nowMillis) {
        counters.forEach((rate, counter) -> {
            if (nowMillis - counter.atMillis > STILL_MILLIS) {
                now.computeIfPresent(rate, (_, _) -> 0.0);
            }
        });
    }

    /** What goes into the history now; empty where the broker says nothing. */
    synchronized List<Entry> entries(long nowMillis) {
        settle(nowMillis);
        if (now.isEmpty() || nowMillis - heardMillis > 60_000) {
            return List.of();
        }
        List<Reading> readings = new ArrayList<>();
        now.forEach((name, value) -> readings.add(new Reading(name, value, null)));
        return List.of(new Entry(SENSOR, new Measurement(nowMillis, 0, true, readings)));
    }

    /** The main figures, for a page. */
    synchronized Map<String, Object> view(long nowMillis) {
        settle(nowMillis);
        Map<String, Object> view = new LinkedHashMap<>(now);
        put(view, "version", BROKER + "version");
        put(view, "uptime", BROKER + "uptime");
        view.put("heard", heardMillis);
        return view;
    }

    private void put(Map<String, Object> view, String name, String topic) {
        String value = values.get(topic);
        if (value != null) {
            view.put(name, value);
        }
    }

    /** All topics and what they say. */
    synchronized Map<String, Object> all() {
        return new LinkedHashMap<>(values);
    }
}
