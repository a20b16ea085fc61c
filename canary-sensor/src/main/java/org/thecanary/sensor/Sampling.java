// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How often to measure.
 *
 * @param hertz {@value #SLOWEST_HERTZ} to {@value #FASTEST_HERTZ}, to six digits, as the status says it
 * @param periodNanos from one measurement to the next
 */
public record Sampling(double hertz, long periodNanos) {
    public static final double SLOWEST_HERTZ = 0.001;
    public static final double FASTEST_HERTZ = 100;

    /** A measurement every five seconds. */
    public static final Sampling DEFAULT = new Sampling(0.2, 5_000_000_000L);

    /**
     * What a sensor is willing to do.
     *
     * @param slowestHertz {@value #SLOWEST_HERTZ} or more
     * @param fastestHertz {@value #FASTEST_HERTZ} or less, and not below {@code slowestHertz}
     */
    public record Limits(double slowestHertz, double fastestHertz) {
        /** All that any sensor does. */
        public static final Limits WIDEST = new Limits(SLOWEST_HERTZ, FASTEST_HERTZ);

        public Limits {
            if (!(slowestHertz >= SLOWEST_HERTZ
                    && fastestHertz <= FASTEST_HERTZ
                    && slowestHertz <= fastestHertz)) {
                throw new IllegalArgumentException(
                        number(slowestHertz) + " Hz to " + number(fastestHertz)
                                + " Hz are no limits: they lie between " + number(SLOWEST_HERTZ)
                                + " Hz and " + number(FASTEST_HERTZ)
                                + " Hz, and the slowest comes first.");
            }
        }

        boolean admit(double hertz) {
            // Written so that NaN and minus zero are not admitted.
            return hertz >= slowestHertz && hertz <= fastestHertz;
        }

        /** For a person: {@code 0.001 Hz to 100 Hz, which is a measurement every 1000 s to every 0.01 s}. */
        @Override
        public String toString() {
            return number(slowestHertz) + " Hz to " + number(fastestHertz)
                    + " Hz, which is a measurement every " + number(1 / slowestHertz)
                    + " s to every " + number(1 / fastestHertz) + " s";
        }
    }

    /** The longest instruction that is looked at; a sensible one has ten characters. */
    private static final int LONGEST = 64;

    private static final Pattern GRAMMAR = Pattern.compile(
            "([+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?)\\s*(hz|Hz|HZ|ms|s|min)?");

    /** What became of an instruction. */
    public sealed interface Answer {}

    /**
     * It is understood and will be obeyed.
     *
     * @param instruction what was asked
     */
    public record Accepted(Sampling sampling, String instruction) implements Answer {}

    /**
     * It will not be obeyed.
     *
     * @param instruction what was asked, shortened where it is long
     * @param reason a sentence
     */
    public record Refused(String instruction, String reason) implements Answer {}

    /** Reads the payload of an instruction. */
    public static Answer parse(byte[] payload, Limits limits) {
        if (payload.length > LONGEST) {
            String start = new String(payload, 0, LONGEST, StandardCharsets.UTF_8);
            return new Refused(
                    start + "…",
                    "The instruction has " + payload.length + " bytes, and more than " + LONGEST
                            + " are not read.");
        }
        try {
            return parse(
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(payload))
                            .toString(),
                    limits);
        } catch (CharacterCodingException e) {
            return new Refused(
                    new String(payload, StandardCharsets.UTF_8), "The instruction is not text.");
        }
    }

    /** Reads {@code 0.2}, {@code 0.2 Hz}, {@code 5 s}, {@code 200 ms} or {@code 1 min}. */
    public static Answer parse(String instruction, Limits limits) {
        String text = instruction.strip();
        if (text.isEmpty()) {
            return new Refused(
                    text,
                    "The instruction is empty. Send a frequency, such as 0.2 or 0.2 Hz, or a period, such as 5 s.");
        }
        Matcher matcher = GRAMMAR.matcher(text);
        if (!matcher.matches()) {
            return new Refused(
                    text,
                    "This is neither a frequency, such as 0.2 or 0.2 Hz, nor a period, such as 5 s, 200 ms or 1 min.");
        }
        double number = Double.parseDouble(matcher.group(1));
        String unit = matcher.group(2) == null ? "hz" : matcher.group(2).toLowerCase(Locale.ROOT);
        double hertz = switch (unit) {
            case "ms" -> 1000 / number;
            case "s" -> 1 / number;
            case "min" -> 1 / (60 * number);
            default -> number;
        };
        if (!limits.admit(hertz)) {
            return new Refused(text, "This is outside of what the sensor does: " + limits + ".");
        }
        return new Accepted(new Sampling(rounded(hertz), Math.round(1e9 / hertz)), text);
    }

    /** For a person: {@code 0.2 Hz, every 5 s}. */
    @Override
    public String toString() {
        return number(hertz) + " Hz, every " + number(periodNanos / 1e9) + " s";
    }

    private static String number(double value) {
        return new BigDecimal(value)
                .round(new MathContext(6))
                .stripTrailingZeros()
                .toPlainString();
    }

    private static double rounded(double hertz) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.6g", hertz));
    }
}
