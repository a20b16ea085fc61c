// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.thecanary.broker.store.Store;
import org.thecanary.broker.store.StoreReport;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** {@code canary restore}: says whether a backup is whole. */
@Command(
        name = "restore",
        description = "Read all of a backup, and say what is in it.",
        mixinStandardHelpOptions = true,
        versionProvider = Canary.Version.class,
        footer = {
            "",
            "To restore it, stop the broker, move its mosquitto.store away, and copy that of the backup to its place.",
            "Exit codes: 0 the backup is whole, 1 it is not."
        })
final class RestoreCommand implements Callable<Integer> {
    @Option(names = "--check", required = true, description = "Only look, and change nothing.")
    @SuppressWarnings(
            "UnusedVariable") // required, so that whoever types "restore" alone changes nothing and
    // is told
    private boolean check;

    @Parameters(paramLabel = "DIR", description = "What canary backup was given.")
    private Path folder = Path.of("");

    @Override
    public Integer call() throws IOException {
        List<Path> stores;
        try (Stream<Path> files = Files.list(folder)) {
            stores = files.filter(file -> file.toString().endsWith(".store")).toList();
        }
        if (stores.size() != 1) {
            throw new IOException(folder + " is not a backup of Canary's.");
        }
        StoreReport report = Store.check(stores.getFirst());
        report.members().forEach((name, value) -> System.out.printf("%-18s %s%n", name, value));
        return report.unreadable() == 0 ? 0 : 1;
    }
}
