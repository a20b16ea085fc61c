// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import org.thecanary.broker.config.Directive.BadValue;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers as C reads them: {@code 0x} for hexadecimal, a leading {@code 0} for octal. */
final class CNumber {
    private static final Pattern LEADING = Pattern.compile("[\t-\r ]*([+-]?)([0-9]+)");

    private CNumber() {}

    /** As {@code strtol(word, &end, 0)} with nothing left over. */
    static int parse(String name, String word, int min, int max) throws BadValue {
        String digits = word.replaceFirst("^[\t-\r]+", "");
        boolean negative = digits.startsWith("-");
        if (negative || digits.startsWith("+")) {
            digits = digits.substring(1);
        }
        int radix = 10;
        if (digits.startsWith("0x") || digits.startsWith("0X")) {
            radix = 16;
            digits = digits.substring(2);
        } else if (digits.startsWith("0")) {
            radix = 8;
        }
        if (digits.isEmpty() || !allDigits(digits, radix)) {
            throw new BadValue(name + ": \"" + word.replace("\t", "<TAB>") + "\" is not a number.");
        }
        // 18 digits are beyond any limit here and never overflow a long
        long value = digits.length() > 15 ? Long.MAX_VALUE : Long.parseLong(digits, radix);
        if (negative) {
            value = -value;
        }
        if (value < min || value > max) {
            throw new BadValue(name + " " + word + " is out of range" + range(min, max) + ".");
        }
        return (int) value;
    }

    private static boolean allDigits(String digits, int radix) {
        return digits.chars().allMatch(c -> c < 128 && Character.digit(c, radix) >= 0);
    }

    private static String range(int min, int max) {
        String from = min == Integer.MIN_VALUE ? "" : " from " + min;
        String to = max == Integer.MAX_VALUE ? "" : " up to " + max;
        return from.isEmpty() && to.isEmpty() ? "" : ":" + from + to;
    }

    /** As {@code atol}: the number a word begins with, 0 for none. */
    static long leading(String word) {
        Matcher number = LEADING.matcher(word);
        if (!number.lookingAt()) {
            return 0;
        }
        String digits = number.group(2);
        // 18 digits never overflow a long
        long value = digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits);
        return number.group(1).equals("-") ? -value : value;
    }
}
