// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;

/** {@code canary man}: man pages, from the commands themselves. */
@Command(
        name = "man",
        mixinStandardHelpOptions = true,
        description = "Print the man page of a command, or write those of all.",
        footer = {
            "",
            "Examples:",
            "  canary man ca issue | man -l -",
            "  canary man --dir ~/.local/share/man/man1"
        })
final class ManCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            paramLabel = "COMMAND",
            arity = "0..*",
            description = "Whose page; none: that of the whole program.")
    private List<String> words = List.of();

    @Option(
            names = "--dir",
            paramLabel = "FOLDER",
            description = "Write a file for each command into this folder.")
    private @Nullable Path folder;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        if (folder != null) {
            Files.createDirectories(folder);
            for (CommandTree command : CommandTree.all()) {
                Path file = folder.resolve(ManPage.name(command) + ".1");
                out.println(Files.writeString(file, ManPage.of(command), UTF_8));
            }
        } else {
            out.print(ManPage.of(named()));
        }
        out.flush();
        return 0;
    }

    private CommandTree named() {
        return CommandTree.all().stream()
                .filter(command ->
                        command.path().subList(1, command.path().size()).equals(words))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        Objects.requireNonNull(spec).commandLine(),
                        "There is no command '" + String.join(" ", words) + "'."));
    }
}
