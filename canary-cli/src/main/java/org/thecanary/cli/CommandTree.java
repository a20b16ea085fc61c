// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * One command of the program, as man pages and shells want to know it. Any thread.
 *
 * @param path the words it is called by, {@code canary} first
 * @param spec what picocli knows of it
 */
record CommandTree(List<String> path, CommandSpec spec) {

    /** The whole program: each command that is not hidden, before its subcommands. */
    static List<CommandTree> all() {
        List<CommandTree> all = new ArrayList<>();
        add(List.of("canary"), Canary.commandLine().getCommandSpec(), all);
        return List.copyOf(all);
    }

    private static void add(List<String> path, CommandSpec spec, List<CommandTree> all) {
        all.add(new CommandTree(path, spec));
        for (CommandTree child : new CommandTree(path, spec).subcommands()) {
            add(child.path(), child.spec(), all);
        }
    }

    List<CommandTree> subcommands() {
        List<CommandTree> found = new ArrayList<>();
        for (CommandLine child : new LinkedHashSet<>(spec.subcommands().values())) {
            CommandSpec of = child.getCommandSpec();
            if (!of.usageMessage().hidden()) {
                List<String> words = new ArrayList<>(path);
                words.add(of.name());
                found.add(new CommandTree(List.copyOf(words), of));
            }
        }
        return found;
    }

    /** Those that are not hidden. */
    List<OptionSpec> options() {
        return spec.options().stream().filter(option -> !option.hidden()).toList();
    }

    /** What it does, in a sentence. */
    String summary() {
        String[] description = spec.usageMessage().description();
        return description.length == 0
                ? ""
                : description[0].replaceAll("%n", " ").strip();
    }

    /** What an option does, in a line. */
    static String summary(OptionSpec option) {
        return String.join(" ", option.description()).replaceAll("%n", " ").strip();
    }
}
