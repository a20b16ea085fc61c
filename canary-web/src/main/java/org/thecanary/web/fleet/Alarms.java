// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.fleet;

import org.jspecify.annotations.Nullable;
import org.thecanary.web.history.Threshold;
import org.thecanary.web.payload.Measurement;
import org.thecanary.web.payload.Reading;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Watches thresholds. A value beyond one for as long as the threshold says is an alarm until a value is back; a sensor that
 * is silent for as long is one until it says something.
 *
 * <p>Any thread; nothing here takes long.
 */
public final class Alarms {
    private final Map<String, Watch> watches = new LinkedHashMap<>();
    private final Listener listener;

    /** Called under the lock: must not block, nor call back. */
    public interface Listener {
        /** An alarm began. */
        void raised(Alarm alarm);

        /** It is over. */
        void over(Alarm alarm, long nowMillis);
    }

    /**
     * An alarm.
     *
     * @param value the latest; NaN for silence
     * @param peak the one farthest beyond
     */
    public record Alarm(
            Threshold threshold,
            long sinceMillis,
            double value,
            double peak,
            boolean acknowledged) {

        /** All of it, for a page and for whoever is warned. */
        public Map<String, Object> view() {
            Map<String, Object> view = Alarms.view(threshold);
            view.put("since", sinceMillis);
            if (!Double.isNaN(value)) {
                view.put("value", value);
                view.put("peak", peak);
            }
            view.put("acknowledged", acknowledged);
            return view;
        }
    }

    /** A threshold for a page. */
    public static Map<String, Object> view(Threshold threshold) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", threshold.id());
        view.put("sensor", threshold.sensor());
        view.put("quantity", threshold.channel());
        view.put("kind", threshold.kind().name().toLowerCase(Locale.ROOT));
        view.put("limit", threshold.bound());
        view.put("seconds", threshold.seconds());
        return view;
    }

    private static final class Watch {
        private final Threshold threshold;
        private long beyondSince;
        private double value = Double.NaN;
        private double peak;
        private long lastSeen;
        private long lastOver;
        private boolean raised;
        private boolean acknowledged;

        Watch(Threshold threshold, long nowMillis) {
            this.threshold = threshold;
            this.lastSeen = nowMillis;
        }

        Alarm alarm() {
            return new Alarm(threshold, beyondSince, value, peak, acknowledged);
        }
    }

    public Alarms(Listener listener) {
        this.listener = listener;
    }

    public synchronized void add(Threshold threshold, long nowMillis) {
        watches.put(threshold.id(), new Watch(threshold, nowMillis));
    }

    /** Forgets a threshold; an alarm of it is over. */
    public synchronized @Nullable Threshold remove(String id, long nowMillis) {
        Watch watch = watches.remove(id);
        if (watch != null && watch.raised) {
            listener.over(watch.alarm(), nowMillis);
        }
        return watch == null ? null : watch.threshold;
    }

    /** A person has seen the alarms. */
    public synchronized void acknowledge() {
        watches.values().forEach(watch -> watch.acknowledged = watch.raised);
    }

    /** The thresholds of a sensor. */
    public synchronized List<Object> thresholds(String sensor) {
        List<Object> views = new ArrayList<>();
        for (Watch watch : watches.values()) {
            if (watch.threshold.sensor().equals(sensor)) {
                Map<String, Object> view = view(watch.threshold);
                view.put("raised", watch.raised);
                view.put("last", watch.lastOver);
                views.add(view);
            }
        }
        return views;
    }

    /** The alarms there are, oldest first. */
    public synchronized List<Object> active() {
        return watches.values().stream()
                .filter(watch -> watch.raised)
                .map(watch -> (Object) watch.alarm().view())
                .toList();
    }

    /** How many thresholds there are. */
    public synchronized int size() {
        return watches.size();
    }

    /** A measurement came. */
    public synchronized void measured(String sensor, Measurement measurement, long nowMillis) {
        for (Watch watch : watches.values()) {
            if (!watch.threshold.sensor().equals(sensor)) {
                continue;
            }
            watch.lastSeen = nowMillis;
            if (watch.threshold.kind() == Threshold.Kind.SILENT) {
                end(watch, nowMillis);
                continue;
            }
            for (Reading reading : measurement.readings()) {
                if (reading.name().equals(watch.threshold.channel())) {
                    value(watch, reading.value(), nowMillis);
                }
            }
        }
    }

    private void value(Watch watch, double value, long nowMillis) {
        watch.value = value;
        if (!watch.threshold.isBeyond(value)) {
            end(watch, nowMillis);
            return;
        }
        boolean first = watch.beyondSince == 0;
        if (first) {
            watch.beyondSince = nowMillis;
        }
        boolean above = watch.threshold.kind() == Threshold.Kind.ABOVE;
        watch.peak =
                first ? value : above ? Math.max(watch.peak, value) : Math.min(watch.peak, value);
        if (!watch.raised && nowMillis - watch.beyondSince >= watch.threshold.seconds() * 1000) {
            watch.raised = true;
            listener.raised(watch.alarm());
        }
    }

    private void end(Watch watch, long nowMillis) {
        if (watch.raised) {
            watch.lastOver = nowMillis;
            listener.over(watch.alarm(), nowMillis);
        }
        watch.raised = false;
        watch.acknowledged = false;
        watch.beyondSince = 0;
    }

    /** Time passed: who is silent? */
    public synchronized void tick(long nowMillis) {
        for (Watch watch : watches.values()) {
            long silent = nowMillis - watch.lastSeen;
            if (watch.threshold.kind() == Threshold.Kind.SILENT
                    && !watch.raised
                    && silent >= watch.threshold.seconds() * 1000) {
                watch.beyondSince = watch.lastSeen;
                watch.raised = true;
                listener.raised(watch.alarm());
            }
        }
    }
}
