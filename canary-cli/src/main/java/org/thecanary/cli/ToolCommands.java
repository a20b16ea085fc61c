// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.thecanary.cli.mosquitto.MosquittoTools;
import org.thecanary.cli.mosquitto.MosquittoTools.FlagHelp;
import org.thecanary.cli.mosquitto.Tool;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The tools in the list of commands. A call of one does not come by here: {@link Canary#main} sees to it before picocli is
 * loaded, which would double its start-up time and understand its flags differently.
 */
final class ToolCommands {
    private ToolCommands() {}

    static CommandLine addTo(CommandLine canary) {
        for (Tool tool : Tool.values()) {
            Runnable help = () -> MosquittoTools.main(
                    tool, new String[] {tool.command(), "--help"}, Canary.Version.number());
            CommandSpec spec = CommandSpec.wrapWithoutInspection(help).name(tool.command());
            spec.usageMessage().description(tool.description());
            addFlags(spec, tool);
            canary.addSubcommand(tool.command(), new CommandLine(spec));
        }
        return canary;
    }

    /** So that shells complete them; {@link #addTo} says why they are not read here. */
    private static void addFlags(CommandSpec spec, Tool tool) {
        for (FlagHelp flag : MosquittoTools.flags(tool)) {
            var option = OptionSpec.builder(flag.names().toArray(String[]::new))
                    .description(flag.help());
            spec.addOption(
                    flag.value() == null
                            ? option.arity("0").type(boolean.class).build()
                            : option.arity("1")
                                    .type(String.class)
                                    .paramLabel(flag.value())
                                    .build());
        }
    }
}
