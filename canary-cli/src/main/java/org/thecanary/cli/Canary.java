// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.thecanary.cli.bench.BenchCommand;
import org.thecanary.cli.doctor.DoctorCommand;
import org.thecanary.cli.mosquitto.MosquittoTools;
import org.thecanary.cli.mosquitto.Tool;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParseResult;

import java.util.Arrays;
import java.util.Objects;

/** The {@code canary} program. Without a command it prints its help. */
@Command(
        name = "canary",
        description = "An MQTT broker and the tools around it.",
        mixinStandardHelpOptions = true,
        versionProvider = Canary.Version.class,
        subcommands = {
            UpCommand.class,
            InitCommand.class,
            BrokerCommand.class,
            AdminCommands.Status.class,
            AdminCommands.Clients.class,
            AdminCommands.Kick.class,
            AdminCommands.Reload.class,
            AdminCommands.Backup.class,
            RestoreCommand.class,
            AdminCommands.StoreGroup.class,
            CheckCommand.class,
            ExplainCommand.class,
            SensorCommand.class,
            WebCommand.class,
            PasswdCommand.class,
            CaCommand.class,
            DoctorCommand.class,
            BenchCommand.class,
            CompletionCommand.class,
            ManCommand.class,
            AotTrainCommand.class
        })
public final class Canary implements Runnable {

    private Canary() {}

    public static void main(String[] arguments) throws Exception {
        LogProvider.install();
        Tool tool = arguments.length == 0 ? null : Tool.named(arguments[0]);
        if (tool != null) {
            MosquittoTools.main(tool, arguments, version());
        }
        switch (arguments.length == 0 ? "" : arguments[0]) {
            case ToolTraining.COMMAND -> System.exit(ToolTraining.run(arguments));
            case BrokerTraining.COMMAND -> System.exit(BrokerTraining.run());
            default -> {}
        }
        System.exit(run(arguments));
    }

    /** Runs a command; its exit code. */
    static int run(String... arguments) {
        Integer broker = BrokerProgram.runIfAsked(arguments);
        return broker == null ? execute(arguments) : broker;
    }

    private static int execute(String... arguments) {
        CommandLine canary = commandLine();
        String[] words = BrokerCommand.untilHelp(arguments);
        if (words.length > 0 && BrokerCommand.asksForHelp(words)) {
            String[] before = Arrays.copyOf(words, words.length - 1);
            if (!BrokerCommand.canBeParsed(canary, before)) {
                return canary.execute(before); // says what is wrong
            }
        }
        return canary.execute(words);
    }

    static CommandLine commandLine() {
        var canary = new CommandLine(new Canary())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOverwrittenOptionsAllowed(true); // the last -c counts, as for mosquitto
        canary.getSubcommands().forEach((name, command) -> {
            if (name.equals("passwd")) {
                PasswdCommand.configure(command);
            }
        });
        // picocli asks the handlers of the whole program only.
        var parameterErrors = canary.getParameterExceptionHandler();
        canary.setParameterExceptionHandler(
                (e, words) -> e.getCommandLine().getCommandName().equals("passwd")
                        ? PasswdCommand.parameterError(e)
                        : parameterErrors.handleParseException(e, words));
        canary.setExecutionStrategy(parsed -> {
            ParseResult broker = parsed.subcommand();
            if (broker != null
                    && broker.commandSpec().userObject() instanceof BrokerCommand command
                    && (broker.isUsageHelpRequested() || broker.isVersionHelpRequested())) {
                int refused = command.checkBeforeHelp();
                if (refused != 0) {
                    return refused;
                }
                if (MosquittoName.isCalledSo()) {
                    System.out.println(
                            MosquittoName.answer(broker.isUsageHelpRequested(), version()));
                    return 0;
                }
            }
            return new CommandLine.RunLast().execute(parsed);
        });
        canary.setExecutionExceptionHandler((e, _, _) -> CliErrors.executionError(e));
        Examples.addTo(canary);
        return ToolCommands.addTo(canary);
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
