// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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

    private void selfSigned(String name) throws Exception {
        selfSigned(name, "ec", "-pkeyopt", "ec_paramgen_curve:P-256");
    }

    /** Without an extension that names anybody; {@code kind} is what openssl calls the kind of key. */
    private void selfSigned(String name, String... kind) throws Exception {
        List<String> words = new ArrayList<>(List.of("req", "-x509", "-newkey"));
        words.addAll(List.of(kind));
        words.addAll(List.of(
                "-nodes",
                "-subj",
                "/CN=" + name,
                "-days",
                "2",
                "-keyout",
                file(name + ".key"),
                "-out",
                file(name + ".crt")));
        openssl(words.toArray(String[]::new));
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

    @ParameterizedTest
    @CsvSource({
        "ed25519, '', BoringSSL has no use for a key of EdDSA",
        "rsa, ciphers_tls1.3 TLS_AES_128_GCM_SHA256, BoringSSL always speaks all suites of TLS 1.3"
    })
    void checkSaysWhatBoringSslCannot(String key, String option, String said) throws Exception {
        selfSigned("localhost", key);
        Path conf = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener 8883 127.0.0.1\ncertfile " + file("localhost.crt") + "\nkeyfile "
                        + file("localhost.key") + "\ntls_engine boringssl\n" + option + "\n");

        ProgramRun check = ProgramRun.canary("", "check", "-c", conf.toString());

        assertThat(check.out() + check.err()).contains(said);
        assertThat(check.status()).isNotZero();
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
