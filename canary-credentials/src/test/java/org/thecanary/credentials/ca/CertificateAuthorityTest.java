// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.thecanary.credentials.ca.TestAuthority.NOW;
import static org.thecanary.credentials.ca.TestAuthority.P256;
import static org.thecanary.credentials.ca.TestAuthority.RANDOM;
import static org.thecanary.credentials.ca.TestAuthority.at;
import static org.thecanary.credentials.ca.TestAuthority.client;
import static org.thecanary.credentials.ca.TestAuthority.found;
import static org.thecanary.credentials.ca.TestAuthority.reopen;
import static org.thecanary.credentials.ca.TestAuthority.server;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.credentials.ca.CertificateAuthority.Founding;
import org.thecanary.credentials.ca.CertificateProfile.Use;
import org.thecanary.credentials.ca.IndexEntry.Status;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CRLReason;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

class CertificateAuthorityTest {

    @TempDir
    Path folder;

    @Test
    void theAuthoritySignsCertificatesAndListsAndNoOtherAuthority() throws Exception {
        var certificate = found(folder.resolve("ca"), at(NOW)).certificate();

        assertThat(certificate.getVersion()).isEqualTo(3);
        assertThat(certificate.getBasicConstraints()).isZero();
        assertThat(usages(certificate)).containsExactly(5, 6); // keyCertSign, cRLSign
        assertThat(certificate.getCriticalExtensionOIDs())
                .containsExactlyInAnyOrder("2.5.29.19", "2.5.29.15");
        assertThat(certificate.getExtensionValue("2.5.29.14")).isNotNull();
        assertThat(certificate.getNotAfter().toInstant())
                .isEqualTo(NOW.plus(Duration.ofDays(3650)));
        assertThat(certificate.getSigAlgName()).isEqualTo("SHA256withECDSA");
    }

    @Test
    void aServerHasTheNamesItIsCalledBy() throws Exception {
        var authority = found(folder.resolve("ca"), at(NOW));

        var named = server(authority, "broker.example.org").certificate();
        var given = server(authority, "other", "a.example", "192.0.2.7", "2001:db8::7")
                .certificate();

        assertThat(CertificateProfile.of(named).alternativeNames())
                .containsExactly(new AlternativeName.Dns("broker.example.org"));
        assertThat(CertificateProfile.of(given).alternativeNames())
                .hasToString("[DNS:a.example, IP:192.0.2.7, IP:2001:db8:0:0:0:0:0:7]");
        assertThat(named.getBasicConstraints()).isEqualTo(-1);
        assertThat(usages(named)).containsExactly(0); // digitalSignature
        assertThat(named.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(named.getNotAfter().toInstant()).isEqualTo(NOW.plus(Duration.ofDays(825)));
        named.verify(authority.certificate().getPublicKey());
    }

    @Test
    void aServerWithRsaMayAlsoDecryptASecret() throws Exception {
        var authority = found(folder.resolve("ca"), at(NOW), KeyKind.rsa(2048));
        var issued = authority.issue(
                "b.example", TestAuthority.serverProfile("b.example"), KeyKind.rsa(2048), false);

        assertThat(usages(issued.certificate())).containsExactly(0, 2);
        assertThat(issued.certificate().getSigAlgName()).isEqualTo("SHA256withRSA");
        assertThatThrownBy(() -> KeyKind.rsa(1024)).hasMessageContaining("2048 to 8192");
    }

    @Test
    void aServerWithoutAHostNameIsRefused() throws Exception {
        var authority = found(folder.resolve("ca"), at(NOW));

        assertThatThrownBy(() -> server(authority, "my_broker"))
                .isInstanceOf(CaException.class)
                .hasMessageContaining("--san broker.example.org");
    }

    @Test
    void keysAreTheirOwnersAlone() throws Exception {
        var authority = found(folder.resolve("ca"), at(NOW));
        var issued = client(authority, "greenhouse-1");

        assertThat(mode(authority.store().keyFile())).isEqualTo("rw-------");
        assertThat(mode(issued.folder().resolve("greenhouse-1.key"))).isEqualTo("rw-------");
        assertThat(mode(issued.folder().resolve("greenhouse-1.crt"))).isEqualTo("rw-r--r--");
        assertThat(mode(folder.resolve("ca"))).isEqualTo("rwx------");
        assertThat(folder.resolve("ca/.gitignore")).hasContent("*");
    }

    @Test
    void serialNumbersHave128RandomBits() throws Exception {
        var authority = found(folder.resolve("ca"), at(NOW));
        var serials = new HashSet<>(List.of(authority.certificate().getSerialNumber()));
        int longest = 0;
        for (int i = 0; i < 20; i++) {
            var serial = client(authority, "c" + i).certificate().getSerialNumber();
            assertThat(serials.add(serial)).isTrue();
            assertThat(serial.signum()).isPositive();
            longest = Math.max(longest, serial.bitLength());
        }
        assertThat(longest).isBetween(121, 128);
    }

    @Test
    void aPassphraseInAnyScriptOpensTheKeyAndNoOtherDoes() throws Exception {
        var store = CaStore.at(folder.resolve("ca"));
        CertificateAuthority.create(
                store,
                new Founding("CA", P256, 1, "schlüssel ключ".toCharArray(), false),
                at(NOW),
                RANDOM);

        assertThat(store.isKeyEncrypted()).isTrue();
        var opened =
                CertificateAuthority.open(store, "schlüssel ключ".toCharArray(), at(NOW), RANDOM);
        assertThat(client(opened, "a").certificate()).isNotNull();
        assertThatThrownBy(() ->
                        CertificateAuthority.open(store, "another".toCharArray(), at(NOW), RANDOM))
                .isInstanceOf(CaException.class)
                .hasMessageContaining("does not open");
        assertThatThrownBy(() -> CertificateAuthority.open(store, null, at(NOW), RANDOM))
                .hasMessageContaining("--passphrase-file");
    }

    @Test
    void nothingIsOverwrittenWithoutForce() throws Exception {
        var authority = found(folder.resolve("ca"), at(NOW));
        var first = client(authority, "a");
        var profile = CertificateProfile.of("a", Set.of(Use.CLIENT), List.of(), null);
        var key = Files.readString(first.folder().resolve("a.key"));

        assertThatThrownBy(() -> client(authority, "a")).hasMessageContaining("canary ca renew a");
        assertThatThrownBy(() -> found(folder.resolve("ca"), at(NOW)))
                .hasMessageContaining("--force");
        assertThat(first.folder().resolve("a.key")).hasContent(key.strip());

        authority.issue("a", profile, P256, true);
        assertThat(Files.readString(first.folder().resolve("a.key"))).isNotEqualTo(key);
        assertThat(authority.store().find("a")).hasSize(2);
    }

    @Test
    void aReplacedAuthorityIsPutAside() throws Exception {
        var old = found(folder.resolve("ca"), at(NOW));
        client(old, "a");
        CertificateAuthority.create(
                old.store(), new Founding("New", P256, 10, null, true), at(NOW), RANDOM);

        assertThat(old.store().index()).isEmpty();
        var aside = CaStore.at(folder.resolve("ca/replaced-20261122T120000Z"));
        assertThat(aside.certificate()).isEqualTo(old.certificate());
        assertThat(CertificateAuthority.open(aside, null, at(NOW), RANDOM)).isNotNull();
        assertThat(aside.find("a")).hasSize(1);
    }

    @Test
    void issuesAtOnceLoseNoEntry() throws Exception {
        var authority = found(folder.resolve("ca"), at(NOW));
        try (var threads = Executors.newFixedThreadPool(8)) {
            var tasks = IntStream.range(0, 40)
                    .mapToObj(i -> threads.submit(() -> client(authority, "device-" + i)))
                    .toList();
            for (var task : tasks) {
                assertThat(task.get()).isNotNull();
            }
        }

        assertThat(authority.store().index())
                .extracting(IndexEntry::name)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 40).mapToObj(i -> "device-" + i).toList());
    }

    @Test
    void nothingOutlivesTheAuthority() throws Exception {
        var authority = found(folder.resolve("ca"), at(NOW));
        var end = authority.certificate().getNotAfter().toInstant();
        var late = reopen(authority, at(end.minus(Duration.ofDays(10))));

        var issued = client(late, "a");
        assertThat(issued.untilAuthorityEnds()).isTrue();
        assertThat(issued.certificate().getNotAfter().toInstant()).isEqualTo(end);
        var profile = CertificateProfile.of("b", Set.of(Use.CLIENT), List.of(), 11);
        assertThatThrownBy(() -> late.issue("b", profile, P256, false))
                .hasMessageContaining("--days 10 or less");
        assertThatThrownBy(() -> client(reopen(authority, at(end)), "c"))
                .hasMessageContaining("has expired");
    }

    @Test
    void aRenewedCertificateKeepsWhatItIsForAndHasAnotherKey() throws Exception {
        var authority = found(folder.resolve("ca"), at(NOW));
        var first = server(authority, "b", "b.example", "192.0.2.1").certificate();
        var later = reopen(authority, at(NOW.plus(Duration.ofDays(800))));

        var second = later.renew("b", null, false, false).certificate();
        var third = later.renew("b", 5, true, true).certificate();

        assertThat(CertificateProfile.of(second)).isEqualTo(CertificateProfile.of(first));
        assertThat(second.getPublicKey()).isNotEqualTo(first.getPublicKey());
        assertThat(third.getPublicKey()).isEqualTo(second.getPublicKey());
        assertThat(third.getNotAfter().toInstant()).isEqualTo(NOW.plus(Duration.ofDays(805)));
        assertThat(authority.store().find("b"))
                .extracting(entry -> entry.status(NOW))
                .containsExactly(Status.REVOKED, Status.REVOKED, Status.VALID);
        assertThatThrownBy(() -> later.renew("nobody", null, false, false))
                .hasMessageContaining("canary ca list");
    }

    @Test
    void aSerialNumberIsFoundWithAndWithoutLeadingZeros() throws Exception {
        var authority = found(folder.resolve("ca"), at(NOW));
        for (int i = 0; i < 40; i++) { // some begin with a zero
            var serial = client(authority, "sensor-" + i).certificate().getSerialNumber();
            for (String text : List.of(serial.toString(16), "00" + serial.toString(16))) {
                assertThat(authority.store().find(text))
                        .extracting(IndexEntry::name)
                        .containsExactly("sensor-" + i);
            }
        }
    }

    @Test
    void theRevocationListHasANumberAndAnEnd() throws Exception {
        var authority = found(folder.resolve("ca"), at(NOW));
        var a = client(authority, "a").certificate();
        var b = client(authority, "b").certificate();

        authority.revoke("a", CRLReason.KEY_COMPROMISE);
        authority.revoke(b.getSerialNumber().toString(16), CRLReason.UNSPECIFIED);

        var crl = authority.store().crl().orElseThrow();
        crl.verify(authority.certificate().getPublicKey());
        assertThat(crl.getVersion()).isEqualTo(2);
        assertThat(crl.getNextUpdate().toInstant()).isEqualTo(NOW.plus(Duration.ofDays(365)));
        assertThat(crl.getExtensionValue("2.5.29.20"))
                .endsWith(3); // after those of init and the first
        assertThat(crl.getRevokedCertificate(a).getRevocationReason())
                .isEqualTo(CRLReason.KEY_COMPROMISE);
        assertThat(crl.getRevokedCertificate(b).hasExtensions()).isFalse();
        assertThat(authority.revoke("a", CRLReason.SUPERSEDED)).isEmpty();
        assertThat(authority.store().find("a").getFirst().revocation())
                .extracting("reason")
                .isEqualTo(CRLReason.KEY_COMPROMISE);
    }

    @Test
    void verifyingSaysWhyNot() throws Exception {
        var authority = found(folder.resolve("ca"), at(NOW));
        var stranger = found(folder.resolve("other"), at(NOW));
        var broker = List.of(server(authority, "broker", "*.example.org").certificate());
        var sensor = List.of(client(authority, "sensor").certificate());
        var check = check(authority, NOW);

        assertThat(check.problem(broker)).isEmpty();
        assertThat(check.problem(broker, Use.SERVER, AlternativeName.parse("mqtt.example.org")))
                .isEmpty();
        assertThat(check.problem(broker, Use.SERVER, AlternativeName.parse("a.b.example.org")))
                .get()
                .asString()
                .contains("not for DNS:a.b.example.org");
        assertThat(check.problem(sensor, Use.SERVER, null)).get().asString().contains("--server");
        assertThat(check.problem(List.of(client(stranger, "x").certificate())))
                .get()
                .asString()
                .contains("another authority");
        assertThat(check.problem(List.of(authority.certificate()))).isPresent();
        assertThat(check(authority, NOW.minus(Duration.ofHours(2))).problem(sensor))
                .get()
                .asString()
                .contains("clock");
        assertThat(check(authority, NOW.plus(Duration.ofDays(366))).problem(sensor))
                .get()
                .asString()
                .contains("canary ca crl");
        assertThat(new CertificateCheck(
                                authority.certificate(), null, NOW.plus(Duration.ofDays(1826)))
                        .problem(sensor))
                .get()
                .asString()
                .contains("expired on 2031-11-21T12:00:00Z");

        authority.revoke("sensor", CRLReason.KEY_COMPROMISE);
        assertThat(check(authority, NOW).problem(sensor))
                .get()
                .asString()
                .contains("revoked on 2026-11-22T12:00:00Z, reason keyCompromise");
        assertThat(check(authority, NOW).problem(broker)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".x", "a/b", "../x", "a..b", "a b", "a+", "a#", "-a", "ü", "a\n"})
    void aNameThatCouldMeanSomethingElseIsRefused(String name) {
        assertThatThrownBy(() -> CaStore.checkName(name)).isInstanceOf(CaException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "a_b.example",
                "-a.example",
                "192.0.2.300",
                "1.2.3",
                "fe80::1%eth0",
                ":",
                "x:y",
                "a..b",
                "IP:a.example",
                "*.*.example"
            })
    void whatIsNeitherHostNorAddressIsRefused(String text) {
        assertThatThrownBy(() -> AlternativeName.parse(text)).isInstanceOf(CaException.class);
    }

    @Test
    void namesAndAddressesAreRecognised() throws Exception {
        assertThat(AlternativeName.parse("Broker.Example.ORG"))
                .hasToString("DNS:broker.example.org");
        assertThat(AlternativeName.parse("büro.example")).hasToString("DNS:xn--bro-hoa.example");
        assertThat(AlternativeName.parse("localhost")).hasToString("DNS:localhost");
        assertThat(AlternativeName.parse("*.example.org")).hasToString("DNS:*.example.org");
        assertThat(AlternativeName.parse("ip:::1")).hasToString("IP:0:0:0:0:0:0:0:1");
        assertThat(AlternativeName.parse("127.0.0.1")).hasToString("IP:127.0.0.1");
    }

    @Test
    void aDamagedIndexIsNamedWithItsLine() throws Exception {
        var authority = found(folder.resolve("ca"), at(NOW));
        client(authority, "a");
        var index = folder.resolve("ca/index.txt");
        Files.writeString(index, Files.readString(index) + "nonsense\n");

        assertThatThrownBy(() -> client(authority, "b")).hasMessageContaining("index.txt:2:");
    }

    @Test
    void anEntryIsReadAsItWasWritten() throws Exception {
        var far = Instant.parse("2061-01-02T03:04:05Z");
        for (var reason : CRLReason.values()) {
            var entry = new IndexEntry(
                    "a",
                    new java.math.BigInteger("80FF", 16),
                    far,
                    new IndexEntry.Revocation(NOW, reason));
            assertThat(IndexEntry.parse(entry.line())).contains(entry);
        }
        var entry = new IndexEntry("a", java.math.BigInteger.TEN, NOW, null);
        assertThat(entry.line()).isEqualTo("V\t261122120000Z\t\t0A\tcerts/0A.crt\t/CN=a");
        assertThat(IndexEntry.parse(entry.line())).contains(entry);
    }

    @Test
    void theKeyOfAnotherAuthorityIsNoticed() throws Exception {
        var authority = found(folder.resolve("ca"), at(NOW));
        var other = found(folder.resolve("other"), at(NOW));
        Files.copy(
                other.store().keyFile(),
                authority.store().keyFile(),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(() -> reopen(authority, at(NOW)))
                .hasMessageContaining("is not the key of");
    }

    private static CertificateCheck check(CertificateAuthority authority, Instant now)
            throws Exception {
        return new CertificateCheck(
                authority.certificate(), authority.store().crl().orElseThrow(), now);
    }

    private static List<Integer> usages(X509Certificate certificate) {
        var bits = Objects.requireNonNull(certificate.getKeyUsage());
        return IntStream.range(0, bits.length).filter(i -> bits[i]).boxed().toList();
    }

    private static String mode(Path file) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
