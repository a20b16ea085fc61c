// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Do the loads of {@code canary bench} reach a broker, and are the figures those of what it did? */
class BenchCommandTest {

    @TempDir
    static Path folder;

    private static Program broker;
    private static String port;

    @BeforeAll
    static void start() throws Exception {
        port = "" + Program.freePort();
        broker = Program.canary(folder, "broker", "-p", port).serves();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static ProgramRun bench(String line) {
        List<String> arguments = new ArrayList<>(List.of("bench"));
        arguments.addAll(List.of(line.split(" ", -1)));
        arguments.addAll(List.of("-p", port, "-d", "0.3", "--warmup", "0.1"));
        return ProgramRun.canary("", arguments.toArray(String[]::new));
    }

    private static double figure(ProgramRun run, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\": ([0-9.E]+)").matcher(run.out());
        assertThat(matcher.find()).as(name + " in " + run).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pairs -c 3",
                "pairs -c 2 -q 1",
                "pairs -c 2 -q 2 -V 5 -s 300",
                "fanout -c 20 --publishers 2",
                "fanout -c 5 -q 1 -V 5"
            })
    void allThatIsPublishedArrivesOnceAndInOrder(String load) {
        ProgramRun run = bench(load + " --json");

        assertThat(run.status()).as(run.toString()).isZero();
        assertThat(figure(run, "received")).isPositive();
        assertThat(figure(run, "missing")).isZero();
        assertThat(figure(run, "misplaced")).isZero();
        assertThat(figure(run, "latency_us_p50")).isPositive();
        assertThat(figure(run, "latency_us_max"))
                .isGreaterThanOrEqualTo(figure(run, "latency_us_p99"));
        assertThat(figure(run, "broker_rss_bytes")).isGreaterThan(10_000_000);
    }

    @Test
    void aSteadyRateIsKept() {
        ProgramRun run = bench("latency -c 2 -r 500 --json");

        // A busy machine may be late, but never early.
        assertThat(figure(run, "published") / figure(run, "seconds")).isBetween(100.0, 600.0);
        assertThat(figure(run, "missing")).isZero();
    }

    @Test
    void publishersAloneAndConnectionsAreCounted() {
        assertThat(bench("pub -c 2 -q 1").out())
                .contains("published")
                .contains("p99")
                .doesNotContain("received");
        assertThat(bench("pub -c 2").status()).isZero();
        assertThat(figure(bench("connect -c 4 --json"), "published")).isGreaterThan(4);
    }

    @Test
    void aSubscriberCountsWhatOthersPublish() throws Exception {
        Program.needsMosquittoClients();
        var others = List.of(
                "sh",
                "-c",
                "while sleep 0.02; do mosquitto_pub -p " + port + " -t x/y -m hello; done");
        try (Program _ = Program.of(folder, others)) {
            assertThat(figure(bench("sub -t x/# --json -d 2 --warmup 0.5"), "received"))
                    .isPositive();
        }
    }

    @Test
    void brokersAreComparedSideBySide() throws Exception {
        ProgramRun run = ProgramRun.canary(
                "",
                "bench",
                "compare",
                "--broker",
                "here=localhost:" + port,
                "--broker",
                "canary",
                "--load",
                "pairs,connect",
                "--rounds",
                "1",
                "-d",
                "0.3",
                "--warmup",
                "0");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()
                        .lines()
                        .map(line -> line.replaceAll("(\\| [a-z]+ \\| [a-z]+ ).*", "$1")))
                .endsWith(
                        "| pairs | here ",
                        "| pairs | canary ",
                        "| connect | here ",
                        "| connect | canary ");
        assertThat(ProgramRun.canary("", "bench", "compare", "--broker", "nobody")
                        .err())
                .contains("neither canary, mosquitto nor NAME=HOST:PORT");
    }

    @Test
    void whatIsWrongIsOneSentence() throws Exception {
        assertThat(bench("pairs -s 3").err()).contains("-s is 16 to 1048576 bytes");
        assertThat(bench("pairs -q 3").status()).isEqualTo(2);
        int nobody = Program.freePort();
        ProgramRun run = ProgramRun.canary("", "bench", "pub", "-p", "" + nobody);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("Error: cannot connect to localhost").hasLineCount(1);
    }
}
