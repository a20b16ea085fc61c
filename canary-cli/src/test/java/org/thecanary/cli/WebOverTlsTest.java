// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Does {@code canary web} come to a broker by TLS, as who its certificate says? */
final class WebOverTlsTest {
    @TempDir
    private static Path shared;

    @TempDir
    Path folder;

    @BeforeAll
    static void authority() {
        ca("init", "--no-passphrase");
        ca("issue", "localhost", "--server", "--san", "localhost,127.0.0.1");
        ca("issue", "webapp");
    }

    private static void ca(String... arguments) {
        List<String> all = new ArrayList<>(List.of("ca"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--dir", shared.resolve("ca").toString()));
        ProgramRun run = ProgramRun.canary("", all.toArray(new String[0]));
        assertThat(run.status()).as(run.err()).isZero();
    }

    private static String issued(String name, String file) {
        return shared.resolve("ca/issued").resolve(name).resolve(file).toString();
    }

    private static String authorityFile() {
        return shared.resolve("ca/ca.crt").toString();
    }

    private Program broker(int port, String more) throws IOException {
        Path conf = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener " + port + " 127.0.0.1\nlog_type all\ncafile " + authorityFile()
                        + "\ncertfile "
                        + issued("localhost", "localhost.crt") + "\nkeyfile "
                        + issued("localhost", "localhost.key")
                        + "\n" + more + "\n");
        return Program.canary(folder, "broker", "-c", conf.toString()).serves();
    }

    private Program web(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(
                List.of("web", "--port", "0", "--data", folder.resolve("web").toString()));
        all.addAll(List.of(arguments));
        return Program.canary(folder, all.toArray(new String[0]));
    }

    @Test
    void itIsLetInByItsCertificate() throws Exception {
        int port = Program.freePort();
        try (Program broker =
                        broker(port, "require_certificate true\nuse_identity_as_username true");
                Program web = web(
                        "--broker",
                        "mqtts://localhost:" + port,
                        "--cafile",
                        authorityFile(),
                        "--cert",
                        issued("webapp", "webapp.crt"),
                        "--key",
                        issued("webapp", "webapp.key"))) {
            broker.says("u'webapp'");
            assertThat(web.stop()).isZero();
        }
    }

    @Test
    void aBrokerThatNobodyItTrustsVouchesForIsNotSpokenTo() throws Exception {
        int port = Program.freePort();
        try (Program _ = broker(port, "allow_anonymous true");
                Program web = web("--broker", "mqtts://localhost:" + port)) {
            web.says("certificate");
            assertThat(web.stop()).isZero();
        }
    }

    @Test
    void whatCannotBeUsedIsOneSentence() throws Exception {
        Path letter = Files.writeString(folder.resolve("letter.crt"), "Dear aunt,");
        refuses(3, letter.toString(), "--cafile", letter.toString());
        refuses(2, "certificate and key go together", "--cert", issued("webapp", "webapp.crt"));
        refuses(
                3,
                issued("localhost", "localhost.key"),
                "--cert",
                issued("webapp", "webapp.crt"),
                "--key",
                issued("localhost", "localhost.key"));
    }

    private void refuses(int code, String sentence, String... arguments) throws Exception {
        try (Program web = web(arguments)) {
            assertThat(web.exitCode()).isEqualTo(code);
            assertThat(web.err()).contains(sentence).doesNotContain("\tat ");
        }
    }
}
