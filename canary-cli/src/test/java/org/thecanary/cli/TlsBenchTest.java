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

/** {@code canary bench} through TLS, with certificates of {@code canary ca}. */
class TlsBenchTest {

    @TempDir
    static Path folder;

    private static Program broker;
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        String ca = folder.resolve("ca").toString();
        for (String line : List.of(
                "ca init --no-passphrase --dir " + ca,
                "ca issue localhost --server --dir " + ca,
                "ca issue loader --client --dir " + ca)) {
            assertThat(ProgramRun.canary("", line.split(" ", -1)).status()).isZero();
        }
        port = Program.freePort();
        Path server = folder.resolve("ca/issued/localhost");
        Path conf = Files.writeString(
                folder.resolve("m.conf"),
                "listener " + port + " 127.0.0.1\ncafile " + folder.resolve("ca/ca.crt")
                        + "\ncertfile " + server.resolve("localhost.crt")
                        + "\nkeyfile " + server.resolve("localhost.key")
                        + "\nrequire_certificate true\nuse_identity_as_username true\n");
        broker = Program.canary(folder, "broker", "-c", conf.toString()).serves();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static ProgramRun pairs(String more) {
        List<String> words = new ArrayList<>(List.of("bench", "pairs", "-c", "2", "-q", "1"));
        words.addAll(List.of("-p", "" + port, "-d", "0.3", "--warmup", "0.1"));
        words.addAll(List.of(more.split(" ", -1)));
        return ProgramRun.canary("", words.toArray(String[]::new));
    }

    @Test
    void aLoadGoesThroughTlsWithACertificate() {
        Path loader = folder.resolve("ca/issued/loader");

        ProgramRun run = pairs("--cafile " + folder.resolve("ca/ca.crt") + " --cert "
                + loader.resolve("loader.crt") + " --key " + loader.resolve("loader.key"));

        assertThat(run.status()).as(run.toString()).isZero();
        assertThat(run.out()).contains("pairs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--tls", "--tls --ws"})
    void aStrangersCertificateIsNotTrusted(String how) {
        ProgramRun run = pairs(how);

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("Error: localhost:" + port + ": ").hasLineCount(1);
    }

    @Test
    void aCertificateWithoutItsKeyIsRefused() {
        ProgramRun run = pairs("--cert " + folder.resolve("ca/issued/loader/loader.crt"));

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("--cert and --key go together");
    }
}
