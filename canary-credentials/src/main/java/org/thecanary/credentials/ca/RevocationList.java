// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/** Builds and signs X.509 v2 certificate revocation lists [RFC 5280 5]. */
final class RevocationList {

    private RevocationList() {}

    /**
     * A list of all that was revoked; those that have expired too, since a device's clock may be behind.
     *
     * @param number larger than that of every list before
     */
    static X509CRL build(
            X509Certificate authority,
            PrivateKey key,
            List<IndexEntry> entries,
            BigInteger number,
            Instant now,
            Instant nextUpdate) {
        try {
            var builder = new JcaX509v2CRLBuilder(authority, Date.from(now));
            builder.setNextUpdate(Date.from(nextUpdate));
            for (var entry : entries) {
                var revocation = entry.revocation();
                if (revocation != null) {
                    var at = Date.from(revocation.at());
                    // BouncyCastle leaves the extension out for 0, as it should be [RFC 5280
                    // 5.3.1].
                    builder.addCRLEntry(entry.serial(), at, revocation.reason().ordinal());
                }
            }
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils()
                            .createAuthorityKeyIdentifier(authority.getPublicKey()));
            builder.addExtension(Extension.cRLNumber, false, new CRLNumber(number));
            var signer = new JcaContentSignerBuilder(KeyKind.signatureAlgorithm(key)).build(key);
            return new JcaX509CRLConverter().getCRL(builder.build(signer));
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("cannot build the revocation list", e);
        }
    }
}
