// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;

/** A command's page for {@code man}, in the macros of man(7). */
final class ManPage {
    private final CommandTree command;
    private final StringBuilder text = new StringBuilder();

    private ManPage(CommandTree command) {
        this.command = command;
    }

    /** The page of a command. */
    static String of(CommandTree command) {
        return new ManPage(command).page();
    }

    /** What the page is called: {@code canary-ca-issue}. */
    static String name(CommandTree command) {
        return String.join("-", command.path());
    }

    private String page() {
        String name = name(command);
        text.append(".TH ")
                .append(name.toUpperCase(Locale.ROOT))
                .append(" 1 ")
                .append(LocalDate.now(ZoneOffset.UTC))
                .append(" Canary\n");
        section("NAME");
        // apropos wants one line
        text.append(escaped(name))
                .append(" \\- ")
                .append(escaped(command.summary()))
                .append('\n');
        section("SYNOPSIS");
        verbatim(synopsis());
        section("DESCRIPTION");
        String separator = "";
        for (String paragraph : command.spec().usageMessage().description()) {
            text.append(separator).append(line(paragraph));
            separator = ".PP\n";
        }
        arguments();
        subcommands();
        footer();
        seeAlso();
        return text.toString();
    }

    private String[] synopsis() {
        Help help = new Help(command.spec(), Help.defaultColorScheme(Help.Ansi.OFF));
        return help.synopsis(0).strip().split("\\R", -1);
    }

    private void arguments() {
        List<PositionalParamSpec> positional = command.spec().positionalParameters().stream()
                .filter(parameter -> !parameter.hidden())
                .toList();
        if (!positional.isEmpty()) {
            section("ARGUMENTS");
            positional.forEach(parameter -> item(parameter.paramLabel(), parameter));
        }
        if (!command.options().isEmpty()) {
            section("OPTIONS");
            for (OptionSpec option : command.options()) {
                String value = option.arity().max() == 0 ? "" : " " + option.paramLabel();
                item(String.join(", ", option.names()) + value, option);
            }
        }
    }

    private void item(String term, ArgSpec argument) {
        text.append(".TP\n.B ").append(escaped(term)).append('\n');
        String[] description = argument.description();
        text.append(description.length == 0 ? "\\&\n" : "");
        for (String paragraph : description) {
            text.append(line(paragraph));
        }
    }

    private void subcommands() {
        List<CommandTree> children = command.subcommands();
        if (children.isEmpty()) {
            return;
        }
        section("COMMANDS");
        for (CommandTree child : children) {
            text.append(".TP\n.B ").append(escaped(child.path().getLast())).append('\n');
            text.append(line(child.summary()));
        }
    }

    /** Examples, exit codes and the like, as {@code --help} has them. */
    private void footer() {
        String[] footer = command.spec().usageMessage().footer();
        if (footer.length > 0) {
            section("NOTES");
            verbatim(footer);
        }
    }

    private void seeAlso() {
        List<String> path = command.path();
        if (path.size() > 1) {
            section("SEE ALSO");
            text.append(".BR ")
                    .append(escaped(String.join("-", path.subList(0, path.size() - 1))))
                    .append(" (1)\n");
        }
    }

    private void section(String title) {
        text.append(".SH ").append(title).append('\n');
    }

    private void verbatim(String... lines) {
        text.append(".nf\n");
        for (String each : lines) {
            text.append(line(each));
        }
        text.append(".fi\n");
    }

    private static String line(String words) {
        String escaped = escaped(words.replace("%n", " "));
        // A line that begins with one of these would be a request.
        boolean request = escaped.startsWith(".") || escaped.startsWith("'");
        return (request ? "\\&" : "") + escaped + "\n";
    }

    private static String escaped(String words) {
        return words.replace("\\", "\\e").replace("-", "\\-");
    }
}
