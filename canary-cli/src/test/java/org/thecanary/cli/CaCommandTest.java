// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class CaCommandTest {

    @TempDir
    Path folder;

    private ProgramRun ca(String stdin, String command, String... arguments) {
        var all = new ArrayList<String>(
                List.of("ca", command, "--dir", folder.resolve("ca").toString()));
        all.addAll(List.of(arguments));
        return ProgramRun.canary(stdin, all.toArray(String[]::new));
    }

    @Test
    void aDeviceIsIssuedShownRenewedAndRevoked() throws Exception {
        var passphrase = Files.writeString(folder.resolve("pass"), "a long secret\nnot this\n")
                .toString();
        var bundle = folder.resolve("g-1.tar.gz").toString();
        assertThat(ca("", "init", "--passphrase-file", passphrase).status()).isZero();

        assertThat(ca(
                                "a long secret\n",
                                "issue",
                                "g-1",
                                "--bundle",
                                bundle,
                                "--broker",
                                "b.example")
                        .status())
                .isZero();
        assertThat(Path.of(bundle)).isNotEmptyFile();
        assertThat(ca("", "verify", "g-1", "--client").out()).isEqualTo("g-1: OK\n");
        assertThat(ca("", "verify", "g-1", "--server").status()).isEqualTo(1);
        assertThat(ca("", "show", "g-1").out()).contains("CN=g-1", "For:             client");
        assertThat(ca("", "renew", "g-1", "--passphrase-file", passphrase, "--revoke-old")
                        .status())
                .isZero();
        assertThat(ca("", "list").out().lines().toList())
                .hasSize(3)
                .anyMatch(line -> line.startsWith("g-1   revoked"))
                .anyMatch(line -> line.startsWith("g-1   valid"));
        var file = folder.resolve("ca/issued/g-1/g-1-chain.crt").toString();
        assertThat(ca("", "verify", file).status()).isZero();
        assertThat(ca("a long secret", "revoke", "g-1", "--reason", "keycompromise")
                        .status())
                .isZero();
        assertThat(ca("", "verify", file).out()).contains("reason keyCompromise");
        assertThat(ca("a long secret", "crl", "--days", "7").status()).isZero();
        assertThat(ca("", "list", "--json").out().lines().toList())
                .hasSize(2)
                .allMatch(line -> line.startsWith("{\"name\": \"g-1\", \"status\": \"revoked\""))
                .anyMatch(line -> line.endsWith("\"reason\": \"superseded\"}"));
    }

    @Test
    void whatIsWrongIsOneSentence() throws Exception {
        refused(ca("", "list"), "no certificate authority in", "canary ca init");
        refused(ca("short\n", "init"), "fewer than 8 characters");
        refused(ca("one of them\nanother one\n", "init"), "two passphrases differ");
        assertThat(ca("", "init", "--no-passphrase").status()).isZero();
        refused(ca("", "init", "--no-passphrase"), "already", "--force");
        refused(ca("", "issue", "b.example"), "--server or --client");
        refused(ca("", "issue", "a_b", "--server"), "--san");
        refused(ca("", "issue", "../x"), "letters, digits");
        refused(ca("", "issue", "a", "--days", "0"), "at least one day");
        refused(ca("", "issue", "a", "--days", "4000"), "or less");
        refused(ca("", "issue", "a", "--rsa", "512"), "2048 to 8192");
        refused(ca("", "issue", "a", "--bundle", "a.rar"), ".zip or .tar.gz");
        refused(ca("", "issue", "a", "--qr"), "--broker");
        refused(ca("", "issue", "a", "--qr", "--broker", "::1"), "[2001:db8::7]:8884");
        refused(ca("", "revoke", "nobody"), "canary ca list");
        assertThat(ca("", "list").out().lines()).hasSize(1);
    }

    @Test
    void aQrCodeShowsTheAddressAndTheFingerprintOnly() throws Exception {
        var picture = folder.resolve("q.svg");
        ca("", "init", "--no-passphrase");
        var run = ca("", "show", "--qr", "--broker", "[::1]:8883", "--qr-svg", picture.toString());

        var fingerprint = run.out()
                .lines()
                .filter(line -> line.startsWith("SHA-256:"))
                .map(line -> line.substring(8).strip().replace(":", ""))
                .findFirst()
                .orElseThrow();
        assertThat(run.out()).endsWith("\nmqtts://[::1]:8883?ca-sha256=" + fingerprint + "\n");
        assertThat(Files.readString(picture)).startsWith("<?xml").contains("<svg ", "h1v1h-1z");
        refused(ca("", "show", "--qr", "--broker", "a", "--qr-svg", picture.toString()), "--force");
    }

    @Test
    void halfBlocksAreTheModules() {
        var code = new QrPicture("mqtts://broker.example.org:8884");
        var lines = code.halfBlocks(false).lines().toList();
        for (int y = 0; y < code.size(); y++) {
            for (int x = 0; x < code.size(); x++) {
                char c = lines.get(y / 2).charAt(x);
                boolean light = c == '█' || c == (y % 2 == 0 ? '▀' : '▄');
                assertThat(light).isEqualTo(!code.dark(x, y));
            }
        }
        assertThat(code.dark(0, 0)).isFalse();
        assertThat(code.dark(4, 4)).isTrue(); // the corner of a finder pattern
        assertThat(code.halfBlocks(true)).startsWith("\u001b[97;40m█").endsWith("\u001b[0m\n");
    }

    private static void refused(ProgramRun run, String... words) {
        assertThat(run.status()).as(run.err()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("Error: ").contains(words);
        assertThat(run.err().lines()).hasSize(1);
    }
}
