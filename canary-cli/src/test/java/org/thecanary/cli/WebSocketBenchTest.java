// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code canary bench --ws}. */
class WebSocketBenchTest {

    @TempDir
    static Path folder;

    private static Program broker;
    private static int port;
    private static int plainPort;

    @BeforeAll
    static void start() throws Exception {
        port = Program.freePort();
        plainPort = Program.freePort();
        Path conf = Files.writeString(
                folder.resolve("m.conf"),
                "allow_anonymous true\nlistener " + port + " 127.0.0.1\nprotocol websockets\n"
                        + "listener " + plainPort + " 127.0.0.1\n");
        broker = Program.canary(folder, "broker", "-c", conf.toString()).serves();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static ProgramRun bench(String load, int port) {
        List<String> words = new ArrayList<>(List.of("bench"));
        words.addAll(List.of(load.split(" ", -1)));
        words.addAll(List.of("--ws", "-p", "" + port, "-d", "0.3", "--warmup", "0.1", "--json"));
        return ProgramRun.canary("", words.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pairs -c 3 -q 1", "fanout -c 5 -s 70000", "connect"})
    void aLoadGoesThroughWebSockets(String load) {
        ProgramRun run = bench(load, port);

        assertThat(run.status()).as(run.toString()).isZero();
        assertThat(run.err()).isEmpty();
    }

    @Test
    void whoSpeaksNoWebSocketIsNamed() {
        ProgramRun run = bench("pairs -c 2", plainPort);

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("Error: no WebSocket at localhost port " + plainPort + ": ")
                .hasLineCount(1);
    }
}
