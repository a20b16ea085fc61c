// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.thecanary.credentials.ca.TestAuthority.P256;
import static org.thecanary.credentials.ca.TestAuthority.RANDOM;
import static org.thecanary.credentials.ca.TestAuthority.client;
import static org.thecanary.credentials.ca.TestAuthority.found;
import static org.thecanary.credentials.ca.TestAuthority.server;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.credentials.Peer;
import org.thecanary.credentials.ca.CertificateAuthority.Founding;
import org.thecanary.credentials.ca.DeviceBundle.BrokerAddress;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CRLReason;
import java.time.Clock;
import java.util.List;

/** Does openssl read, and judge as we do, what we write? */
class OpensslInteropTest {
    private static final Clock CLOCK = Clock.systemUTC();

    @TempDir
    Path folder;

    private Peer openssl = new Peer("");

    @BeforeEach
    void needsOpenssl() {
        openssl = Peer.installed("openssl");
    }

    @Test
    void opensslVerifiesWhatIsValidAndRefusesWhatIsRevoked() throws Exception {
        for (var kind : List.of(P256, KeyKind.rsa(2048))) {
            var authority = found(folder.resolve(kind.toString()), CLOCK, kind);
            var ca = authority.store().certificateFile();
            var broker = server(authority, "broker.example.org")
                    .folder()
                    .resolve("broker.example.org.crt");
            var good = client(authority, "good").folder().resolve("good.crt");
            var stolen = client(authority, "stolen").folder().resolve("stolen.crt");
            authority.revoke("stolen", CRLReason.KEY_COMPROMISE);
            var crl = authority.store().crlFile();

            assertThat(openssl.succeed(
                            "verify",
                            "-x509_strict",
                            "-check_ss_sig",
                            "-purpose",
                            "sslserver",
                            "-verify_hostname",
                            "broker.example.org",
                            "-CAfile",
                            ca,
                            broker))
                    .endsWith("OK\n");
            assertThat(openssl.succeed(
                            "verify",
                            "-x509_strict",
                            "-purpose",
                            "sslclient",
                            "-crl_check_all",
                            "-CRLfile",
                            crl,
                            "-CAfile",
                            ca,
                            good))
                    .endsWith("OK\n");
            assertThat(openssl.run("verify", "-crl_check", "-CRLfile", crl, "-CAfile", ca, stolen)
                            .output())
                    .contains("certificate revoked");
            assertThat(openssl.run("verify", "-purpose", "sslserver", "-CAfile", ca, good)
                            .status())
                    .isNotZero();
            assertThat(openssl.run("verify", "-purpose", "sslclient", "-CAfile", ca, broker)
                            .status())
                    .isNotZero();
            assertThat(openssl.succeed("crl", "-in", crl, "-CAfile", ca, "-noout", "-text"))
                    .contains(
                            "verify OK",
                            "Version 2",
                            "X509v3 CRL Number",
                            "Key Compromise",
                            "Next Update");
        }
    }

    @Test
    void opensslReadsEveryExtension() throws Exception {
        var authority = found(folder.resolve("ca"), CLOCK);
        var broker = server(authority, "b", "b.example", "192.0.2.7", "2001:db8::7");

        assertThat(openssl.succeed(
                        "x509", "-in", broker.folder().resolve("b.crt"), "-noout", "-text"))
                .contains(
                        "Version: 3",
                        "Issuer: CN = Test CA",
                        "Subject: CN = b",
                        "ASN1 OID: prime256v1",
                        "X509v3 Basic Constraints: critical\n                CA:FALSE",
                        "X509v3 Key Usage: critical\n                Digital Signature\n",
                        "TLS Web Server Authentication\n",
                        "X509v3 Subject Key Identifier",
                        "X509v3 Authority Key Identifier",
                        "DNS:b.example, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:7");
        assertThat(openssl.succeed(
                        "x509", "-in", authority.store().certificateFile(), "-noout", "-text"))
                .contains("CA:TRUE, pathlen:0", "Certificate Sign, CRL Sign\n");
    }

    @Test
    void opensslReadsTheKeys() throws Exception {
        var store = CaStore.at(folder.resolve("ca"));
        var authority = CertificateAuthority.create(
                store,
                new Founding("CA", P256, 10, "käse und brot".toCharArray(), false),
                CLOCK,
                RANDOM);
        var a = client(authority, "a").folder();

        assertThat(openssl.succeed(
                        "pkey",
                        "-in",
                        store.keyFile(),
                        "-passin",
                        "pass:käse und brot",
                        "-noout",
                        "-text"))
                .contains("prime256v1");
        assertThat(openssl.run("pkey", "-in", store.keyFile(), "-passin", "pass:other")
                        .status())
                .isNotZero();
        assertThat(openssl.succeed("asn1parse", "-in", store.keyFile()))
                .contains("PBES2", "PBKDF2", "hmacWithSHA256", "aes-256-cbc");
        assertThat(openssl.succeed("pkey", "-in", a.resolve("a.key"), "-pubout"))
                .isEqualTo(openssl.succeed("x509", "-in", a.resolve("a.crt"), "-noout", "-pubkey"));
        assertThat(openssl.succeed("crl2pkcs7", "-nocrl", "-certfile", a.resolve("a-chain.crt")))
                .contains("PKCS7");
    }

    @Test
    void weOpenAKeyThatOpensslEncrypted() throws Exception {
        var authority = found(folder.resolve("ca"), CLOCK);
        var key = authority.store().keyFile();
        var copy = folder.resolve("copy.key");
        for (var options : List.of(
                List.of("-v2", "aes256"),
                List.of("-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512"),
                List.of("-v2", "aes192", "-v2prf", "hmacWithSHA1"))) {
            Files.copy(key, copy, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            var command = new java.util.ArrayList<Object>(List.of(
                    "pkcs8", "-topk8", "-in", copy, "-out", key, "-passout", "pass:another one"));
            command.addAll(options);
            openssl.succeed(command.toArray());

            assertThat(authority.store().isKeyEncrypted()).isTrue();
            CertificateAuthority.open(
                    authority.store(), "another one".toCharArray(), CLOCK, RANDOM);
            Files.copy(copy, key, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Test
    void opensslAnswersFromOurIndex() throws Exception {
        var authority = found(folder.resolve("ca"), CLOCK);
        var good = client(authority, "good");
        var stolen = client(authority, "stolen");
        authority.revoke("stolen", CRLReason.KEY_COMPROMISE);
        var ca = authority.store().certificateFile();

        var answer = openssl.succeed(
                "ocsp",
                "-resp_text",
                "-index",
                folder.resolve("ca/index.txt"),
                "-CA",
                ca,
                "-rsigner",
                ca,
                "-rkey",
                authority.store().keyFile(),
                "-issuer",
                ca,
                "-CAfile",
                ca,
                "-cert",
                good.folder().resolve("good.crt"),
                "-cert",
                stolen.folder().resolve("stolen.crt"));

        assertThat(answer)
                .contains(
                        "Cert Status: good",
                        "Cert Status: revoked",
                        "Revocation Reason: keyCompromise");
    }

    /** {@code ZIP ENTRY…}: prints the mode of each, as unzip gives it. */
    private static final String MODES_IN_ZIP = """
            import sys, zipfile
            for name in sys.argv[2:]:
                print(oct(zipfile.ZipFile(sys.argv[1]).getinfo(name).external_attr >> 16))
            """;

    @Test
    void aBundleIsAnArchiveThatOthersUnpack() throws Exception {
        var name = "a-name-that-is-long-enough-to-need-the-second-field-of-a-header";
        var authority = found(folder.resolve("ca"), CLOCK);
        var issued = client(authority, name);
        var bundle =
                new DeviceBundle(name, issued.folder(), BrokerAddress.parse("broker.example.org"));
        var tar = folder.resolve("b.tar.gz");
        var zip = folder.resolve("b.zip");
        bundle.write(tar, false, CLOCK.instant());
        bundle.write(zip, false, CLOCK.instant());

        var listing = Peer.installed("tar").succeed("-tvzf", tar);
        assertThat(listing.lines()).hasSize(5);
        assertThat(listing).containsPattern("-rw------- .* " + name + "/" + name + "\\.key");
        Peer.installed("tar").succeed("-xzf", tar, "-C", folder);
        assertThat(folder.resolve(name).resolve(name + ".key"))
                .hasSameBinaryContentAs(issued.folder().resolve(name + ".key"));
        assertThat(folder.resolve(name).resolve("settings.properties"))
                .content()
                .contains("host=broker.example.org\nport=8884\nclient_id=" + name + "\n");
        assertThat(Peer.installed("python3").succeed("-m", "zipfile", "-l", zip))
                .contains(name + "/" + name + ".key", name + "/ca.crt", "settings.properties");
        assertThat(Peer.installed("python3")
                        .succeed(
                                "-c",
                                MODES_IN_ZIP,
                                zip,
                                name + "/" + name + ".key",
                                name + "/ca.crt"))
                .isEqualTo("0o600\n0o644\n");
        assertThat(Files.getPosixFilePermissions(zip)).hasSize(2);
    }
}
