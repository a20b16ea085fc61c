// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.List;

/** Runs {@code canary pub}, {@code sub} and {@code rr}. */
public final class MosquittoTools {

    private MosquittoTools() {}

    /**
     * Runs a tool as this process, and ends it.
     *
     * @param arguments those of the process; the first is the name of the tool
     * @param version what {@code --version} says
     */
    public static void main(Tool tool, String[] arguments, String version) {
        QuietLogging.install();
        quickStart();
        List<String> words = Bytes.arguments(arguments);
        Streams streams = new Streams(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                System.getenv());
        int exitCode =
                run(tool, words.getFirst(), words.subList(1, words.size()), streams, version);
        // Nothing is left to be done, and System.exit loads the JDK's logging first.
        Runtime.getRuntime().halt(exitCode);
    }

    /** One connection needs no name for its machine, and nothing that looks for leaks. */
    private static void quickStart() {
        System.setProperty("io.netty.machineId", "00:00:00:00:00:00:00:00");
        System.setProperty("io.netty.leakDetection.level", "disabled");
    }

    /**
     * A flag, for help.
     *
     * @param names all of them
     * @param value what its value is called; null: it takes none
     * @param help one line
     */
    public record FlagHelp(List<String> names, @Nullable String value, String help) {}

    /** The flags of a tool, in the order of its help. */
    public static List<FlagHelp> flags(Tool tool) {
        return Flag.TABLE.stream()
                .filter(flag -> flag.tools().contains(tool))
                .map(flag -> new FlagHelp(flag.names(), flag.value(), flag.help()))
                .toList();
    }

    /**
     * Runs a tool.
     *
     * @param name what the user calls it
     * @param arguments byte strings
     * @return the exit code
     */
    public static int run(
            Tool tool, String name, List<String> arguments, Streams streams, String version) {
        Settings settings = new Settings(tool);
        String called = name.equals(tool.command()) ? "canary " + name : name;
        try {
            settings = SettingsReader.read(tool, arguments, streams.environment());
            if (settings.help || settings.showVersion) {
                String text = settings.help
                        ? Help.of(tool, called)
                        : called + " version " + version + ".\n";
                streams.out().write(text.getBytes(UTF_8));
                // mosquitto's tools end with 1 here, and somebody may rely on it
                return name.equals(tool.original()) ? 1 : 0;
            }
            return switch (tool) {
                case PUB -> PubTool.run(settings, streams);
                case SUB -> SubTool.run(settings, streams);
                case RR -> RrTool.run(settings, streams);
            };
        } catch (UsageException e) {
            // under mosquitto's name nothing but its words
            String advice = name.equals(tool.original()) ? "" : e.advice();
            streams.complain(
                    e.getMessage() + advice + "\nUse '" + called + " --help' to see usage.\n");
            return 1;
        } catch (ToolException e) {
            if (!settings.quiet) {
                streams.complain(String.valueOf(e.getMessage()));
            }
            return e.exitCode();
        } catch (IOException _) {
            return 0; // nobody reads the help
        }
    }
}
