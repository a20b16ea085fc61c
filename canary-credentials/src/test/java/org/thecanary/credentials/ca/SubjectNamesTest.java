// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import static org.assertj.core.api.Assertions.assertThat;

import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERNumericString;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERT61String;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.DERUniversalString;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v1CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.credentials.Peer;
import org.thecanary.credentials.pem.Pem;

import java.math.BigInteger;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Random;

/** Are the names of a certificate those that mosquitto would take for a user name? */
class SubjectNamesTest {
    private static final KeyPair KEY = key();

    private static final List<String> TYPES = List.of(
            "2.5.4.3",
            "2.5.4.6",
            "2.5.4.10",
            "2.5.4.5",
            "2.5.4.4",
            "0.9.2342.19200300.100.1.1",
            "0.9.2342.19200300.100.1.25",
            "1.2.840.113549.1.9.1",
            "1.2.3.4.5.6");

    private static final List<String> TEXTS = List.of(
            "sensor7",
            "",
            " ",
            "#",
            "#1",
            " both ",
            "a,b+c\"d\\e<f>g;h=i/j",
            "Bäckerei Ölmühle",
            "日本 𝄞",
            "tab\tand\u0001and\u007F",
            "nul\0inside");

    private static KeyPair key() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X509Certificate certificate(X500Name subject) throws Exception {
        var builder = new JcaX509v1CertificateBuilder(
                new X500Name("CN=ca"),
                BigInteger.ONE,
                Date.from(Instant.EPOCH),
                Date.from(Instant.ofEpochSecond(Integer.MAX_VALUE)),
                subject,
                KEY.getPublic());
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(
                        new JcaContentSignerBuilder("SHA256withECDSA").build(KEY.getPrivate())));
    }

    private static AttributeTypeAndValue attribute(String type, ASN1Encodable value) {
        return new AttributeTypeAndValue(new ASN1ObjectIdentifier(type), value);
    }

    private static ASN1Encodable value(Random random) {
        String text = TEXTS.get(random.nextInt(TEXTS.size()));
        boolean ascii = text.chars().allMatch(c -> c < 0x80);
        boolean plane0 = text.chars().noneMatch(c -> Character.isSurrogate((char) c));
        return switch (random.nextInt(8)) {
            case 0 -> new DERPrintableString(ascii ? text : "x");
            case 1 -> new DERIA5String(ascii ? text : "x");
            case 2 -> new DERT61String(ascii ? text : "\u00E9");
            case 3 -> new DERBMPString(plane0 ? text : "x");
            case 4 -> new DERNumericString("0123");
            case 6 -> new DERUniversalString(text.getBytes(Charset.forName("UTF-32BE")));
            case 5 -> new DERBitString(new byte[] {1, (byte) 0xAB});
            default -> new DERUTF8String(text);
        };
    }

    private static X500Name name(Random random) {
        RDN[] rdns = new RDN[1 + random.nextInt(4)];
        for (int i = 0; i < rdns.length; i++) {
            var attributes = new AttributeTypeAndValue[1 + random.nextInt(2)];
            for (int j = 0; j < attributes.length; j++) {
                attributes[j] = attribute(TYPES.get(random.nextInt(TYPES.size())), value(random));
            }
            rdns[i] = new RDN(attributes);
        }
        return new X500Name(rdns);
    }

    @Test
    void subjectsAreWrittenAsOpensslWritesThem(@TempDir Path folder) throws Exception {
        Peer openssl = Peer.installed("openssl");
        for (int seed = 0; seed < 60; seed++) {
            X509Certificate certificate = certificate(name(new Random(seed)));
            Path file = Files.writeString(folder.resolve("it.crt"), Pem.certificates(certificate));

            String expected = openssl.succeed(
                    "x509", "-noout", "-subject", "-nameopt", "RFC2253", "-in", file);

            assertThat("subject=" + SubjectNames.subject2253(certificate) + "\n")
                    .as("seed %d", seed)
                    .isEqualTo(expected);
        }
    }

    @Test
    void theFirstCommonNameIsTheIdentity() throws Exception {
        X500Name two = new X500Name("CN=first,O=x,CN=second");

        assertThat(SubjectNames.commonName(certificate(two))).isEqualTo("first");
    }

    @Test
    void withoutACommonNameThereIsNoIdentity() throws Exception {
        assertThat(SubjectNames.commonName(certificate(new X500Name("O=x")))).isNull();
    }

    /** As mosquitto's, which lets nobody in whose name MQTT would call malformed. */
    @ParameterizedTest
    @ValueSource(strings = {"admin\0sensor7", "a\nb", "a\u0085b", "a\uFFFE", "a\uFDD0"})
    void aCommonNameThatIsNoUserNameIsNoIdentity(String name) throws Exception {
        X500Name odd =
                new X500Name(new RDN[] {new RDN(attribute("2.5.4.3", new DERUTF8String(name)))});

        assertThat(SubjectNames.commonName(certificate(odd))).isNull();
    }
}
