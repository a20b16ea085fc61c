// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.ASN1UTF8String;
import org.bouncycastle.asn1.ASN1UniversalString;
import org.bouncycastle.asn1.BERTags;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * The names a certificate's subject gives its owner, byte for byte as mosquitto takes them for user names: rules are
 * written for them.
 */
public final class SubjectNames {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    /** OpenSSL's short names of attributes, by OID; what stands not here is written as OID and DER. */
    private static final Map<String, String> SHORT_NAMES = shortNames();

    private SubjectNames() {}

    /**
     * The first Common Name, as {@code use_identity_as_username} takes it; null where there is none, where it holds
     * what no user name of MQTT may hold in mosquitto (control characters, non-characters), or is no UTF-8.
     */
    public static @Nullable String commonName(X509Certificate certificate) {
        for (RDN rdn : subject(certificate).getRDNs()) {
            for (AttributeTypeAndValue attribute : rdn.getTypesAndValues()) {
                if (attribute.getType().equals(BCStyle.CN)) {
                    return text(content(der(attribute)));
                }
            }
        }
        return null;
    }

    private static @Nullable String text(byte[] bytes) {
        try {
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return text.codePoints().allMatch(SubjectNames::mayName) ? text : null;
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** A line that ends within a name would make two of it in a log. */
    private static boolean mayName(int c) {
        return !Character.isISOControl(c) && (c & 0xFFFE) != 0xFFFE && (c < 0xFDD0 || c > 0xFDEF);
    }

    /**
     * The subject in OpenSSL's {@code XN_FLAG_RFC2253}, as {@code use_subject_as_username} takes it: the last part
     * first, {@code CN=sensor7,O=Canary,C=GB}, and every byte beyond ASCII as {@code \C3}.
     */
    public static String subject2253(X509Certificate certificate) {
        StringBuilder text = new StringBuilder();
        RDN[] rdns = subject(certificate).getRDNs();
        for (int i = rdns.length - 1; i >= 0; i--) {
            AttributeTypeAndValue[] attributes = rdns[i].getTypesAndValues();
            for (int j = attributes.length - 1; j >= 0; j--) {
                if (!text.isEmpty()) {
                    text.append(j == attributes.length - 1 ? ',' : '+');
                }
                append(text, attributes[j]);
            }
        }
        return text.toString();
    }

    private static X500Name subject(X509Certificate certificate) {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    }

    private static void append(StringBuilder text, AttributeTypeAndValue attribute) {
        ASN1ObjectIdentifier type = attribute.getType();
        String name = SHORT_NAMES.get(type.getId());
        text.append(name == null ? type.getId() : name).append('=');
        byte[] der = der(attribute);
        if (name == null || !isText(der[0])) {
            text.append('#').append(HEX.formatHex(der));
        } else {
            byte[] utf8 = switch (attribute.getValue()) {
                case ASN1UTF8String _ -> content(der);
                case ASN1UniversalString _ ->
                    new String(content(der), Charset.forName("UTF-32BE")).getBytes(UTF_8);
                case ASN1String string -> string.getString().getBytes(UTF_8);
                default -> content(der);
            };
            escape(text, utf8);
        }
    }

    /** OpenSSL prints these types and dumps others; it reads no certificate with a name of yet others. */
    private static boolean isText(int tag) {
        return switch (tag) {
            case BERTags.UTF8_STRING,
                    BERTags.NUMERIC_STRING,
                    BERTags.PRINTABLE_STRING,
                    BERTags.T61_STRING,
                    BERTags.IA5_STRING,
                    BERTags.BMP_STRING,
                    BERTags.UNIVERSAL_STRING -> true;
            default -> false;
        };
    }

    /** ASN1_STRFLGS_RFC2253: the special characters of RFC 2253, control characters, and all beyond ASCII. */
    private static void escape(StringBuilder text, byte[] utf8) {
        for (int i = 0; i < utf8.length; i++) {
            int c = utf8[i] & 0xFF;
            boolean last = i == utf8.length - 1;
            boolean special = ",+\"\\<>;".indexOf(c) >= 0
                    || (c == ' ' && (i == 0 || last))
                    || (c == '#' && i == 0 && !last); // a single one OpenSSL lets be
            if (special) {
                text.append('\\').append((char) c);
            } else if (c < ' ' || c >= 0x7F) {
                text.append('\\').append(HEX.toHexDigits((byte) c));
            } else {
                text.append((char) c);
            }
        }
    }

    private static byte[] der(AttributeTypeAndValue attribute) {
        try {
            return attribute.getValue().toASN1Primitive().getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new IllegalStateException("a name that was read cannot be written", e);
        }
    }

    /** What follows tag and length. */
    private static byte[] content(byte[] der) {
        int lengthBytes = der[1] < 0 ? der[1] & 0x7F : 0;
        int from = 2 + lengthBytes;
        byte[] content = new byte[der.length - from];
        System.arraycopy(der, from, content, 0, content.length);
        return content;
    }

    private static Map<String, String> shortNames() {
        try (InputStream in = SubjectNames.class.getResourceAsStream("attribute-names.txt")) {
            if (in == null) {
                throw new IllegalStateException("attribute-names.txt is not in the jar");
            }
            Map<String, String> names = new HashMap<>();
            new String(in.readAllBytes(), UTF_8).lines().forEach(line -> {
                int space = line.indexOf(' ');
                names.put(line.substring(0, space), line.substring(space + 1));
            });
            return Map.copyOf(names);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
