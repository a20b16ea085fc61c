// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Asks real shells, with the script sourced, what they would complete. */
class CompletionCommandTest {
    @TempDir
    Path folder;

    private static String script(String shell) {
        var out = new StringWriter();
        int exitCode =
                Canary.commandLine().setOut(new PrintWriter(out)).execute("completion", shell);
        assertThat(exitCode).isZero();
        return out.toString();
    }

    private List<String> completed(String shell, String ask) throws Exception {
        Peers.require(shell);
        Path script = Files.writeString(folder.resolve("completion"), script(shell));
        String said = Peers.run(shell, "-c", ask.replace("SCRIPT", script.toString()));
        return List.of(said.split("\\s+", -1));
    }

    @ParameterizedTest
    @CsvSource({
        "canary pu, pub",
        "canary pub --caf, --cafile",
        "canary sub --retained, --retained-only",
        "canary rr --will-t, --will-topic",
        "canary ca iss, issue",
        "canary ca issue --sa, --san",
        "canary bench pub --si, --size"
    })
    void shellsComplete(String typed, String completed) throws Exception {
        int words = typed.split(" ", -1).length;
        String last = typed.substring(typed.lastIndexOf(' ') + 1);

        assertThat(completed(
                        "bash",
                        "source SCRIPT; COMP_WORDS=(" + typed + "); COMP_CWORD=" + (words - 1)
                                + "; _complete_canary; echo \"${COMPREPLY[@]}\""))
                .contains(completed);
        // what zsh is offered, of which it then shows those that begin as what was typed
        assertThat(completed(
                        "zsh",
                        "compdef() { }; _files() { }; _describe() { print -l -- ${(P)2%%:*} }; source SCRIPT; "
                                + "words=(" + typed + "); CURRENT=" + words + "; PREFIX=" + last
                                + "; _canary"))
                .contains(completed);
        assertThat(completed("fish", "source SCRIPT; complete -C '" + typed + "'"))
                .contains(completed);
    }

    @ParameterizedTest
    @CsvSource({"bash", "zsh", "fish"})
    void theHiddenCommandIsNotCompleted(String shell) {
        assertThat(script(shell)).contains("doctor").doesNotContain("aot-train");
    }

    @Test
    void aShellNobodyKnowsIsRefused() {
        var err = new StringWriter();
        int exitCode =
                Canary.commandLine().setErr(new PrintWriter(err)).execute("completion", "tcsh");

        assertThat(exitCode).isEqualTo(2);
        assertThat(err.toString()).contains("tcsh").contains("BASH, ZSH, FISH");
    }
}
