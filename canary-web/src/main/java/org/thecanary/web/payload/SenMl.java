// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.payload;

import io.avaje.json.JsonReader;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A SenML Pack in JSON, RFC 8428: an array of records, where base fields hold for the records that follow.
 *
 * <p>Numbers and booleans are read; strings, data and sums are not. A name is the base name and the name together. Records
 * with the same time are one measurement.
 *
 * <p>Confined to its creator.
 */
final class SenMl {
    /** Below this a time counts from now, section 4.5.3. */
    private static final double FIRST_ABSOLUTE_SECONDS = 1L << 28;

    private final long arrivedMillis;
    private final Map<Long, List<Reading>> byTime = new LinkedHashMap<>();
    private final List<Long> believed = new ArrayList<>();

    // base fields
    private String baseName = "";
    private double baseTime;
    private double baseValue;
    private @Nullable String baseUnit;

    // fields of the present record
    private String name = "";
    private double time;
    private double value;
    private @Nullable String unit;

    private SenMl(long arrivedMillis) {
        this.arrivedMillis = arrivedMillis;
    }

    static List<Measurement> read(byte[] payload, long arrivedMillis) throws MalformedPayload {
        SenMl pack = new SenMl(arrivedMillis);
        try (JsonReader json = Json.reader(payload)) {
            json.beginArray();
            while (json.hasNextElement()) {
                pack.record(json);
            }
            json.endArray();
        }
        if (pack.byTime.isEmpty()) {
            throw new MalformedPayload(
                    "it is a JSON array without a SenML record that has a value");
        }
        int mark = Arrays.hashCode(payload);
        List<Measurement> measurements = new ArrayList<>();
        pack.byTime.forEach((time, readings) -> measurements.add(
                new Measurement(time, mark, pack.believed.contains(time), readings)));
        return measurements;
    }

    private void record(JsonReader json) {
        name = "";
        unit = null;
        time = 0;
        value = Double.NaN;
        json.beginObject();
        while (json.hasNextField()) {
            String label = json.nextField();
            switch (json.currentToken()) {
                case NUMBER -> number(label, json.readDouble());
                case STRING -> text(label, json.readString());
                case BOOLEAN -> {
                    double truth = json.readBoolean() ? 1 : 0;
                    value = label.equals("vb") ? truth : value;
                }
                case NULL, BEGIN_ARRAY, BEGIN_OBJECT -> json.skipValue();
            }
        }
        json.endObject();
        if (!Double.isNaN(value)) {
            add(
                    baseName + name,
                    baseValue + value,
                    unit == null ? baseUnit : unit,
                    baseTime + time);
        }
    }

    private void number(String label, double number) {
        switch (label) {
            case "bt" -> baseTime = number;
            case "bv" -> baseValue = number;
            case "t" -> time = number;
            case "v" -> value = number;
            default -> {} // not a field that is kept
        }
    }

    private void text(String label, String text) {
        switch (label) {
            case "bn" -> baseName = text;
            case "bu" -> baseUnit = text;
            case "n" -> name = text;
            case "u" -> unit = text;
            default -> {} // not a field that is kept
        }
    }

    private void add(String fullName, double sum, @Nullable String theUnit, double seconds) {
        Reading reading =
                PayloadReader.finite(fullName.isEmpty() ? "value" : fullName, sum, theUnit);
        if (reading == null) {
            return;
        }
        // A time that counts from now is not the sensor's: a second delivery has another now.
        boolean absolute = seconds >= FIRST_ABSOLUTE_SECONDS;
        long millis =
                absolute ? Math.round(seconds * 1000) : arrivedMillis + Math.round(seconds * 1000);
        boolean sensible = PayloadReader.isBelieved(millis, arrivedMillis);
        long at = sensible ? millis : arrivedMillis;
        if (absolute && sensible && !believed.contains(at)) {
            believed.add(at);
        }
        List<Reading> readings = byTime.computeIfAbsent(at, _ -> new ArrayList<>());
        if (readings.size() < PayloadReader.MOST_READINGS) {
            readings.add(reading);
        }
    }
}
