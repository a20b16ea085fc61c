// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

/** Is a client that knows the root alone shown all that leads to it, as by OpenSSL? */
class TlsChainTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private void openssl(String... arguments) throws Exception {
        ProgramRun run = ProgramRun.other("", "openssl", arguments);
        assertThat(run.status()).as(run.err()).isZero();
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private void issue(String name, String issuer, String extensions) throws Exception {
        Path written = Files.writeString(folder.resolve(name + ".ext"), extensions);
        openssl(
                "req",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-subj",
                "/CN=" + name,
                "-keyout",
                file(name + ".key"),
                "-out",
                file(name + ".csr"));
        openssl(
                "x509",
                "-req",
                "-in",
                file(name + ".csr"),
                "-CA",
                file(issuer + ".crt"),
                "-CAkey",
                file(issuer + ".key"),
                "-CAcreateserial",
                "-days",
                "2",
                "-extfile",
                written.toString(),
                "-out",
                file(name + ".crt"));
    }

    /** Without an extension that names anybody. */
    private void selfSigned(String name) throws Exception {
        openssl(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-subj",
                "/CN=" + name,
                "-days",
                "2",
                "-keyout",
                file(name + ".key"),
                "-out",
                file(name + ".crt"));
    }

    @Test
    void checkWarnsOfACertificateThatBrowsersRefuse() throws Exception {
        selfSigned("localhost");
        Path conf = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener 8883 127.0.0.1\nallow_anonymous true\ncertfile " + file("localhost.crt")
                        + "\nkeyfile " + file("localhost.key") + "\n");

        assertThat(ProgramRun.canary("", "check", "-c", conf.toString()).out())
                .contains(file("localhost.crt") + ": has no subjectAltName");
    }

    @Test
    void anIntermediateAuthorityMayStandInCafile() throws Exception {
        selfSigned("root");
        issue("signing", "root", "basicConstraints=critical,CA:TRUE\n");
        issue("localhost", "signing", "subjectAltName=DNS:localhost\n");
        Path all = Files.writeString(
                folder.resolve("all.crt"),
                Files.readString(folder.resolve("root.crt"))
                        + Files.readString(folder.resolve("signing.crt")));
        int port = Program.freePort();
        Path conf = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener " + port + " 127.0.0.1\ncafile " + all + "\ncertfile "
                        + file("localhost.crt") + "\nkeyfile " + file("localhost.key") + "\n");
        try (Program broker = Program.canary(folder, "broker", "-c", conf.toString())) {
            broker.serves();
            ProgramRun seen = ProgramRun.other(
                    "",
                    "openssl",
                    "s_client",
                    "-connect",
                    "127.0.0.1:" + port,
                    "-CAfile",
                    file("root.crt"),
                    "-verify_return_error",
                    "-verify_hostname",
                    "localhost");
            assertThat(seen.out()).contains("Verify return code: 0 (ok)");
        }
    }
}
