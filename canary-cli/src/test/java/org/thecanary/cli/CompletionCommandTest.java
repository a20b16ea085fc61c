// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** Asks a real bash, with the script sourced, what it would complete. */
class CompletionCommandTest {
    @TempDir
    Path folder;

    private static String script() {
        var out = new StringWriter();
        int exitCode = Canary.commandLine().setOut(new PrintWriter(out)).execute("completion");
        assertThat(exitCode).isZero();
        return out.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "canary pu, pub",
        "canary pub --caf, --cafile",
        "canary sub --retained, --retained-only",
        "canary rr --will-t, --will-topic",
        "canary ca iss, issue"
    })
    void bashCompletes(String typed, String completed) throws Exception {
        Path script = Files.writeString(folder.resolve("completion"), script());
        String[] words = typed.split(" ", -1);
        String ask = "source " + script + "; COMP_WORDS=(" + typed + "); COMP_CWORD="
                + (words.length - 1) + "; _complete_canary; echo \"${COMPREPLY[@]}\"";

        Process bash =
                new ProcessBuilder("bash", "-c", ask).redirectErrorStream(true).start();
        String said = new String(bash.getInputStream().readAllBytes(), UTF_8);

        assertThat(bash.waitFor()).as(said).isZero();
        assertThat(said.split("\\s+", -1)).contains(completed);
    }

    @Test
    void theHiddenCommandIsNotCompleted() {
        assertThat(script()).doesNotContain("aot-train");
    }
}
