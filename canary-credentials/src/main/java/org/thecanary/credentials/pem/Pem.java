// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.pem;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CRLException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** PEM [RFC 7468], as OpenSSL writes it: 64 characters a line, LF. Text around the blocks is skipped. */
public final class Pem {
    public static final String CERTIFICATE = "CERTIFICATE";
    public static final String CRL = "X509 CRL";
    public static final String KEY = "PRIVATE KEY";
    public static final String ENCRYPTED_KEY = "ENCRYPTED PRIVATE KEY";

    /** The other two are OpenSSL's; what it adds for itself to a trusted one stands behind the certificate. */
    private static final Set<String> CERTIFICATES =
            Set.of(CERTIFICATE, "X509 CERTIFICATE", "TRUSTED CERTIFICATE");

    private static final List<String> KINDS = List.of("EC", "RSA", "EdDSA", "RSASSA-PSS");

    private static final Pattern BLOCK = Pattern.compile(
            "-----BEGIN ([A-Z0-9 ]+)-----\\s+([A-Za-z0-9+/=\\s]+?)-----END \\1-----");

    private Pem() {}

    /** One block. */
    public static String encode(String label, byte[] der) {
        var body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    /** One certificate after the other. */
    public static String certificates(X509Certificate... certificates) {
        var text = new StringBuilder();
        for (var certificate : certificates) {
            try {
                text.append(encode(CERTIFICATE, certificate.getEncoded()));
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException("a certificate that was read cannot be written", e);
            }
        }
        return text.toString();
    }

    /** A revocation list. */
    public static String crl(X509CRL crl) {
        try {
            return encode(CRL, crl.getEncoded());
        } catch (CRLException e) {
            throw new IllegalStateException("a revocation list that was read cannot be written", e);
        }
    }

    /** PKCS #8, not encrypted: what every TLS library reads. */
    public static String key(PrivateKey key) {
        return encode(KEY, key.getEncoded());
    }

    /** All certificates of a text, in its order; empty when there are none. */
    public static List<X509Certificate> readCertificates(String text) throws CertificateException {
        var factory = CertificateFactory.getInstance("X.509");
        var certificates = new ArrayList<X509Certificate>();
        for (var der : blocks(text, CERTIFICATES)) {
            certificates.add(
                    (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
        }
        return certificates;
    }

    /** All revocation lists of a text, in its order; empty when there are none. */
    public static List<X509CRL> readCrls(String text) throws CertificateException, CRLException {
        var factory = CertificateFactory.getInstance("X.509");
        var lists = new ArrayList<X509CRL>();
        for (var der : blocks(text, Set.of(CRL))) {
            lists.add((X509CRL) factory.generateCRL(new ByteArrayInputStream(der)));
        }
        return lists;
    }

    /** The first block with that label. */
    public static Optional<byte[]> first(String text, String label) {
        return blocks(text, Set.of(label)).stream().findFirst();
    }

    /** A private key from PKCS #8, of a kind that TLS can use. */
    public static PrivateKey privateKey(byte[] pkcs8) throws GeneralSecurityException {
        var spec = new PKCS8EncodedKeySpec(pkcs8);
        var problem = new InvalidKeySpecException("no private key");
        for (var kind : KINDS) {
            try {
                return KeyFactory.getInstance(kind).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                problem.addSuppressed(e);
            }
        }
        throw problem;
    }

    private static List<byte[]> blocks(String text, Set<String> labels) {
        var blocks = new ArrayList<byte[]>();
        var matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            if (labels.contains(matcher.group(1))) {
                var body = matcher.group(2).getBytes(StandardCharsets.US_ASCII);
                blocks.add(Base64.getMimeDecoder().decode(body));
            }
        }
        return blocks;
    }
}
