// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers on the command line, read as C reads them: what does not belong to one is ignored. */
final class Numbers {
    private static final String SPACE = "[ \\t\\n\\x0B\\f\\r]*";
    private static final Pattern INTEGER = Pattern.compile(SPACE + "([+-]?[0-9]+)");
    private static final Pattern DECIMAL =
            Pattern.compile(SPACE + "([+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?)");
    private static final Pattern ANY_BASE =
            Pattern.compile(SPACE + "([+-]?)(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))");

    private Numbers() {}

    /** {@code atol}: 0 where there is no number. */
    static long atol(String text) {
        Matcher matcher = INTEGER.matcher(text);
        return matcher.lookingAt() ? parse(matcher.group(1), 10) : 0;
    }

    /** {@code atoi}. */
    static int atoi(String text) {
        return (int) atol(text);
    }

    /** {@code atof}. */
    static double atof(String text) {
        Matcher matcher = DECIMAL.matcher(text);
        return matcher.lookingAt() ? Double.parseDouble(matcher.group(1)) : 0;
    }

    /** {@code strtol} with base 0, and nothing but the number allowed. */
    static OptionalLong strtol(String text) {
        Matcher matcher = ANY_BASE.matcher(text);
        if (!matcher.matches()) {
            return OptionalLong.empty();
        }
        String sign = matcher.group(1);
        if (matcher.group(2) != null) {
            return OptionalLong.of(parse(sign + matcher.group(2), 16));
        }
        return OptionalLong.of(
                matcher.group(3) != null
                        ? parse(sign + matcher.group(3), 8)
                        : parse(sign + matcher.group(4), 10));
    }

    private static long parse(String digits, int base) {
        try {
            return Long.parseLong(digits, base);
        } catch (NumberFormatException _) {
            return digits.startsWith("-") ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }
}
