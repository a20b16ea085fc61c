// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.text;

import org.jspecify.annotations.Nullable;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.IsoFields;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A format of C's {@code strftime} with the conversions that glibc has, in the POSIX locale: {@code %-d} without padding,
 * {@code %_d} with blanks, {@code %5d} to a width, {@code %^a} in capitals. Immutable; any thread.
 */
public final class Strftime {
    /** Conversions that are numbers, whose padding a flag may change. */
    private static final String NUMBERS = "CdegGHIjklmMSuUVwWyY";

    /** Wider than any log line wants it, so that a typo does not fill the memory. */
    private static final int WIDEST = 1_000;

    private static final Pattern CONVERSION =
            Pattern.compile("%(?<flags>[-_0^#]*)(?<width>[0-9]*)[EO]?(?<letter>[a-zA-Z%])");

    private final String format;

    public Strftime(String format) {
        this.format = format;
    }

    public String format(ZonedDateTime time) {
        Matcher conversions = CONVERSION.matcher(format);
        StringBuilder text = new StringBuilder();
        while (conversions.find()) {
            conversions.appendReplacement(text, "");
            text.append(converted(conversions, time));
        }
        return conversions.appendTail(text).toString();
    }

    private static String converted(Matcher conversion, ZonedDateTime time) {
        char letter = conversion.group("letter").charAt(0);
        String flags = conversion.group("flags");
        String text = conversion(letter, time);
        if (text == null) {
            return conversion.group();
        }
        if (flags.indexOf('^') >= 0) {
            text = text.toUpperCase(Locale.ROOT);
        } else if (flags.indexOf('#') >= 0) {
            text = letter == 'p' || letter == 'Z'
                    ? text.toLowerCase(Locale.ROOT)
                    : text.toUpperCase(Locale.ROOT);
        }
        return padded(text, letter, flags.replaceAll("[#^]", ""), conversion.group("width"));
    }

    /** The last flag counts. */
    private static String padded(String text, char letter, String flags, String width) {
        char flag = flags.isEmpty() ? ' ' : flags.charAt(flags.length() - 1);
        boolean number = NUMBERS.indexOf(letter) >= 0;
        int wanted = width.isEmpty()
                ? 0
                : width.length() > 4 ? WIDEST : Math.min(WIDEST, Integer.parseInt(width));
        char pad = flag == '0' ? '0' : ' ';
        if (number) {
            if (flags.isEmpty()) {
                pad = text.startsWith(" ") || "ekl".indexOf(letter) >= 0 ? ' ' : '0';
            } else {
                wanted = flag == '-' ? wanted : Math.max(wanted, text.length());
                text = text.replaceFirst("^[ 0]+(?=.)", "");
            }
        }
        return String.valueOf(pad).repeat(Math.max(0, wanted - text.length())) + text;
    }

    private static @Nullable String conversion(char letter, ZonedDateTime time) {
        return switch (letter) {
            case 'Y' -> pattern("yyyy", time);
            case 'C' -> two(time.getYear() / 100);
            case 'y' -> pattern("yy", time);
            case 'm' -> pattern("MM", time);
            case 'd' -> pattern("dd", time);
            case 'e' -> String.format(Locale.ROOT, "%2d", time.getDayOfMonth());
            case 'j' -> pattern("DDD", time);
            case 'H' -> pattern("HH", time);
            case 'I' -> pattern("hh", time);
            case 'M' -> pattern("mm", time);
            case 'S' -> pattern("ss", time);
            case 'p' -> pattern("a", time);
            case 'a' -> pattern("EEE", time);
            case 'A' -> pattern("EEEE", time);
            case 'b', 'h' -> pattern("MMM", time);
            case 'B' -> pattern("MMMM", time);
            case 'F' -> pattern("yyyy-MM-dd", time);
            case 'T', 'X' -> pattern("HH:mm:ss", time);
            case 'R' -> pattern("HH:mm", time);
            case 'G' -> String.valueOf(time.get(IsoFields.WEEK_BASED_YEAR));
            case 'g' -> two(time.get(IsoFields.WEEK_BASED_YEAR) % 100);
            case 'V' -> two(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            case 'U' -> two((time.getDayOfYear() + 6 - time.getDayOfWeek().getValue() % 7) / 7);
            case 'W' ->
                two((time.getDayOfYear() + 6 - (time.getDayOfWeek().getValue() + 6) % 7) / 7);
            case 'k' -> String.format(Locale.ROOT, "%2d", time.getHour());
            case 'l' -> String.format(Locale.ROOT, "%2d", (time.getHour() + 11) % 12 + 1);
            case 'P' -> pattern("a", time).toLowerCase(Locale.ROOT);
            case 'r' -> pattern("hh:mm:ss a", time);
            case 'D', 'x' -> pattern("MM/dd/yy", time);
            case 'c' ->
                pattern("EEE MMM ", time) + conversion('e', time) + pattern(" HH:mm:ss yyyy", time);
            case 'z' -> pattern("xx", time);
            case 'Z' -> pattern("zzz", time);
            case 's' -> String.valueOf(time.toEpochSecond());
            case 'u' -> String.valueOf(time.getDayOfWeek().getValue());
            case 'w' -> String.valueOf(time.getDayOfWeek().getValue() % 7);
            case 'n' -> "\n";
            case 't' -> "\t";
            case '%' -> "%";
            default -> null;
        };
    }

    private static String two(int number) {
        return String.format(Locale.ROOT, "%02d", number);
    }

    private static String pattern(String pattern, ZonedDateTime time) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
    }
}
