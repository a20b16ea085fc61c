// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import org.thecanary.web.history.Channel;

import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * Raw values as CSV, RFC 4180: a line for each time, a column for each quantity with its unit in the head.
 *
 * <p>Confined to its creator.
 */
final class CsvExport implements AutoCloseable {
    private final Writer out;
    private final String[] line;
    private long timeMillis = Long.MIN_VALUE;

    CsvExport(Writer out, List<Channel> channels) throws IOException {
        this.out = out;
        this.line = new String[channels.size()];
        out.write("time");
        for (Channel channel : channels) {
            String unit = channel.unit();
            out.write(","
                    + quoted(
                            unit == null || unit.isEmpty()
                                    ? channel.name()
                                    : channel.name() + " (" + unit + ")"));
        }
        out.write("\r\n");
        Arrays.fill(line, "");
    }

    /** A spreadsheet takes a cell that begins so for a formula. */
    private static String quoted(String text) {
        String safe = text.startsWith("=")
                        || text.startsWith("+")
                        || text.startsWith("-")
                        || text.startsWith("@")
                ? "'" + text
                : text;
        return "\"" + safe.replace("\"", "\"\"") + "\"";
    }

    /** A value; they come in the order of their times. */
    void value(long atMillis, int column, double value) throws IOException {
        if (atMillis != timeMillis || !line[column].isEmpty()) {
            endLine();
            timeMillis = atMillis;
        }
        line[column] = value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private void endLine() throws IOException {
        if (timeMillis == Long.MIN_VALUE) {
            return;
        }
        out.write(Instant.ofEpochMilli(timeMillis).toString());
        for (String cell : line) {
            out.write(',');
            out.write(cell);
        }
        out.write("\r\n");
        Arrays.fill(line, "");
    }

    @Override
    public void close() throws IOException {
        endLine();
        out.flush();
    }
}
