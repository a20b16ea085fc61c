// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.config.LogType;
import org.thecanary.broker.http.JsonText;
import org.thecanary.cli.text.Strftime;

import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/**
 * How a log line is written: as mosquitto does, a time, a colon, the text; or as an object of JSON on a line of its own.
 *
 * <p>Any thread.
 */
sealed interface LogLine {
    /**
     * Writes a line, without its end.
     *
     * @param trace a stack trace, or null
     */
    String format(LogType type, Instant at, String text, @Nullable String trace);

    /**
     * As mosquitto does.
     *
     * @param time null for no time
     */
    record Plain(@Nullable Time time) implements LogLine {
        /** A client may have a name of 64 KiB, and the reader of a pipe may be slow. mosquitto's lines are no longer. */
        private static final int LONGEST = 1000;

        @Override
        public String format(LogType type, Instant at, String text, @Nullable String trace) {
            String line = time == null ? text : time.format(at) + ": " + text;
            String shortened = line.length() <= LONGEST ? line : line.substring(0, LONGEST);
            return trace == null ? shortened : shortened + "\n" + trace.stripTrailing();
        }
    }

    /** Time in UTC with milliseconds, type as in {@code log_type}, the text, and a stack trace where there is one. */
    record Json() implements LogLine {
        @Override
        public String format(LogType type, Instant at, String text, @Nullable String trace) {
            StringBuilder json = new StringBuilder("{\"time\":\"")
                    .append(at.truncatedTo(ChronoUnit.MILLIS))
                    .append("\",\"type\":\"")
                    .append(type.word())
                    .append("\",\"message\":");
            JsonText.quote(text, json);
            if (trace != null) {
                JsonText.quote(trace, json.append(",\"exception\":"));
            }
            return json.append('}').toString();
        }
    }

    /** How the time is written. */
    interface Time {
        /** mosquitto's, where nothing else is said. */
        Time SECONDS = at -> Long.toString(at.getEpochSecond());

        String format(Instant at);

        /** {@code log_timestamp_format}. */
        static Time of(String strftime) {
            Strftime format = new Strftime(strftime);
            return at -> format.format(at.atZone(ZoneId.systemDefault()));
        }
    }
}
