// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** A {@code log_timestamp_format}: the conversions of C's {@code strftime}, in its POSIX locale. Immutable; any thread. */
final class Strftime {
    private final String format;

    Strftime(String format) {
        this.format = format;
    }

    String format(ZonedDateTime time) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                text.append(c);
            } else {
                text.append(conversion(format.charAt(++i), time));
            }
        }
        return text.toString();
    }

    private static String conversion(char letter, ZonedDateTime time) {
        return switch (letter) {
            case 'Y' -> pattern("yyyy", time);
            case 'C' -> String.format(Locale.ROOT, "%02d", time.getYear() / 100);
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
            case 'T' -> pattern("HH:mm:ss", time);
            case 'R' -> pattern("HH:mm", time);
            case 'D' -> pattern("MM/dd/yy", time);
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
            default -> "%" + letter;
        };
    }

    private static String pattern(String pattern, ZonedDateTime time) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
    }
}
