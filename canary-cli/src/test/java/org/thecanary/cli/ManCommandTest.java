// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Man pages, judged by mandoc. */
class ManCommandTest {
    @TempDir
    static Path folder;

    @BeforeAll
    static void write() {
        int exitCode = Canary.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .execute("man", "--dir", folder.toString());
        assertThat(exitCode).isZero();
    }

    @Test
    void everyCommandHasOneThatMandocFindsNoFaultWith() throws Exception {
        Peers.require("mandoc");
        List<String> lint = new ArrayList<>(List.of("mandoc", "-T", "lint", "-W", "warning"));
        try (Stream<Path> pages = Files.list(folder)) {
            pages.map(Path::toString).forEach(lint::add);
        }

        assertThat(lint)
                .contains(
                        folder.resolve("canary.1").toString(),
                        folder.resolve("canary-ca-issue.1").toString(),
                        folder.resolve("canary-pub.1").toString())
                .noneMatch(page -> page.contains("aot-train"));
        assertThat(Peers.run(lint.toArray(String[]::new))).isEmpty();
    }

    @Test
    void itTellsOfEachFlag() throws Exception {
        Peers.require("mandoc");

        assertThat(Peers.run(
                        "mandoc",
                        "-T",
                        "utf8",
                        "-O",
                        "width=200",
                        folder.resolve("canary-sub.1").toString()))
                .contains("End after so many messages.");
        assertThat(Files.readString(folder.resolve("canary-sub.1")))
                .contains(".B \\-C COUNT\nEnd after so many messages.\n")
                .contains(".B \\-\\-retained\\-only\n");
    }

    @Test
    void aCommandThatIsNotThereIsRefused() {
        var err = new StringWriter();
        int exitCode =
                Canary.commandLine().setErr(new PrintWriter(err)).execute("man", "ca", "isue");

        assertThat(exitCode).isEqualTo(2);
        assertThat(err.toString()).contains("There is no command 'ca isue'.");
    }
}
