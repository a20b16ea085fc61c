// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.thecanary.cli.mosquitto.RealTools.Outcome;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A line of {@code command-lines.txt}, whose head says what is in it.
 *
 * @param text the tool and its arguments
 * @param isOf21 mosquitto 2.0 says something else, or nothing
 * @param differs Canary means to say something else
 * @param isOfToday the answer has the date in it, so that none is recorded
 */
record CommandLine(String text, boolean isOf21, boolean differs, boolean isOfToday) {

    static List<CommandLine> all() {
        try (InputStream file = CommandLine.class.getResourceAsStream("command-lines.txt")) {
            return new String(Objects.requireNonNull(file).readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .map(CommandLine::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CommandLine of(String line) {
        String text = line.replaceFirst("^[~!@]+ ", "");
        String marks = line.substring(0, line.length() - text.length());
        return new CommandLine(text, marks.contains("~"), marks.contains("!"), marks.contains("@"));
    }

    Tool tool() {
        return Tool.valueOf(text.split(" ", 2)[0].toUpperCase(Locale.ROOT));
    }

    String arguments() {
        return text.replaceFirst("^\\w+ ?", "");
    }

    /** Those it is tried with: one where none is asked. */
    List<TwoBrokers.Kind> brokers() {
        return TwoBrokers.asks(text)
                ? List.of(TwoBrokers.Kind.values())
                : List.of(TwoBrokers.Kind.CANARY);
    }

    /** Of several messages the acknowledgements, and retained messages, come when they come; so do the seconds. */
    Outcome ordered(Outcome outcome) {
        if (outcome.out().endsWith(" msgs/s\n")) {
            return new Outcome(outcome.exitCode(), sum(outcome.out()), outcome.err());
        }
        boolean anyOrder =
                text.matches(".* (-l|--repeat|of/#|of/\\+) .*") || text.contains(" -t of/00 -t ");
        return anyOrder
                ? new Outcome(
                        outcome.exitCode(),
                        outcome.out().lines().sorted().collect(Collectors.joining("\n")),
                        outcome.err().lines().sorted().collect(Collectors.joining("\n")))
                : outcome;
    }

    private static String sum(String rates) {
        return rates.lines()
                        .peek(line -> assertThat(line).matches("[0-9]+ msgs/s"))
                        .mapToInt(line -> Integer.parseInt(line.split(" ", 2)[0]))
                        .sum()
                + " msgs";
    }

    @Override
    public String toString() {
        return text;
    }
}
