// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Model.OptionSpec;

import java.util.List;
import java.util.stream.Collectors;

/** A shell, and the script that lets it complete commands and options, from the commands themselves. */
enum ShellCompletion {
    BASH {
        @Override
        String script() {
            return AutoComplete.bash("canary", Canary.commandLine());
        }
    },
    ZSH {
        @Override
        String script() {
            List<CommandTree> all = CommandTree.all();
            String known = all.stream()
                    .skip(1)
                    .map(command -> '"' + String.join(" ", command.path()) + '"')
                    .collect(Collectors.joining("|"));
            StringBuilder offers = new StringBuilder();
            for (CommandTree command : all) {
                offers.append("        \"")
                        .append(String.join(" ", command.path()))
                        .append("\")\n");
                offers.append("            commands=(");
                for (CommandTree child : command.subcommands()) {
                    offers.append(zshOffer(child.path().getLast(), child.summary()));
                }
                offers.append(")\n            options=(");
                for (OptionSpec option : command.options()) {
                    for (String name : option.names()) {
                        offers.append(zshOffer(name, CommandTree.summary(option)));
                    }
                }
                offers.append(")\n            ;;\n");
            }
            return """
                    #compdef canary
                    _canary() {
                        local at=canary word
                        local -a commands options
                        for word in "${(@)words[2,CURRENT-1]}"; do
                            case "$at $word" in
                                %s) at="$at $word" ;;
                            esac
                        done
                        case "$at" in
                    %s    esac
                        if [[ $PREFIX == -* ]]; then
                            _describe option options
                        elif (( $#commands )); then
                            _describe command commands
                        else
                            _files
                        fi
                    }
                    compdef _canary canary
                    """.formatted(known, offers);
        }
    },
    FISH {
        @Override
        String script() {
            StringBuilder script = new StringBuilder("complete -c canary -f\n");
            for (CommandTree command : CommandTree.all()) {
                String when = fishCondition(command);
                for (CommandTree child : command.subcommands()) {
                    script.append(when)
                            .append(" -a ")
                            .append(child.path().getLast())
                            .append(" -d ")
                            .append(quoted(child.summary()))
                            .append('\n');
                }
                for (OptionSpec option : command.options()) {
                    script.append(when);
                    for (String name : option.names()) {
                        script.append(fishName(name));
                    }
                    // a value may be a file
                    script.append(option.arity().max() > 0 ? " -rF" : "")
                            .append(" -d ")
                            .append(quoted(CommandTree.summary(option)))
                            .append('\n');
                }
                if (command.subcommands().isEmpty()) {
                    script.append(when).append(" -F\n");
                }
            }
            return script.toString();
        }
    };

    abstract String script();

    private static String zshOffer(String name, String summary) {
        return " " + quoted(name.replace(":", "\\:") + ":" + summary);
    }

    /** True where this command has been typed, and none of its subcommands. */
    private static String fishCondition(CommandTree command) {
        StringBuilder when = new StringBuilder("complete -c canary -n '");
        for (String word : command.path().subList(1, command.path().size())) {
            when.append("__fish_seen_subcommand_from ").append(word).append("; and ");
        }
        String below = command.subcommands().stream()
                .map(child -> child.path().getLast())
                .collect(Collectors.joining(" "));
        return when.append(below.isEmpty() ? "true" : "not __fish_seen_subcommand_from " + below)
                .append("'")
                .toString();
    }

    private static String fishName(String name) {
        if (name.startsWith("--")) {
            return " -l " + name.substring(2);
        }
        return (name.length() == 2 ? " -s " : " -o ") + name.substring(1);
    }

    /** In single quotes, which zsh and fish end differently within: a typographic one will do. */
    private static String quoted(String words) {
        return "'" + words.replace("\\", "\\\\").replace('\'', '\u2019') + "'";
    }
}
