// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Has the help of every command examples, and would the program take them? */
class ExamplesTest {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    /** Groups, whose help names their commands; those of mosquitto's have a help of their own. */
    private static final List<String> WITHOUT =
            List.of("canary store", "canary web user", "canary pub", "canary sub", "canary rr");

    static Stream<CommandTree> commands() {
        return CommandTree.all().stream()
                .filter(command -> !WITHOUT.contains(String.join(" ", command.path())));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void theHelpOfACommandHasExamples(CommandTree command) {
        assertThat(command.spec().usageMessage().footer())
                .as(String.join(" ", command.path()))
                .anyMatch(line -> line.startsWith("  canary "));
    }

    static Stream<String> examples() {
        return commands()
                .flatMap(command -> Stream.of(command.spec().usageMessage().footer()))
                .filter(line -> line.startsWith("  canary "))
                .map(line -> line.strip().replaceAll("%%", "%"))
                .filter(line -> !line.matches("canary (pub|sub|rr) .*|.*[|>].*"))
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExampleCanBeCalled(String line) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(line.substring("canary ".length()));
        while (word.find()) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2));
        }
        assertThatCode(() -> Canary.commandLine().parseArgs(words.toArray(String[]::new)))
                .doesNotThrowAnyException();
    }
}
