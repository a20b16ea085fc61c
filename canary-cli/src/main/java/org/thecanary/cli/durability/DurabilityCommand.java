// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.durability;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** {@code canary bench durability}: kills a broker of its own over and over, and checks every message. */
@Command(
        name = "durability",
        description = {
            "Kill a broker at random moments under load, start it again, and look for every message.",
            "It starts a broker of its own, in a folder of its own."
        })
public final class DurabilityCommand implements Callable<Integer> {
    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    @Option(
            names = "--kills",
            paramLabel = "N",
            defaultValue = "100",
            description = "How often it is killed. Default: ${DEFAULT-VALUE}.")
    private int kills;

    @Option(
            names = "--publishers",
            paramLabel = "N",
            defaultValue = "50",
            description = "Of QoS 1 and 2 by turns. Default: ${DEFAULT-VALUE}.")
    private int publishers;

    @Option(
            names = "--subscribers",
            paramLabel = "N",
            defaultValue = "4",
            description = "Of QoS 1 and 2 by turns, which hear all. Default: ${DEFAULT-VALUE}.")
    private int subscribers;

    @Option(
            names = "--longest",
            paramLabel = "MS",
            defaultValue = "1500",
            description = "Most milliseconds between two kills. Default: ${DEFAULT-VALUE}.")
    private int longestMillis;

    @Option(names = "--seed", paramLabel = "N", description = "Repeat a run's moments.")
    private @Nullable Long seed;

    @Option(
            names = "--broker",
            paramLabel = "COMMAND",
            description = "What to start instead of this Canary; -c FILE follows.")
    private @Nullable String command;

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description =
                    "Where the broker keeps things; left there afterwards. Default: a temporary one.")
    private @Nullable Path folder;

    @Option(
            names = "--option",
            paramLabel = "LINE",
            description = "A line of the broker's configuration; may be given again.")
    private List<String> options = List.of();

    @Option(
            names = "--between",
            paramLabel = "COMMAND",
            description =
                    "Run between a crash and the next start, to take the power from a disk, say.")
    private @Nullable String between;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path place = folder == null ? Files.createTempDirectory("canary-durability") : folder;
        Files.createDirectories(place);
        long chosen = seed == null ? System.nanoTime() : seed;
        List<String> words = command == null ? List.of() : List.of(command.split(" ", -1));
        StringBuilder lines = new StringBuilder();
        options.forEach(line -> lines.append(line).append('\n'));
        try (CrashingBroker broker = new CrashingBroker(words, place, lines.toString())) {
            DurabilityRun run = new DurabilityRun(
                    broker,
                    this::runBetween,
                    publishers,
                    subscribers,
                    kills,
                    longestMillis,
                    new Random(chosen),
                    line -> System.err.println(line));
            DurabilityRun.Result result = run.run();
            System.out.printf(
                    "kills                %,d (seed %d)%n"
                            + "published            %,d, all acknowledged%n"
                            + "received             %,d%n"
                            + "lost                 %,d%n"
                            + "QoS 2 doubled        %,d%n"
                            + "out of order         %,d%n"
                            + "sessions forgotten   %,d%n"
                            + "retained wrong       %,d%n"
                            + "expired and back     %,d%n",
                    result.kills(),
                    chosen,
                    result.published(),
                    result.received(),
                    result.lost(),
                    result.doubled(),
                    result.disordered(),
                    result.lostSessions(),
                    result.wrongRetained(),
                    result.revived());
            return result.isGood() ? 0 : 1;
        } finally {
            if (folder == null) {
                delete(place);
            }
        }
    }

    private void runBetween() throws IOException {
        if (between == null) {
            return;
        }
        try {
            int status = new ProcessBuilder("/bin/sh", "-c", between)
                    .inheritIO()
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new IOException("--between ended with " + status);
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
