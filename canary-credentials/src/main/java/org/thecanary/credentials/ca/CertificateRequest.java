// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.pem.Pem;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.List;

/**
 * What somebody asks an authority to sign [PKCS #10, RFC 2986]: a key that stays with its owner, who has proved to have
 * it, and the names wished for. Whether it gets them is the authority's to say.
 *
 * @param commonName null: it names none
 * @param alternativeNames those that are host names or addresses
 */
public record CertificateRequest(
        PublicKey key, @Nullable String commonName, List<AlternativeName> alternativeNames) {
    private static final int MIN_EC_BITS = 256;

    public CertificateRequest {
        alternativeNames = List.copyOf(alternativeNames);
    }

    /** Reads a file in PEM or DER. */
    public static CertificateRequest read(Path file) throws CaException, IOException {
        byte[] content = Files.readAllBytes(file);
        String text = new String(content, ISO_8859_1);
        byte[] der = Pem.first(text, "CERTIFICATE REQUEST")
                .or(() -> Pem.first(text, "NEW CERTIFICATE REQUEST"))
                .orElse(content);
        try {
            var request = new JcaPKCS10CertificationRequest(der);
            PublicKey key = request.getPublicKey();
            checkKey(key, file);
            var verifier = new JcaContentVerifierProviderBuilder().build(key);
            if (!request.isSignatureValid(verifier)) {
                throw new CaException(
                        file
                                + " is not signed with the key that it asks for; have it made anew by its owner.");
            }
            return new CertificateRequest(key, commonName(request), names(request));
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | IllegalArgumentException e) {
            throw new CaException(
                    file
                            + " is no certificate request that can be read; make one: openssl req -new -key KEY -subj /CN=NAME -out FILE.",
                    e);
        }
    }

    private static void checkKey(PublicKey key, Path file) throws CaException {
        boolean strong = switch (key) {
            case RSAPublicKey rsa ->
                rsa.getModulus().bitLength() >= KeyKind.Rsa.MIN_BITS
                        && rsa.getModulus().bitLength() <= KeyKind.Rsa.MAX_BITS;
            case ECPublicKey ec ->
                ec.getParams().getCurve().getField().getFieldSize() >= MIN_EC_BITS;
            default -> false;
        };
        if (!strong) {
            throw new CaException("The key of " + file + " is neither EC of " + MIN_EC_BITS
                    + " bits or more nor RSA of " + KeyKind.Rsa.MIN_BITS + " to "
                    + KeyKind.Rsa.MAX_BITS
                    + "; make another: openssl ecparam -name prime256v1 -genkey -noout -out KEY.");
        }
    }

    private static @Nullable String commonName(JcaPKCS10CertificationRequest request) {
        var names = request.getSubject().getRDNs(BCStyle.CN);
        return names.length == 0
                ? null
                : IETFUtils.valueToString(names[0].getFirst().getValue());
    }

    private static List<AlternativeName> names(JcaPKCS10CertificationRequest request)
            throws CaException, IOException {
        var names = new ArrayList<AlternativeName>();
        for (var attribute :
                request.getAttributes(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)) {
            var extensions = Extensions.getInstance(attribute.getAttrValues().getObjectAt(0));
            var wished = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
            for (var name : wished == null ? new GeneralName[0] : wished.getNames()) {
                switch (name.getTagNo()) {
                    case GeneralName.dNSName ->
                        names.add(AlternativeName.parse(name.getName().toString()));
                    case GeneralName.iPAddress ->
                        names.add(new AlternativeName.Ip(InetAddress.getByAddress(
                                ASN1OctetString.getInstance(name.getName()).getOctets())));
                    default -> {}
                }
            }
        }
        return names;
    }
}
