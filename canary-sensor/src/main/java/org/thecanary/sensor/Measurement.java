// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import org.thecanary.sensor.probe.Reading;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;

/**
 * All readings of one moment.
 *
 * @param time of the machine's clock, which may jump
 * @param boot the start of the agent that took it; with {@code seq} it names the measurement for ever
 * @param seq from 1, in the order they were taken; a gap is a measurement that was given up
 */
public record Measurement(Instant time, String boot, long seq, List<Reading> readings) {
    private static final DateTimeFormatter RFC_3339 =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    public Measurement {
        readings = List.copyOf(readings);
    }

    /** The payload, in {@code docs/guide/payload.md}. */
    public String json() {
        JsonObject json =
                new JsonObject().put("time", rfc3339(time)).put("boot", boot).put("seq", seq);
        readings.forEach(reading -> json.put(reading.name(), reading.value()));
        return json.toString();
    }

    static String rfc3339(Instant time) {
        return RFC_3339.format(time);
    }
}
