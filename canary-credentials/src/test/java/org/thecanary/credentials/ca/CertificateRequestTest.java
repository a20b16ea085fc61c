// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.thecanary.credentials.ca.TestAuthority.NOW;
import static org.thecanary.credentials.ca.TestAuthority.at;
import static org.thecanary.credentials.ca.TestAuthority.client;
import static org.thecanary.credentials.ca.TestAuthority.found;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.credentials.Peer;
import org.thecanary.credentials.ca.CertificateProfile.Use;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** A request that openssl made is signed, and its key stays where it is. */
class CertificateRequestTest {
    private static final List<String> EC =
            List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1");

    @TempDir
    Path folder;

    private final Peer openssl = Peer.installed("openssl");
    private CertificateAuthority authority;

    @BeforeEach
    void authority() throws Exception {
        authority = found(folder.resolve("ca"), at(NOW));
    }

    private Path request(String name, List<String> key, String... more) throws Exception {
        Path file = folder.resolve(name + ".csr");
        List<Object> command = new ArrayList<>(List.of("req", "-new", "-noenc", "-batch"));
        command.addAll(key);
        command.addAll(List.of("-keyout", folder.resolve(name + ".key"), "-out", file));
        command.addAll(List.of(more));
        openssl.succeed(command.toArray());
        return file;
    }

    @Test
    void aRequestIsSignedForItsKeyWithNamesThatItAsksFor() throws Exception {
        var request = CertificateRequest.read(request(
                "b",
                EC,
                "-subj",
                "/O=Elsewhere/CN=b.example",
                "-addext",
                "subjectAltName=DNS:b.example,IP:192.0.2.7,email:a@b.example"));

        var issued = authority.sign(
                "b.example",
                CertificateProfile.of(
                        "b.example", Set.of(Use.SERVER), request.alternativeNames(), null),
                request,
                false);

        Path certificate = issued.folder().resolve("b.example.crt");
        assertThat(request.commonName()).isEqualTo("b.example");
        assertThat(issued.folder().resolve("b.example.key")).doesNotExist();
        assertThat(openssl.succeed("x509", "-in", certificate, "-noout", "-pubkey"))
                .isEqualTo(openssl.succeed("pkey", "-in", folder.resolve("b.key"), "-pubout"));
        assertThat(openssl.succeed("x509", "-in", certificate, "-noout", "-text"))
                .contains("DNS:b.example, IP Address:192.0.2.7\n", "Subject: CN = b.example\n");
        assertThat(openssl.succeed(
                        "verify",
                        "-x509_strict",
                        "-purpose",
                        "sslserver",
                        "-verify_hostname",
                        "b.example",
                        "-no_check_time",
                        "-CAfile",
                        authority.store().certificateFile(),
                        certificate))
                .endsWith("OK\n");
    }

    @Test
    void whatARequestSaysOfItsUseCountsForNothing() throws Exception {
        var request = CertificateRequest.read(request(
                "sly", EC, "-subj", "/CN=sly", "-addext", "basicConstraints=critical,CA:TRUE"));

        var issued = authority.sign(
                "sly",
                CertificateProfile.of("sly", Set.of(Use.CLIENT), List.of(), null),
                request,
                false);

        assertThat(issued.certificate().getBasicConstraints()).isEqualTo(-1);
        assertThat(issued.certificate().getExtendedKeyUsage()).containsExactly(Use.CLIENT.oid);
    }

    @Test
    void derIsReadToo() throws Exception {
        var request = CertificateRequest.read(
                request("d", List.of("-newkey", "rsa:2048"), "-subj", "/CN=d", "-outform", "DER"));

        assertThat(request.commonName()).isEqualTo("d");
        assertThat(request.key().getAlgorithm()).isEqualTo("RSA");
    }

    @Test
    void aRequestThatNobodySignedIsRefused() throws Exception {
        Path file = request("forged", EC, "-subj", "/CN=forged");
        String pem = Files.readString(file);
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[^-]+-----", ""));
        der[der.length - 1] ^= 1;
        Files.write(file, der);

        assertThatThrownBy(() -> CertificateRequest.read(file))
                .isInstanceOf(CaException.class)
                .hasMessageContaining("is not signed with the key that it asks for");
    }

    @Test
    void aWeakKeyIsRefused() throws Exception {
        Path rsa = request("weak", List.of("-newkey", "rsa:1024"), "-subj", "/CN=weak");
        Path ec = request(
                "small",
                List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp224r1"),
                "-subj",
                "/CN=small");

        for (Path file : List.of(rsa, ec)) {
            assertThatThrownBy(() -> CertificateRequest.read(file))
                    .isInstanceOf(CaException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void whatIsNoRequestIsNamed() throws Exception {
        Path text = Files.writeString(folder.resolve("notes.txt"), "no request\n");

        assertThatThrownBy(() -> CertificateRequest.read(text))
                .isInstanceOf(CaException.class)
                .hasMessageStartingWith(text + " is no certificate request that can be read");
    }

    @Test
    void aNameWithAKeyOfOursIsNotTaken() throws Exception {
        client(authority, "a");
        var request = CertificateRequest.read(request("a", EC, "-subj", "/CN=a"));
        var profile = CertificateProfile.of("a", Set.of(Use.CLIENT), List.of(), null);

        assertThatThrownBy(() -> authority.sign("a", profile, request, true))
                .isInstanceOf(CaException.class)
                .hasMessageContaining("with a key that was made here");
    }
}
