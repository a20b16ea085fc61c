// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.probe;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What one probe found once.
 *
 * @param name the member of the measurement, such as {@code temperature}: a small letter, then small letters, digits and _
 * @param value never NaN or infinite
 * @param unit UCUM code, such as {@code Cel}
 */
public record Reading(String name, double value, String unit) {
    /** Members of a measurement that are no readings. */
    private static final Set<String> TAKEN = Set.of("time", "boot", "seq");

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");

    public Reading {
        if (!isName(name)) {
            throw new IllegalArgumentException("a reading cannot be called \"" + name + "\"");
        }
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(name + " is " + value);
        }
    }

    static boolean isName(String text) {
        return NAME.matcher(text).matches() && !TAKEN.contains(text);
    }

    /** What comes nearest to a text and is a name. */
    static String name(String text) {
        String name = text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]+", "_");
        if (name.isEmpty() || !Character.isLetter(name.charAt(0))) {
            name = "x" + name;
        }
        name = name.length() > 64 ? name.substring(0, 64) : name;
        return TAKEN.contains(name) ? name + "_" : name;
    }
}
