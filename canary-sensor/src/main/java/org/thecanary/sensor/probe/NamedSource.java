// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.probe;

import io.avaje.json.JsonException;
import io.avaje.json.JsonReader;
import io.avaje.json.stream.JsonStream;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a person says of a number of their own: {@code humidity:%=read-dht22 4}. Immutable; any thread.
 *
 * @param name of the reading
 * @param unit UCUM code
 * @param source what comes after the {@code =}: a command, a file
 */
public record NamedSource(String name, String unit, String source) {
    private static final Pattern GRAMMAR =
            Pattern.compile("([^=:]+)(?::([!-~&&[^=]]{1,32}))?=(.+)", Pattern.DOTALL);

    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?");

    private static final JsonStream JSON = JsonStream.builder().build();

    /**
     * Reads {@code NAME=SOURCE} or {@code NAME:UNIT=SOURCE}.
     *
     * @throws IllegalArgumentException with a sentence, if it is neither
     */
    public static NamedSource parse(String text) {
        Matcher matcher = GRAMMAR.matcher(text);
        if (!matcher.matches() || !Reading.isName(matcher.group(1))) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is not NAME=… or NAME:UNIT=…, where NAME has small letters, digits and _,"
                    + " and is none of time, boot and seq.");
        }
        String unit = matcher.group(2);
        return new NamedSource(matcher.group(1), unit == null ? "1" : unit, matcher.group(3));
    }

    /** A probe that runs the source as a command of the shell, for each measurement. */
    public Probe command() {
        return new CommandProbe(this);
    }

    /** A probe that reads the source as a file, for each measurement. */
    public Probe file() {
        return new FileProbe(this);
    }

    /**
     * The numbers in a text: each line is a number, or a JSON object whose numbers are readings by the name of their
     * members. Of two with one name the last one counts.
     *
     * @param where the text is from, for a message
     */
    List<Reading> readings(String text, String where) throws IOException {
        List<Reading> found = new ArrayList<>();
        for (String line :
                text.lines().map(String::strip).filter(l -> !l.isEmpty()).toList()) {
            if (line.startsWith("{")) {
                found.addAll(members(line, where));
            } else if (NUMBER.matcher(line).matches()
                    && Double.isFinite(Double.parseDouble(line))) {
                found.add(new Reading(name, Double.parseDouble(line), unit));
            } else {
                throw new IOException(where + " says \"" + start(line)
                        + "\", which is neither a number nor a JSON object");
            }
        }
        if (found.isEmpty()) {
            throw new IOException(where + " says no number");
        }
        List<Reading> last = new ArrayList<>();
        for (Reading reading : found.reversed()) {
            if (last.stream().noneMatch(later -> later.name().equals(reading.name()))) {
                last.addFirst(reading);
            }
        }
        return last;
    }

    private List<Reading> members(String json, String where) throws IOException {
        List<Reading> found = new ArrayList<>();
        try (JsonReader reader = JSON.reader(json)) {
            reader.beginObject();
            while (reader.hasNextField()) {
                String member = Reading.name(name + "_" + reader.nextField());
                if (reader.currentToken() == JsonReader.Token.NUMBER) {
                    double value = reader.readDouble();
                    if (Double.isFinite(value)) {
                        found.add(new Reading(member, value, unit));
                    }
                } else {
                    reader.skipValue();
                }
            }
            reader.endObject();
        } catch (JsonException e) {
            throw new IOException(where + " says \"" + start(json) + "\", which is no JSON", e);
        }
        return found;
    }

    private static String start(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
