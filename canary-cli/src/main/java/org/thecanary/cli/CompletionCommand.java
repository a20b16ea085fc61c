// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;

/** {@code canary completion}: what a shell needs to complete commands and options, from the commands themselves. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Print a script that completes commands and options in bash, zsh or fish.",
        footer = {
            "",
            "Examples:",
            "  source <(canary completion)                 in bash",
            "  source <(canary completion zsh)             in zsh, after compinit",
            "  canary completion fish | source             in fish",
            "For every shell to come, write it to",
            "  ~/.local/share/bash-completion/completions/canary",
            "  ~/.config/fish/completions/canary.fish",
            "  _canary, in a folder of zsh's fpath"
        })
final class CompletionCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            paramLabel = "SHELL",
            arity = "0..1",
            defaultValue = "bash",
            description = "bash, zsh or fish. Default: bash.")
    private ShellCompletion shell = ShellCompletion.BASH;

    @Override
    public Integer call() {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        out.print(shell.script());
        out.flush();
        return 0;
    }
}
