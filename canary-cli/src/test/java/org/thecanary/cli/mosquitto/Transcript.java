// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.thecanary.cli.mosquitto.RealTools.Outcome;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What mosquitto 2.1.2's tools said to each {@link CommandLine}. {@code -Dcanary.mosquitto.clients=FOLDER
 * -Dcanary.transcript=write} writes it anew with the tools of a folder.
 *
 * <p>After {@code $} stands the call, after {@code =} the exit code, after {@code |} a line of standard output, after
 * {@code !} one of standard error; the last line of either has {@code >} or {@code ?} where no line break ends it.
 */
final class Transcript {
    private static final Path FILE =
            Path.of("src/test/resources/org/thecanary/cli/mosquitto/mosquitto-2.1.2.txt");

    private final Map<String, Outcome> outcomes = new LinkedHashMap<>();

    private Transcript() {}

    static Transcript read() throws IOException {
        var transcript = new Transcript();
        if (transcript.isRecording()) {
            return transcript;
        }
        for (String block : Files.readString(FILE, UTF_8).split("(?m)^[$] ", -1)) {
            if (!block.isEmpty()) {
                String[] lines = block.split("\n", -1);
                transcript.outcomes.put(lines[0], outcome(lines));
            }
        }
        return transcript;
    }

    private static Outcome outcome(String[] lines) {
        int exitCode = 0;
        StringBuilder out = new StringBuilder();
        StringBuilder err = new StringBuilder();
        for (String line : List.of(lines).subList(1, lines.length)) {
            String rest = line.isEmpty() ? "" : unescaped(line.substring(2));
            switch (line.isEmpty() ? ' ' : line.charAt(0)) {
                case '=' -> exitCode = Integer.parseInt(rest);
                case '|' -> out.append(rest).append('\n');
                case '>' -> out.append(rest);
                case '!' -> err.append(rest).append('\n');
                case '?' -> err.append(rest);
                default -> {}
            }
        }
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    Outcome of(CommandLine line) {
        assertThat(outcomes).as("what was recorded").containsKey(line.text());
        return Objects.requireNonNull(outcomes.get(line.text()));
    }

    boolean isRecording() {
        return "write".equals(System.getProperty("canary.transcript"));
    }

    synchronized void put(CommandLine line, Outcome outcome) {
        if (line.isOfToday()) {
            return;
        }
        // libmosquitto 2.1.2 looks at errno after it closed the socket.
        String meant =
                line.text().contains("nosuch") ? "No such file or directory" : "Connection refused";
        String err = outcome.err().replace("Bad file descriptor", meant);
        outcomes.put(line.text(), new Outcome(outcome.exitCode(), outcome.out(), err));
    }

    void writeIfRecording() throws IOException {
        if (!isRecording()) {
            return;
        }
        StringBuilder text = new StringBuilder();
        outcomes.forEach((line, outcome) -> {
            text.append("$ ")
                    .append(line)
                    .append("\n= ")
                    .append(outcome.exitCode())
                    .append('\n');
            append(outcome.out(), '|', '>', text);
            append(outcome.err(), '!', '?', text);
        });
        Files.writeString(FILE, text, UTF_8);
    }

    private static void append(String output, char whole, char part, StringBuilder text) {
        String[] lines = output.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            boolean last = i == lines.length - 1;
            if (!last || !lines[i].isEmpty()) {
                text.append(last ? part : whole)
                        .append(' ')
                        .append(escaped(lines[i]))
                        .append('\n');
            }
        }
    }

    private static String escaped(String bytes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes.length(); i++) {
            char c = bytes.charAt(i);
            if (c == '\\') {
                text.append("\\\\");
            } else if (c < ' ' || c > '~') {
                text.append("\\x").append(HexFormat.of().toHexDigits((byte) c));
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    private static String unescaped(String text) {
        StringBuilder bytes = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != '\\') {
                bytes.append(text.charAt(i));
            } else if (text.charAt(++i) == '\\') {
                bytes.append('\\');
            } else {
                bytes.append((char) Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            }
        }
        return bytes.toString();
    }
}
