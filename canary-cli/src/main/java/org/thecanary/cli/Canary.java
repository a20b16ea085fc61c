// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.thecanary.cli.mosquitto.MosquittoTools;
import org.thecanary.cli.mosquitto.Tool;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

import java.util.Objects;

/** The {@code canary} program. Without a command it prints its help. */
@Command(
        name = "canary",
        description = "An MQTT broker and the tools around it.",
        mixinStandardHelpOptions = true,
        versionProvider = Canary.Version.class,
        subcommands = {BrokerCommand.class})
public final class Canary implements Runnable {

    private Canary() {}

    public static void main(String[] arguments) {
        Tool tool = arguments.length == 0 ? null : Tool.named(arguments[0]);
        if (tool != null) {
            System.exit(MosquittoTools.main(tool, arguments, version()));
        }
        System.exit(ToolCommands.addTo(new CommandLine(new Canary())).execute(arguments));
    }

    @Override
    public void run() {
        ToolCommands.addTo(new CommandLine(this)).usage(System.out);
    }

    /** The version in the manifest of the jar this class came from. */
    static String version() {
        String version = Canary.class.getPackage().getImplementationVersion();
        return Objects.requireNonNullElse(version, "(not packaged)");
    }

    /** The version for picocli, which a tool does not load. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"canary " + number()};
        }

        static String number() {
            return version();
        }
    }
}
