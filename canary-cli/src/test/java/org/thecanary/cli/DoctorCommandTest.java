// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** Does {@code canary doctor} find a system of {@code canary init} well, and say from outside what is wrong with TLS? */
class DoctorCommandTest {
    @TempDir
    Path folder;

    @Test
    void aRunningSystemIsWellFromInsideAndOutside() throws Exception {
        String tls = "" + Program.freePort();
        String mutualTls = "" + Program.freePort();
        String local = "" + Program.freePort();
        Path system = folder.resolve("system");
        ProgramRun made = ProgramRun.canary(
                "",
                "init",
                "--domain",
                "localhost",
                "--dir",
                system.toString(),
                "--tls-port",
                tls,
                "--mtls-port",
                mutualTls,
                "--wss-port",
                "" + Program.freePort(),
                "--local-port",
                local,
                "--no-passphrase");
        assertThat(made.status()).as(made.err()).isZero();
        Path config = system.resolve("canary.conf");
        String ca = system.resolve("certs/ca.crt").toString();
        try (Program _ =
                Program.canary(folder, "broker", "-c", config.toString()).serves()) {

            ProgramRun inside = ProgramRun.canary(
                    "", "doctor", "--dir", system.toString(), "--domain", "localhost");
            assertThat(inside.status()).as(inside.out()).isZero();
            assertThat(inside.out())
                    .contains("the password of sensor is known", "somebody listens at " + tls)
                    .contains(" 0 wrong, 0 to mind.");

            ProgramRun outside =
                    ProgramRun.canary("", "doctor", "tls", "localhost:" + tls, "--cafile", ca);
            assertThat(outside.status()).as(outside.out()).isZero();
            assertThat(outside.out())
                    .contains("ok       tls", "ok       name", "ok       chain")
                    .contains("a broker answers, and wants a password");

            ProgramRun devices = ProgramRun.canary(
                    "", "doctor", "tls", "localhost:" + mutualTls, "--cafile", ca, "--json");
            assertThat(devices.out())
                    .startsWith("{\"well\": true,")
                    .contains("wants a certificate");

            assertThat(ProgramRun.canary("", "doctor", "tls", "localhost:" + tls)
                            .out())
                    .contains("WRONG    chain        no public authority", "-> name your own");
            assertThat(ProgramRun.canary("", "doctor", "tls", "127.0.0.9:" + tls, "--cafile", ca)
                            .out())
                    .contains("WRONG    name         the certificate is not for IP:127.0.0.9");
            assertThat(ProgramRun.canary("", "doctor", "tls", "localhost:" + local)
                            .out())
                    .contains("WRONG    tls          this is no TLS");
        }
        ProgramRun stopped = ProgramRun.canary("", "doctor", "--dir", system.toString());
        assertThat(stopped.status()).isZero();
        assertThat(stopped.out()).contains("WARNING  port", "canary broker -c " + config);
    }

    @Test
    void whatCannotBeReachedIsSaidWithItsCure() throws Exception {
        ProgramRun run = ProgramRun.canary("", "doctor", "tls", "127.0.0.1:" + Program.freePort());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).contains("WRONG    port", "-> start the broker");
        assertThat(ProgramRun.canary("", "doctor", "tls", "no-such-host.invalid")
                        .out())
                .contains("WRONG    host");
        ProgramRun nothing = ProgramRun.canary("", "doctor", "--dir", folder.toString());
        assertThat(nothing.status()).isEqualTo(1);
        assertThat(nothing.err()).startsWith("Error: There is no ").hasLineCount(1);
    }
}
