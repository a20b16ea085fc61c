// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.pem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.credentials.Peer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.List;

/** Files as openssl writes them. */
class PemFilesTest {
    private static final String SECRET = "päss word";
    private static final Passphrase KNOWN = _ -> SECRET.toCharArray();

    @TempDir
    static Path folder;

    private static Peer openssl;

    /** An RSA and an EC key with their certificates, each key in PKCS #8. */
    @BeforeAll
    static void makeKeys() throws Exception {
        openssl = Peer.installed("openssl");
        openssl.succeed("genpkey", "-algorithm", "RSA", "-out", file("RSA"));
        openssl.succeed(
                "genpkey",
                "-algorithm",
                "EC",
                "-pkeyopt",
                "ec_paramgen_curve:P-384",
                "-out",
                file("EC"));
        openssl.succeed("genpkey", "-algorithm", "ED25519", "-out", file("EdDSA"));
        for (String kind : List.of("RSA", "EC", "EdDSA")) {
            openssl.succeed(
                    "req",
                    "-x509",
                    "-key",
                    file(kind),
                    "-subj",
                    "/CN=" + kind,
                    "-out",
                    file(kind + ".crt"));
        }
    }

    private static Path file(String name) {
        return folder.resolve(name);
    }

    private static Path write(String name, String text) throws Exception {
        return Files.writeString(file(name), text);
    }

    private static PrivateKey key(Path file) throws PemException {
        return PemFiles.privateKey(file, KNOWN);
    }

    @Test
    void aCurveThatTlsDoesNotTakeIsNamedWithWhatToDo() throws Exception {
        Path key = file("k1");
        Path certificate = file("k1.crt");
        openssl.succeed("ecparam", "-name", "secp256k1", "-genkey", "-noout", "-out", key);
        openssl.succeed("req", "-x509", "-key", key, "-subj", "/CN=k1", "-out", certificate);

        assertThatThrownBy(
                        () -> PemFiles.checkCurve(key, PemFiles.privateKey(key, Passphrase.NONE)))
                .hasMessageStartingWith(key + " holds a private key on the curve secp256k1,")
                .hasMessageContaining("openssl ecparam -name prime256v1");
        assertThatThrownBy(() -> PemFiles.checkCurve(
                        certificate,
                        PemFiles.certificates(certificate).getFirst().getPublicKey()))
                .hasMessageStartingWith(
                        certificate + " holds a certificate with a key on the curve secp256k1,");
        for (String kind : List.of("RSA", "EC", "EdDSA")) {
            PemFiles.checkCurve(file(kind), PemFiles.privateKey(file(kind), Passphrase.NONE));
            PemFiles.checkCurve(
                    file(kind),
                    PemFiles.certificates(file(kind + ".crt")).getFirst().getPublicKey());
        }
    }

    @ParameterizedTest
    @CsvSource({"RSA", "EC", "EdDSA"})
    void aKeyInPkcs8IsReadAndBelongsToItsCertificate(String kind) throws Exception {
        PrivateKey key = PemFiles.privateKey(file(kind), Passphrase.NONE);

        assertThat(key.getAlgorithm()).isEqualTo(kind);
        var certificate = PemFiles.certificates(file(kind + ".crt")).getFirst();
        PemFiles.checkPair(file(kind + ".crt"), certificate, file(kind), key);
    }

    @Test
    void aKeyOfAnotherCertificateIsToldFromItsOwn() throws Exception {
        for (String other : List.of("EC", "EdDSA")) {
            var certificate = PemFiles.certificates(file("RSA.crt")).getFirst();

            assertThatThrownBy(() -> PemFiles.checkPair(
                            file("RSA.crt"), certificate, file(other), key(file(other))))
                    .isInstanceOf(PemException.class)
                    .hasMessage(file(other) + " is not the key of the certificate in "
                            + file("RSA.crt"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RSA, rsa -traditional, RSA PRIVATE KEY",
        "EC, ec, EC PRIVATE KEY",
        "RSA, rsa -traditional -aes256, RSA PRIVATE KEY",
        "RSA, rsa -traditional -des3, RSA PRIVATE KEY",
        "EC, ec -aes128, EC PRIVATE KEY",
        "RSA, pkcs8 -topk8 -v2 aes-256-cbc, ENCRYPTED PRIVATE KEY",
        "EC, pkcs8 -topk8 -v2 aes-128-cbc -v2prf hmacWithSHA512, ENCRYPTED PRIVATE KEY",
    })
    void theOlderAndTheEncryptedFormsAreTheSameKey(String kind, String command, String label)
            throws Exception {
        Path converted = file("converted.key");
        openssl.succeed((Object[]) (command + " -in " + file(kind) + " -out " + converted
                        + " -passout file:" + write("secret", SECRET))
                .split(" ", -1));

        assertThat(converted).content().contains("BEGIN " + label);
        var certificate = PemFiles.certificates(file(kind + ".crt")).getFirst();
        PemFiles.checkPair(file(kind + ".crt"), certificate, converted, key(converted));
    }

    @Test
    void theParametersOfACurveMayStandBeforeItsKey() throws Exception {
        openssl.succeed("ecparam", "-name", "prime256v1", "-genkey", "-out", file("genkey"));

        assertThat(file("genkey")).content().startsWith("-----BEGIN EC PARAMETERS-----");
        assertThat(key(file("genkey")).getAlgorithm()).isEqualTo("EC");
    }

    @ParameterizedTest
    @CsvSource({"rsa -traditional -aes256", "pkcs8 -topk8"})
    void anEncryptedKeyNeedsItsPassphrase(String command) throws Exception {
        Path encrypted = file("encrypted.key");
        openssl.succeed((Object[])
                (command + " -in " + file("RSA") + " -out " + encrypted + " -passout pass:other")
                        .split(" ", -1));

        assertThatThrownBy(() -> key(encrypted))
                .isInstanceOf(PemException.class)
                .hasMessage(encrypted + " cannot be decrypted: the passphrase is wrong");
        assertThatThrownBy(() -> PemFiles.privateKey(encrypted, Passphrase.NONE))
                .hasMessage(encrypted + " is encrypted, and no passphrase was given");
    }

    @Test
    void aChainKeepsItsOrderAndTextAroundItIsSkipped() throws Exception {
        Path chain = write(
                "chain.crt",
                "Subject: CN=EC\r\n" + Files.readString(file("EC.crt")).replace("\n", "\r\n")
                        + Files.readString(file("RSA.crt")));

        assertThat(PemFiles.certificates(chain))
                .extracting(certificate -> certificate.getSubjectX500Principal().getName())
                .containsExactly("CN=EC", "CN=RSA");
    }

    @Test
    void aFolderIsReadWithoutHashedNamesAndWhateverElseIsInIt() throws Exception {
        Path authorities = Files.createDirectory(file("capath"));
        Files.copy(file("EC.crt"), authorities.resolve("one.pem"));
        Files.copy(file("EC.crt"), authorities.resolve("1234abcd.0"));
        Files.copy(file("RSA.crt"), authorities.resolve("two.crt"));
        Files.writeString(authorities.resolve("README"), "Certificates.");
        Files.createDirectory(authorities.resolve("old"));

        assertThat(PemFiles.certificatesIn(authorities)).hasSize(2);
    }

    @Test
    void aFolderWithoutACertificateIsToldOf() throws Exception {
        Path empty = Files.createDirectory(file("empty"));

        assertThatThrownBy(() -> PemFiles.certificatesIn(empty))
                .hasMessage(empty + " holds no file with a certificate");
        assertThatThrownBy(() -> PemFiles.certificatesIn(file("missing")))
                .hasMessage(file("missing") + " cannot be read: there is no such file");
    }

    @Test
    void whatAFileHoldsInsteadIsSaid() throws Exception {
        assertThatThrownBy(() -> PemFiles.certificates(file("EC")))
                .hasMessage(file("EC") + " holds no certificate: what it holds is a PRIVATE KEY");
        assertThatThrownBy(() -> key(file("EC.crt")))
                .hasMessage(
                        file("EC.crt") + " holds no private key: what it holds is a CERTIFICATE");
        assertThatThrownBy(() -> PemFiles.crls(file("EC.crt")))
                .hasMessage(file("EC.crt")
                        + " holds no revocation list: what it holds is a CERTIFICATE");
        assertThatThrownBy(() -> PemFiles.certificates(write("none", " \n")))
                .hasMessage(file("none") + " holds no certificate: it is empty");
        assertThatThrownBy(() -> key(write("binary", "\0\1")))
                .hasMessageContaining("it is no PEM file; openssl x509 -inform der");
        assertThatThrownBy(() -> key(folder))
                .hasMessage(folder + " cannot be read: it is a folder");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-in %s -trustout -setalias mine -out %s", "-in %s -out %s"})
    void theLabelsOpensslOnceWroteAreCertificatesToo(String command) throws Exception {
        Path made = file("made.crt");
        openssl.succeed(
                (Object[]) ("x509 " + command.formatted(file("EC.crt"), made)).split(" ", -1));
        String text = Files.readString(made);
        Path labelled = write(
                "labelled.crt",
                text.contains("TRUSTED")
                        ? text
                        : text.replace(" CERTIFICATE", " X509 CERTIFICATE"));

        assertThat(PemFiles.certificates(labelled))
                .isEqualTo(PemFiles.certificates(file("EC.crt")));
    }

    @Test
    void aFileThatWasCutOffIsToldOf() throws Exception {
        Path cut = write("cut.crt", Files.readString(file("EC.crt")).substring(0, 200));

        assertThatThrownBy(() -> PemFiles.certificates(cut))
                .hasMessage(
                        cut + " holds no certificate: its CERTIFICATE has no end; copy it again");
    }

    @Test
    void aDamagedFileIsToldOf() throws Exception {
        String half = Files.readString(file("EC.crt")).replaceFirst("MII[^\\n]*\\n", "");
        assertThatThrownBy(() -> PemFiles.certificates(write("half.crt", half)))
                .hasMessage(file("half.crt") + " holds a damaged certificate; copy it again");

        String key = Files.readString(file("RSA")).replaceFirst("MII[^\\n]*\\n", "");
        assertThatThrownBy(() -> key(write("half.key", key)))
                .hasMessage(file("half.key")
                        + " holds a private key that is damaged or of no known kind");
    }
}
