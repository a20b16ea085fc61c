// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import org.jspecify.annotations.Nullable;
import org.thecanary.cli.mosquitto.Json.Value;
import org.thecanary.cli.text.PrintF;
import org.thecanary.cli.text.Strftime;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.UserProperty;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The format of {@code -F}: what is printed for each message, as mosquitto_sub 2.1 prints it.
 *
 * <p>Owner: confined to its creator.
 */
final class OutputFormat {
    private static final String CONVERSIONS = "%ACDEFIlmPpqRSrtjJUxXfd";
    private static final String ESCAPES = "\\0aenrtv";
    private static final String ESCAPED = "\\\0\u0007\u001B\n\r\t\u000B";

    /** What may separate the groups of %x. */
    private static final String SEPARATORS = "!\"#$&'()*+,-.:;<=>?@[\\]^_`{|}~ ";

    private final String format;
    private final boolean pretty;
    private final boolean endOfLine;
    private final Consumer<String> complain;
    private int at;

    OutputFormat(Settings settings, String format, Consumer<String> complain) {
        this.format = format;
        this.pretty = settings.pretty;
        this.endOfLine = settings.endOfLine;
        this.complain = complain;
    }

    /** Says what mosquitto says to a wrong format. */
    static void check(String format) throws UsageException {
        int length = format.length();
        for (int i = 0; i < length; i++) {
            char c = format.charAt(i);
            if (c == '\\') {
                if (++i == length) {
                    throw new UsageException("Error: Incomplete escape specifier.\n");
                }
                if (ESCAPES.indexOf(format.charAt(i)) < 0) {
                    throw new UsageException(
                            "Error: Invalid escape specifier '" + format.charAt(i) + "'.\n");
                }
            } else if (c == '@') {
                if (++i == length) {
                    throw incomplete();
                }
            } else if (c == '%') {
                i = checkConversion(format, i + 1);
            }
        }
    }

    private static int checkConversion(String format, int from) throws UsageException {
        int i = from;
        if (i < format.length() && (format.charAt(i) == '0' || format.charAt(i) == '-')) {
            i++;
        }
        i = skipDigits(format, i);
        if (i < format.length() && format.charAt(i) == '.') {
            i = skipDigits(format, i + 1);
        }
        if (i >= format.length()) {
            throw incomplete();
        }
        if (isSeparator(format, i)) {
            i++;
        }
        if (i == format.length()) {
            throw new UsageException("Error: Invalid format specifier '\0'.\n"); // C's end
        }
        if (CONVERSIONS.indexOf(format.charAt(i)) < 0) {
            throw new UsageException(
                    "Error: Invalid format specifier '" + format.charAt(i) + "'.\n");
        }
        return i;
    }

    private static boolean isSeparator(String format, int i) {
        return SEPARATORS.indexOf(format.charAt(i)) >= 0;
    }

    private static int skipDigits(String format, int from) {
        int i = from;
        while (i < format.length() && format.charAt(i) >= '0' && format.charAt(i) <= '9') {
            i++;
        }
        return i;
    }

    private static UsageException incomplete() {
        return new UsageException("Error: Incomplete format specifier.\n");
    }

    // --- Printing
    // -----------------------------------------------------------------------------------------------

    /** How a conversion is to be laid out; a precision of -1 is none. */
    private record Field(boolean left, char pad, int width, int precision, char separator) {}

    void print(Arrived arrived, ByteSink out) {
        for (at = 0; at < format.length(); at++) {
            char c = format.charAt(at);
            if (c == '%') {
                at++;
                Field field = field();
                convert(format.charAt(at), field, arrived, out);
            } else if (c == '@') {
                time(format.charAt(++at), arrived, out);
            } else if (c == '\\') {
                out.put(ESCAPED.charAt(ESCAPES.indexOf(format.charAt(++at))));
            } else {
                out.put(c);
            }
        }
        if (endOfLine) {
            out.put('\n');
        }
    }

    private Field field() {
        boolean left = format.charAt(at) == '-';
        if (left) {
            at++;
        }
        char pad = ' ';
        if (format.charAt(at) == '0') {
            pad = '0';
            at++;
        }
        int width = number();
        int precision = -1;
        char separator = ' ';
        if (format.charAt(at) == '.') {
            at++;
            precision = number();
        }
        if (isSeparator(format, at)) {
            separator = format.charAt(at++);
        }
        return new Field(left, pad, width, precision, separator);
    }

    private int number() {
        int end = skipDigits(format, at);
        int value = Numbers.atoi(format.substring(at, end));
        at = end;
        return value;
    }

    private void convert(char conversion, Field field, Arrived arrived, ByteSink out) {
        Message message = arrived.publish().message();
        MessageProperties properties = message.properties();
        switch (conversion) {
            case '%' -> out.put('%');
            case 'A' -> integer(alias(arrived), field, out);
            case 'C' -> text(properties.contentType(), true, field, out);
            case 'D' -> {
                byte[] correlation = properties.correlationData();
                if (correlation != null) {
                    out.put(correlation);
                }
            }
            case 'E' -> integer(properties.messageExpiryInterval(), field, out);
            case 'F' -> integer(properties.payloadFormatIndicator(), field, out);
            case 'I' -> text(new Strftime("%FT%T%z").format(arrived.at()), true, field, out);
            case 'j' -> Json.write(MessageJson.escaped(arrived), pretty, out);
            case 'J' -> {
                Value json = MessageJson.raw(arrived);
                if (json == null) {
                    complain.accept("Error: Message payload is not valid JSON on topic "
                            + arrived.topic() + ".\n");
                } else {
                    Json.write(json, pretty, out);
                }
            }
            case 'l' -> integer(message.payload().length, field, out);
            case 'm' -> integer(arrived.publish().packetId(), field, out);
            case 'P' -> users(properties, out);
            case 'p' -> payload(message.payload(), field, out);
            case 'q' -> out.put('0' + message.qos().code());
            case 'R' -> text(properties.responseTopic(), false, field, out);
            case 'r' -> out.put(message.retain() ? '1' : '0');
            case 'S' -> {
                Iterator<Integer> identifiers =
                        arrived.publish().subscriptionIdentifiers().iterator();
                integer(
                        identifiers.hasNext() ? identifiers.next() : MessageProperties.ABSENT,
                        field,
                        out);
            }
            case 't' -> bytes(arrived.topic(), field, out);
            case 'U' ->
                out.put(arrived.at().toEpochSecond() + "."
                        + String.format(Locale.ROOT, "%09d", arrived.at().getNano()));
            case 'x' -> hex(message.payload(), "0123456789abcdef", field, out);
            case 'X' -> hex(message.payload(), "0123456789ABCDEF", field, out);
            case 'f' -> real(message.payload(), Float.BYTES, "float", field, out);
            case 'd' -> real(message.payload(), Double.BYTES, "double", field, out);
            default -> throw new IllegalStateException("unchecked conversion " + conversion);
        }
    }

    private static long alias(Arrived arrived) {
        int alias = arrived.publish().topicAlias();
        return alias == 0 ? MessageProperties.ABSENT : alias;
    }

    private static void time(char letter, Arrived arrived, ByteSink out) {
        switch (letter) {
            case '@' -> out.put('@');
            case 'N' -> out.put(String.format(Locale.ROOT, "%09d", arrived.at().getNano()));
            default -> out.put(Bytes.of(new Strftime("%" + letter).format(arrived.at())));
        }
    }

    private static void integer(long value, Field field, ByteSink out) {
        if (value == MessageProperties.ABSENT) {
            out.fill(field.pad, field.width);
            return;
        }
        String digits = String.valueOf((int) value);
        int padding = field.width - digits.length();
        if (field.left) {
            out.put(digits).fill(' ', padding);
        } else if (field.pad == '0' && digits.startsWith("-")) {
            out.put('-').fill('0', padding).put(digits.substring(1));
        } else {
            out.fill(field.pad, padding).put(digits);
        }
    }

    private static void text(
            @Nullable String value, boolean blankIfAbsent, Field field, ByteSink out) {
        if (value != null) {
            bytes(Bytes.of(value), field, out);
        } else if (blankIfAbsent) {
            out.fill(field.pad, field.width);
        }
    }

    private static void bytes(String value, Field field, ByteSink out) {
        String shown = field.precision >= 0 && field.precision < value.length()
                ? value.substring(0, field.precision)
                : value;
        int padding = field.width - shown.length();
        if (field.left) {
            out.put(shown).fill(' ', padding);
        } else {
            out.fill(' ', padding).put(shown);
        }
    }

    private static void users(MessageProperties properties, ByteSink out) {
        String separator = "";
        for (UserProperty user : properties.userProperties()) {
            out.put(separator).put(Bytes.of(user.name())).put(':').put(Bytes.of(user.value()));
            separator = " ";
        }
    }

    /** The width cuts, too. */
    private static void payload(byte[] payload, Field field, ByteSink out) {
        int length = field.width > 0 ? Math.min(field.width, payload.length) : payload.length;
        int padding = field.width - length;
        if (!field.left) {
            out.fill(field.pad, padding);
        }
        out.put(payload, 0, length);
        if (field.left) {
            out.fill(' ', Math.abs(padding)); // printf takes the sign for a flag
        }
    }

    private static void hex(byte[] payload, String digits, Field field, ByteSink out) {
        int length = field.width > 0 ? Math.min(payload.length, field.width) : payload.length;
        int padding = field.width > 0 ? field.width - 2 * length : -length;
        int column = 0;
        while (!field.left && column < padding) {
            out.put(field.pad);
            separate(column++, field, out);
        }
        for (int i = 0; i < 2 * length; i++) {
            int octet = payload[i / 2] & 0xFF;
            out.put(digits.charAt(i % 2 == 0 ? octet >> 4 : octet & 0xF));
            if (i < 2 * length - 1) {
                separate(column++, field, out);
            }
        }
        if (field.left) {
            out.fill(' ', Math.abs(padding)); // printf takes the sign for a flag
        }
    }

    private static void separate(int column, Field field, ByteSink out) {
        if (field.precision > 0 && column % field.precision == field.precision - 1) {
            out.put(field.separator);
        }
    }

    private void real(byte[] payload, int size, String type, Field field, ByteSink out) {
        if (payload.length != size) {
            complain.accept("requested " + type + " printing, but non-" + type + " data received");
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.nativeOrder());
        String number = PrintF.f(
                size == Float.BYTES ? bytes.getFloat() : bytes.getDouble(), field.precision);
        int padding = field.width - number.length();
        if (field.left) {
            out.put(number).fill(' ', padding);
        } else if (field.pad == '0' && number.startsWith("-")) {
            out.put('-').fill('0', padding).put(number.substring(1));
        } else {
            out.fill(field.pad, padding).put(number);
        }
    }
}
