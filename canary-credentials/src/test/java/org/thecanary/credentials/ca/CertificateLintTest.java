// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.thecanary.credentials.ca.TestAuthority.P256;
import static org.thecanary.credentials.ca.TestAuthority.RANDOM;
import static org.thecanary.credentials.ca.TestAuthority.at;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.Time;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.thecanary.credentials.ca.CertificateAuthority.Founding;
import org.thecanary.credentials.ca.CertificateProfile.Use;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What RFC 5280 asks of a certificate, read from its bytes: each kind that an authority makes, before and after 2050. */
class CertificateLintTest {
    private static final int MAX_SERIAL_BYTES = 20;
    private static final Instant BEFORE_2050 = Instant.parse("2026-11-22T12:00:00Z");
    private static final Instant AFTER_2050 = Instant.parse("2049-06-01T00:00:00Z");

    @TempDir
    static Path folder;

    record Made(String what, X509Certificate certificate, X509Certificate authority, KeyKind kind) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Made> certificates() throws Exception {
        List<Made> made = new ArrayList<>();
        int number = 0;
        for (Instant now : List.of(BEFORE_2050, AFTER_2050)) {
            for (KeyKind kind : List.of(P256, KeyKind.rsa(2048))) {
                var authority = CertificateAuthority.create(
                        CaStore.at(folder.resolve("ca" + number++)),
                        new Founding("Lint CA", kind, 3650, null, false),
                        at(now),
                        RANDOM);
                X509Certificate root = authority.certificate();
                String of = " of " + kind + ", " + now;
                made.add(new Made("authority" + of, root, root, kind));
                for (Set<Use> uses :
                        List.of(Set.of(Use.SERVER), Set.of(Use.CLIENT), Set.of(Use.values()))) {
                    var profile = CertificateProfile.of(
                            "a.example",
                            uses,
                            uses.contains(Use.SERVER)
                                    ? List.of(AlternativeName.parse("a.example"))
                                    : List.of(),
                            null);
                    var issued = authority.issue("a.example", profile, kind, true);
                    made.add(new Made(uses + of, issued.certificate(), root, kind));
                }
            }
        }
        return made.stream();
    }

    @ParameterizedTest
    @MethodSource("certificates")
    void aCertificateIsAsRfc5280Wants(Made made) throws Exception {
        var certificate = Certificate.getInstance(made.certificate.getEncoded());
        var extensions = certificate.getTBSCertificate().getExtensions();
        boolean isAuthority = made.certificate.equals(made.authority);

        assertThat(certificate.getVersionNumber()).isEqualTo(3);
        assertThat(certificate.getSerialNumber().getPositiveValue().signum()).isPositive();
        assertThat(certificate.getSerialNumber().getValue().signum()).isPositive();
        assertThat(certificate.getSerialNumber().getValue().toByteArray())
                .hasSizeBetween(8, MAX_SERIAL_BYTES);
        assertThat(certificate.getSignatureAlgorithm())
                .isEqualTo(certificate.getTBSCertificate().getSignature());
        assertThat(certificate.getSubject().getRDNs()).isNotEmpty();
        assertThat(certificate.getIssuer().getRDNs()).isNotEmpty();
        checkTime(certificate.getStartDate());
        checkTime(certificate.getEndDate());
        assertThat(extensions.getExtensionOIDs()).doesNotHaveDuplicates();
        checkIdentifiers(made, extensions);
        if (isAuthority) {
            checkAuthority(extensions);
        } else {
            checkLeaf(made, extensions);
        }
    }

    /** Until 2049 as UTCTime, and from then on as GeneralizedTime; both to the second, and in Z (4.1.2.5). */
    private static void checkTime(Time time) throws IOException {
        ASN1Primitive inside = time.toASN1Primitive();
        byte[] der = inside.getEncoded();
        boolean late = time.getDate().toInstant().isAfter(Instant.parse("2049-12-31T23:59:59Z"));

        assertThat(inside).isInstanceOf(late ? ASN1GeneralizedTime.class : ASN1UTCTime.class);
        assertThat(new String(der, 2, der.length - 2, US_ASCII))
                .matches(late ? "[0-9]{14}Z" : "[0-9]{12}Z");
    }

    private static void checkIdentifiers(Made made, Extensions extensions) throws Exception {
        var issuer = Certificate.getInstance(made.authority.getEncoded()).getTBSCertificate();
        var issuersKey = SubjectKeyIdentifier.fromExtensions(issuer.getExtensions());

        assertThat(SubjectKeyIdentifier.fromExtensions(extensions).getKeyIdentifier())
                .isNotEmpty();
        assertThat(AuthorityKeyIdentifier.fromExtensions(extensions).getKeyIdentifierOctets())
                .isEqualTo(issuersKey.getKeyIdentifier());
        for (var identifier :
                List.of(Extension.subjectKeyIdentifier, Extension.authorityKeyIdentifier)) {
            assertThat(extensions.getExtension(identifier).isCritical()).isFalse();
        }
    }

    private static void checkAuthority(Extensions extensions) {
        assertThat(extensions.getExtension(Extension.basicConstraints).isCritical())
                .isTrue();
        assertThat(BasicConstraints.fromExtensions(extensions).isCA()).isTrue();
        assertThat(extensions.getExtension(Extension.keyUsage).isCritical()).isTrue();
        assertThat(bits(KeyUsage.fromExtensions(extensions)))
                .isEqualTo(KeyUsage.keyCertSign | KeyUsage.cRLSign);
        assertThat(extensions.getExtension(Extension.extendedKeyUsage)).isNull();
    }

    private static void checkLeaf(Made made, Extensions extensions) {
        var purposes = ExtendedKeyUsage.fromExtensions(extensions).getUsages();
        boolean server =
                List.of(purposes).stream().anyMatch(use -> use.getId().equals(Use.SERVER.oid));
        boolean rsaServer = server && !made.kind.equals(P256);

        assertThat(BasicConstraints.fromExtensions(extensions).isCA()).isFalse();
        assertThat(extensions.getExtension(Extension.keyUsage).isCritical()).isTrue();
        assertThat(bits(KeyUsage.fromExtensions(extensions)))
                .isEqualTo(KeyUsage.digitalSignature
                        | (rsaServer ? KeyUsage.keyEncipherment : 0)); // EC keys encipher nothing
        assertThat(purposes).isNotEmpty();
        var names = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
        if (server) {
            assertThat(names.getNames()).isNotEmpty();
            assertThat(extensions.getExtension(Extension.subjectAlternativeName).isCritical())
                    .isFalse(); // the subject is not empty (4.2.1.6)
        }
    }

    private static int bits(KeyUsage usage) {
        return usage.getBytes()[0] & 0xFF;
    }
}
