// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.pem;

import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.bc.BcPEMDecryptorProvider;

import java.io.IOException;
import java.io.StringReader;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;

/**
 * The keys of {@code openssl genrsa -traditional} and {@code openssl ecparam -genkey}: PKCS #1 [RFC 8017 A.1.2] and SEC1
 * [RFC 5915], plain or encrypted as OpenSSL did before PKCS #8, with a {@code DEK-Info} line.
 */
final class TraditionalKey {
    private TraditionalKey() {}

    static boolean isIn(String text) {
        return text.contains("-----BEGIN RSA PRIVATE KEY-----")
                || text.contains("-----BEGIN EC PRIVATE KEY-----");
    }

    static boolean isEncrypted(String text) {
        return text.contains("Proc-Type: 4,ENCRYPTED");
    }

    /**
     * The key in PKCS #8.
     *
     * @param passphrase looked at if it is encrypted
     * @throws GeneralSecurityException if it cannot be read, or the passphrase is another
     */
    static byte[] read(String text, char[] passphrase) throws GeneralSecurityException {
        try (var parser = new PEMParser(new StringReader(text))) {
            for (Object block = parser.readObject(); block != null; block = parser.readObject()) {
                if (block instanceof PEMEncryptedKeyPair pair) {
                    return info(pair.decryptKeyPair(new BcPEMDecryptorProvider(octets(passphrase))))
                            .getEncoded();
                }
                if (block instanceof PEMKeyPair pair) {
                    return info(pair).getEncoded();
                }
            }
            throw new GeneralSecurityException("no private key");
        } catch (PEMException e) {
            throw new GeneralSecurityException("damaged, or the passphrase is another", e);
        } catch (IOException e) {
            throw new GeneralSecurityException("damaged", e);
        }
    }

    private static PrivateKeyInfo info(PEMKeyPair pair) throws GeneralSecurityException {
        PrivateKeyInfo info = pair.getPrivateKeyInfo();
        if (info == null) {
            throw new GeneralSecurityException("no private key");
        }
        return info;
    }

    /** BouncyCastle takes the low byte of each character; openssl takes what a terminal sends, which is UTF-8. */
    private static char[] octets(char[] passphrase) {
        var utf8 = StandardCharsets.UTF_8.encode(CharBuffer.wrap(passphrase));
        var octets = new char[utf8.remaining()];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (char) (utf8.get() & 0xFF);
        }
        return octets;
    }
}
