// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** What commands and files may say. */
class NamedSourceTest {
    @TempDir
    Path folder;

    @Test
    void aCommandPrintsANumber() throws IOException {
        assertThat(command("humidity:%=echo '  40.5 '"))
                .containsExactly(new Reading("humidity", 40.5, "%"));
        assertThat(command("n=echo -1e-2")).containsExactly(new Reading("n", -0.01, "1"));
    }

    @Test
    void aCommandPrintsJson() throws IOException {
        assertThat(
                        command(
                                "dht=echo '{\"Temp C\": 21.5, \"ok\": true, \"in\": {\"a\": 1}, \"name\": \"x\", \"rh\": 40}'"))
                .containsExactly(
                        new Reading("dht_temp_c", 21.5, "1"), new Reading("dht_rh", 40, "1"));
    }

    @Test
    void ofSeveralLinesTheLastOneOfANameCounts() throws IOException {
        assertThat(command("n=printf '1\\n\\n{\"a\": 5}\\n2\\n'"))
                .containsExactly(new Reading("n_a", 5, "1"), new Reading("n", 2, "1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo",
                "echo warm",
                "echo 1 2",
                "echo '{\"a\": }'",
                "echo '{}'",
                "echo NaN",
                "echo 1e999",
                "echo '[1]'"
            })
    void nonsenseIsAnError(String command) {
        assertThatThrownBy(() -> command("n=" + command))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("it says");
    }

    @Test
    void aCommandThatFailsIsAnError() {
        assertThatThrownBy(() -> command("n=echo 1; exit 3"))
                .isInstanceOf(IOException.class)
                .hasMessage("it ends with exit code 3");
    }

    @Test
    void aCommandThatHangsIsEndedAndRunAgainAfterAMinute() throws IOException {
        Path ran = folder.resolve("ran");
        var now = new AtomicLong();
        Probe probe = new CommandProbe(
                NamedSource.parse("n=echo . >> " + ran + "; [ -e " + folder.resolve("ready")
                        + " ] || sleep 600; echo 1"),
                Duration.ofSeconds(1),
                now::get);
        assertThatThrownBy(probe::read).hasMessageStartingWith("it takes longer than 1 seconds");
        Files.createFile(folder.resolve("ready"));

        now.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThatThrownBy(probe::read).hasMessageStartingWith("it takes longer than 1 seconds");
        assertThat(ran).hasContent(".");

        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(probe.read()).containsExactly(new Reading("n", 1, "1"));
        assertThat(probe.read()).containsExactly(new Reading("n", 1, "1"));
    }

    @Test
    void aCommandThatPrintsForeverIsCutAndEnded() {
        assertThatThrownBy(() -> command("n=yes | head -c 10000000"))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aFileIsReadAnewEachTime() throws IOException {
        Path file = folder.resolve("level");
        Probe probe = NamedSource.parse("level:m=" + file).file();
        assertThatThrownBy(probe::read).hasMessage("there is no file " + file);

        Files.writeString(file, "1.25\n");
        assertThat(probe.read()).containsExactly(new Reading("level", 1.25, "m"));
        Files.writeString(file, "{\"a\": 2}");
        assertThat(probe.read()).containsExactly(new Reading("level_a", 2, "m"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "n",
                "n=",
                "=x",
                "N=x",
                "time=x",
                "seq:Cel=x",
                "a b=x",
                "n:=x",
                "n:a b=x",
                "1n=x"
            })
    void anOptionThatIsNoneIsRefused(String text) {
        assertThatThrownBy(() -> NamedSource.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NAME:UNIT=");
    }

    @Test
    void theSourceMayHoldAnything() {
        assertThat(NamedSource.parse("n:Cel=a=b:c d"))
                .isEqualTo(new NamedSource("n", "Cel", "a=b:c d"));
    }

    private static List<Reading> command(String text) throws IOException {
        return NamedSource.parse(text).command().read();
    }
}
