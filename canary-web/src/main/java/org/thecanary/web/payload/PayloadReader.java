// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.payload;

import io.avaje.json.JsonException;
import io.avaje.json.JsonReader;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads the payload of a data topic.
 *
 * <p>A bare number is the value of {@code value}. A JSON array is SenML, RFC 8428. Of a JSON object every number and boolean
 * is a value, those of objects inside by their path, as {@code wifi.rssi}; {@code time}, {@code boot} and {@code seq} are
 * Canary's own, and {@code time}, {@code timestamp} or {@code ts} is a time whoever wrote it.
 *
 * <p>A time is believed from the year 2001 until a day after arrival; a board without a clock says 1970.
 */
public final class PayloadReader {
    /** Bytes of the largest payload that is read. */
    public static final int LARGEST = 65_536;

    /** Values in one measurement; what comes after them is left out. */
    public static final int MOST_READINGS = 64;

    static final int LONGEST_NAME = 80;

    /** Beyond it means cannot be made of values: PostgreSQL refuses what overflows. */
    private static final double LARGEST_VALUE = 1e100;

    private static final double SMALLEST_VALUE = 1e-100;

    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d{1,3})?");
    private static final long FIRST_BELIEVED = 978_307_200_000L; // 2001-01-01
    private static final Duration CLOCK_AHEAD = Duration.ofDays(1);

    private PayloadReader() {}

    /**
     * The measurements of a payload, in its order; SenML may hold several.
     *
     * @param arrivedMillis when it came, since 1970 UTC
     * @throws MalformedPayload if there is none in it
     */
    public static List<Measurement> read(byte[] payload, long arrivedMillis)
            throws MalformedPayload {
        if (payload.length > LARGEST) {
            throw new MalformedPayload("it has " + payload.length + " bytes, and more than "
                    + LARGEST + " are not read");
        }
        int first = firstOf(payload);
        if (first == '{' || first == '[') {
            Json.checkDepth(payload);
            try {
                return first == '['
                        ? SenMl.read(payload, arrivedMillis)
                        : List.of(object(payload, arrivedMillis));
            } catch (JsonException
                    | IllegalStateException
                    | ArithmeticException
                    | IndexOutOfBoundsException e) {
                throw new MalformedPayload("it is not valid JSON");
            }
        }
        return List.of(bare(payload, arrivedMillis));
    }

    private static int firstOf(byte[] payload) {
        for (byte b : payload) {
            if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
                return b;
            }
        }
        return -1;
    }

    private static Measurement bare(byte[] payload, long arrivedMillis) throws MalformedPayload {
        String text = new String(payload, 0, Math.min(payload.length, 64), StandardCharsets.UTF_8)
                .strip();
        if (payload.length > 64 || !NUMBER.matcher(text).matches()) {
            throw new MalformedPayload("it is neither a number nor JSON");
        }
        var value = finite("value", Double.parseDouble(text), null);
        if (value == null) {
            throw new MalformedPayload("its number is too large");
        }
        return new Measurement(arrivedMillis, Arrays.hashCode(payload), false, List.of(value));
    }

    private static Measurement object(byte[] payload, long arrivedMillis) throws MalformedPayload {
        var found = new Found();
        try (JsonReader json = Json.reader(payload)) {
            found.object(json, "");
        }
        if (found.readings.isEmpty()) {
            throw new MalformedPayload("there is no number in it");
        }
        boolean ownTime = isBelieved(found.timeMillis, arrivedMillis);
        int mark = found.seq >= 0
                ? 31 * (found.boot == null ? 0 : found.boot.hashCode()) + Long.hashCode(found.seq)
                : Arrays.hashCode(payload);
        return new Measurement(
                ownTime ? found.timeMillis : arrivedMillis, mark, ownTime, found.readings);
    }

    static boolean isBelieved(long timeMillis, long arrivedMillis) {
        return timeMillis >= FIRST_BELIEVED && timeMillis <= arrivedMillis + CLOCK_AHEAD.toMillis();
    }

    /** A reading; null: the number is too large for any quantity, or there is no sensible name. */
    static @Nullable Reading finite(String name, double value, @Nullable String unit) {
        boolean named = !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && name.chars().noneMatch(Character::isISOControl);
        if (!named || !(Math.abs(value) <= LARGEST_VALUE)) {
            return null;
        }
        boolean plain = unit == null || unit.chars().noneMatch(Character::isISOControl);
        return new Reading(name, Math.abs(value) < SMALLEST_VALUE ? 0 : value, plain ? unit : null);
    }

    /** What was found in an object so far. Confined to its creator. */
    private static final class Found {
        private final List<Reading> readings = new ArrayList<>();
        private long timeMillis = -1;
        private @Nullable String boot;
        private long seq = -1;

        void object(JsonReader json, String path) {
            json.beginObject();
            while (json.hasNextField()) {
                member(json, path, json.nextField());
            }
            json.endObject();
        }

        private void member(JsonReader json, String path, String name) {
            switch (json.currentToken()) {
                case NUMBER -> number(path, name, json.readDouble());
                case BOOLEAN -> add(path + name, json.readBoolean() ? 1 : 0);
                case STRING -> text(path, name, json.readString());
                case BEGIN_OBJECT -> object(json, path + name + ".");
                case NULL, BEGIN_ARRAY -> json.skipValue();
            }
        }

        private void number(String path, String name, double value) {
            if (path.isEmpty() && isTime(name)) {
                timeMillis = epochMillis(value);
            } else if (path.isEmpty() && name.equals("seq")) {
                seq = (long) value;
            } else {
                add(path + name, value);
            }
        }

        private void text(String path, String name, String value) {
            if (path.isEmpty() && isTime(name)) {
                timeMillis = parsed(value);
            } else if (path.isEmpty() && name.equals("boot")) {
                boot = value;
            }
        }

        private void add(String name, double value) {
            Reading reading = finite(name, value, null);
            if (reading != null && readings.size() < MOST_READINGS) {
                readings.add(reading);
            }
        }

        private static boolean isTime(String name) {
            return name.equals("time") || name.equals("timestamp") || name.equals("ts");
        }

        /** Seconds or milliseconds: no clock shows the seconds of the year 5138. */
        private static long epochMillis(double value) {
            return (long) (value >= 1e11 ? value : value * 1000);
        }

        private static long parsed(String text) {
            try {
                return text.endsWith("Z")
                        ? Instant.parse(text).toEpochMilli()
                        : OffsetDateTime.parse(text).toInstant().toEpochMilli();
            } catch (DateTimeException | ArithmeticException e) {
                return -1;
            }
        }
    }
}
