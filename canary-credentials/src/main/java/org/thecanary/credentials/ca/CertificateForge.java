// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.thecanary.credentials.ca.CertificateProfile.Use;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;

/** Builds and signs X.509 v3 certificates [RFC 5280]. */
final class CertificateForge {
    private static final int SERIAL_BITS = 128;

    private CertificateForge() {}

    /** The certificate of an authority, signed by itself; it signs certificates of others, but of no other authority. */
    static X509Certificate root(
            String name, KeyPair keys, Instant from, Instant until, SecureRandom random) {
        try {
            var subject = new X500NameBuilder(BCStyle.INSTANCE)
                    .addRDN(BCStyle.CN, name)
                    .build();
            var builder = new JcaX509v3CertificateBuilder(
                    subject,
                    serial(random),
                    Date.from(from),
                    Date.from(until),
                    subject,
                    keys.getPublic());
            var identifiers = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    identifiers.createSubjectKeyIdentifier(keys.getPublic()));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    identifiers.createAuthorityKeyIdentifier(keys.getPublic()));
            return sign(builder, keys.getPrivate());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot build the authority's certificate", e);
        }
    }

    /** A certificate for a server or client, signed by the authority. */
    static X509Certificate leaf(
            X509Certificate authority,
            PrivateKey authorityKey,
            String name,
            PublicKey key,
            CertificateProfile profile,
            Instant from,
            Instant until,
            SecureRandom random) {
        try {
            var subject = new X500NameBuilder(BCStyle.INSTANCE)
                    .addRDN(BCStyle.CN, name)
                    .build();
            var builder = new JcaX509v3CertificateBuilder(
                    authority, serial(random), Date.from(from), Date.from(until), subject, key);
            addExtensions(builder, authority, key, profile);
            return sign(builder, authorityKey);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot build the certificate of " + name, e);
        }
    }

    private static void addExtensions(
            X509v3CertificateBuilder builder,
            X509Certificate authority,
            PublicKey key,
            CertificateProfile profile)
            throws CertIOException, GeneralSecurityException {
        var identifiers = new JcaX509ExtensionUtils();
        boolean rsaServer = key.getAlgorithm().equals("RSA") && profile.uses().contains(Use.SERVER);
        // TLS 1.2 with RSA key exchange encrypts the secret with the server's key.
        int usage = KeyUsage.digitalSignature | (rsaServer ? KeyUsage.keyEncipherment : 0);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
        builder.addExtension(
                Extension.extendedKeyUsage,
                false,
                new ExtendedKeyUsage(profile.uses().stream()
                        .sorted()
                        .map(use -> KeyPurposeId.getInstance(new ASN1ObjectIdentifier(use.oid)))
                        .toArray(KeyPurposeId[]::new)));
        builder.addExtension(
                Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(key));
        builder.addExtension(
                Extension.authorityKeyIdentifier,
                false,
                identifiers.createAuthorityKeyIdentifier(authority.getPublicKey()));
        if (!profile.alternativeNames().isEmpty()) {
            var names = profile.alternativeNames().stream()
                    .map(CertificateForge::generalName)
                    .toArray(GeneralName[]::new);
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
        }
    }

    private static GeneralName generalName(AlternativeName name) {
        return switch (name) {
            case AlternativeName.Dns(var host) -> new GeneralName(GeneralName.dNSName, host);
            case AlternativeName.Ip(var address) ->
                new GeneralName(GeneralName.iPAddress, address.getHostAddress());
        };
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException {
        try {
            var signer = new JcaContentSignerBuilder(KeyKind.signatureAlgorithm(key)).build(key);
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    /** Positive and at most 20 bytes [RFC 5280 4.1.2.2]; never to be guessed, never to come twice. */
    private static BigInteger serial(SecureRandom random) {
        return new BigInteger(SERIAL_BITS, random).max(BigInteger.ONE);
    }
}
