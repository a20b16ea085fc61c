// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.fleet;

import org.jspecify.annotations.Nullable;
import org.thecanary.sensor.Sampling;
import org.thecanary.web.payload.Json;
import org.thecanary.web.payload.Measurement;
import org.thecanary.web.payload.Reading;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What is known of one sensor now.
 *
 * <p>Confined to the fleet's lock.
 */
final class SensorState {
    /** A sensor is late after so many periods, and after this time at least. */
    private static final int LATE_PERIODS = 3;

    private static final long LATE_AT_LEAST_MILLIS = 5_000;

    /** A rate is kept if it is measured within a tenth of it. */
    private static final double TOLERANCE = 0.1;

    /** Time for a message to go to the sensor and back, beside its three intervals. */
    private static final long ROUND_TRIP_MILLIS = 1_500;

    /** A sensor's clock is no further ahead than this, unless it is wrong. */
    private static final long AHEAD_MILLIS = 60_000;

    private static final int MOST_QUANTITIES = 128;

    final String prefix;

    final Map<String, Quantity> quantities = new LinkedHashMap<>();
    private final Room room;
    private final RateMeter meter = new RateMeter();

    private long lastMillis;
    private long arrivedMillis;
    private long values;

    // of its status
    private @Nullable Boolean online;
    private long statusMillis;
    private String reason = "";
    private double confirmedHertz;
    private long confirmedMillis;
    private String refusedInstruction = "";
    private String refusedReason = "";

    // of the instruction
    private String askedText = "";
    private double askedHertz;
    private long askedMillis;

    /** One quantity. */
    static final class Quantity {
        final Spark spark = new Spark();
        String unit = "";
        double value = Double.NaN;
        long timeMillis;
    }

    /** How many quantities all sensors together may still have: each takes two kilobytes. */
    static final class Room {
        private int left;

        Room(int left) {
            this.left = left;
        }
    }

    SensorState(String prefix, Room room) {
        this.prefix = prefix;
        this.room = room;
    }

    /** What the instruction's sensor did about it. */
    enum Verdict {
        /** Nothing was asked. */
        NONE,
        /** It may still answer. */
        WAITING,
        /** It does as asked. */
        SETTLED,
        /** It said no. */
        REFUSED,
        /** It did not answer within three intervals. */
        IGNORED,
        /** It confirmed, and measures at another rate. */
        MISSED
    }

    void measured(Measurement measurement, long nowMillis) {
        arrivedMillis = nowMillis;
        values++;
        if (lastMillis > nowMillis + AHEAD_MILLIS && measurement.timeMillis() < lastMillis) {
            lastMillis = 0; // its clock was ahead, and was put right
            quantities.values().forEach(quantity -> quantity.spark.clear());
        }
        meter.add(measurement.timeMillis());
        boolean latest = measurement.timeMillis() >= lastMillis;
        lastMillis = Math.max(lastMillis, measurement.timeMillis());
        for (Reading reading : measurement.readings()) {
            Quantity quantity = quantity(reading.name());
            if (quantity == null) {
                continue;
            }
            if (reading.unit() != null) {
                quantity.unit = reading.unit();
            }
            quantity.spark.add(measurement.timeMillis(), reading.value());
            if (latest) {
                quantity.value = reading.value();
                quantity.timeMillis = measurement.timeMillis();
            }
        }
    }

    /** The history knows of it. */
    void seenBefore(long timeMillis) {
        lastMillis = Math.max(lastMillis, timeMillis);
    }

    /** The quantity of that name, made where there is none; null: there are too many already. */
    @Nullable
    Quantity quantity(String name) {
        Quantity known = quantities.get(name);
        if (known == null && quantities.size() < MOST_QUANTITIES && room.left > 0) {
            room.left--;
            known = new Quantity();
            quantities.put(name, known);
        }
        return known;
    }

    /** Its status came; says what is new in it. */
    List<Change> status(Map<String, Object> status, long nowMillis) {
        List<Change> changes = new ArrayList<>();
        statusMillis = nowMillis;
        String state = Json.text(status, "state");
        boolean nowOnline = !"offline".equals(state);
        reason = Objects.requireNonNullElse(Json.text(status, "reason"), "");
        if (online == null || online != nowOnline) {
            changes.add(
                    nowOnline
                            ? new Change("online", online == null ? "Online" : "Back online", "")
                            : new Change("offline", "Offline", reason));
        }
        online = nowOnline;
        if (!nowOnline) {
            return changes;
        }
        if (status.get("units") instanceof Map<?, ?> units) {
            units.forEach((name, unit) -> {
                Quantity quantity = quantity(String.valueOf(name));
                if (quantity != null) {
                    quantity.unit = String.valueOf(unit);
                }
            });
        }
        Double hertz = Json.number(status, "sampling_hz");
        if (hertz != null && hertz > 0) {
            if (hertz != confirmedHertz) {
                if (confirmedHertz != 0) {
                    changes.add(new Change(
                            "rate",
                            "Rate " + number(confirmedHertz) + " → " + number(hertz) + " Hz",
                            ""));
                }
                confirmedHertz = hertz;
                meter.clear();
            }
            confirmedMillis = nowMillis;
        }
        String wasRefused = refusedInstruction;
        refusedInstruction = "";
        refusedReason = "";
        if (status.get("refused") instanceof Map<?, ?> refused) {
            refusedInstruction = String.valueOf(refused.get("instruction"));
            refusedReason = String.valueOf(refused.get("reason"));
            if (!refusedInstruction.equals(wasRefused)) {
                changes.add(new Change("refused", "Refused " + refusedInstruction, refusedReason));
            }
        }
        return changes;
    }

    /** Something new. */
    record Change(String kind, String text, String detail) {}

    /** An instruction came; an empty one takes the last one back. */
    void instructed(String text, long nowMillis) {
        if (!text.equals(askedText)) {
            askedMillis = nowMillis;
        }
        askedText = text;
        askedHertz =
                Sampling.parse(text, Sampling.Limits.WIDEST) instanceof Sampling.Accepted accepted
                        ? accepted.sampling().hertz()
                        : 0;
    }

    /** Asked again: the time to answer begins anew. */
    void askedAgain(long nowMillis) {
        askedMillis = nowMillis;
    }

    private double expectedHertz() {
        return confirmedHertz > 0 ? confirmedHertz : meter.hertz();
    }

    private long lateAfterMillis() {
        double hertz = expectedHertz();
        return hertz > 0
                ? Math.max(LATE_AT_LEAST_MILLIS, (long) (LATE_PERIODS * 1000 / hertz))
                : 60_000;
    }

    /** {@code new}, {@code live}, {@code stale} or {@code offline}. */
    String state(long nowMillis) {
        if (Boolean.FALSE.equals(online) && statusMillis >= arrivedMillis) {
            return "offline";
        }
        if (arrivedMillis == 0) {
            return lastMillis == 0 ? "new" : "stale";
        }
        return nowMillis - arrivedMillis > lateAfterMillis() ? "stale" : "live";
    }

    Verdict verdict(long nowMillis) {
        if (askedText.isEmpty()) {
            return Verdict.NONE;
        }
        if (askedText.equals(refusedInstruction)) {
            return Verdict.REFUSED;
        }
        double asked = askedHertz;
        boolean confirmed = asked > 0 && isNear(confirmedHertz, asked, 1e-4);
        long patience = asked > 0 ? (long) (3 * 1000 / asked) + ROUND_TRIP_MILLIS : 5_000;
        double measured = meter.hertz();
        if (confirmedHertz == 0
                && asked > 0
                && meter.intervals() >= 3
                && isNear(measured, asked, TOLERANCE)) {
            return Verdict.SETTLED; // it says nothing of itself, and does it
        }
        if (!confirmed) {
            return nowMillis - askedMillis > patience ? Verdict.IGNORED : Verdict.WAITING;
        }
        if (meter.intervals() >= 3 && !isNear(measured, asked, TOLERANCE)) {
            return Verdict.MISSED;
        }
        return Verdict.SETTLED;
    }

    private static boolean isNear(double value, double wanted, double tolerance) {
        return Math.abs(value - wanted) <= tolerance * wanted;
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /** All of it, for a page; null members are left out. */
    Map<String, Object> view(long nowMillis) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", prefix);
        view.put("state", state(nowMillis));
        view.put("time", lastMillis);
        view.put("arrived", arrivedMillis);
        view.put("late", lateAfterMillis());
        view.put("values", values);
        view.put("status", statusMillis);
        view.put("reason", reason);
        view.put("asked", askedHertz);
        view.put("askedText", askedText);
        view.put("askedAt", askedMillis);
        view.put("confirmed", confirmedHertz);
        view.put("confirmedAt", confirmedMillis);
        view.put("measured", meter.hertz());
        view.put("verdict", verdict(nowMillis).name().toLowerCase(java.util.Locale.ROOT));
        view.put("refused", refusedReason);
        List<Object> list = new ArrayList<>();
        quantities.forEach((name, quantity) -> {
            if (!Double.isNaN(quantity.value)) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("name", name);
                one.put("unit", quantity.unit);
                one.put("value", quantity.value);
                list.add(one);
            }
        });
        view.put("quantities", list);
        return view;
    }
}
