// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.pem;

import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Map;

import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A private key under a passphrase: PKCS #8 with PBES2 [RFC 8018], which openssl reads and writes.
 *
 * <p>Written with PBKDF2-HMAC-SHA256, OWASP's 600,000 iterations and AES-256-CBC. By hand over the JDK's ciphers, since
 * the JDK's own "PBEWith…" takes a passphrase in ASCII only; here it is UTF-8, as a terminal sends it to openssl.
 */
public final class EncryptedKey {
    private static final int ITERATIONS = 600_000;
    private static final int MAX_ITERATIONS = 100_000_000;
    private static final int KEY_BYTES = 32;
    private static final int BLOCK_BYTES = 16;

    private static final Map<ASN1ObjectIdentifier, String> FUNCTIONS = Map.of(
            PKCSObjectIdentifiers.id_hmacWithSHA1, "PBKDF2WithHmacSHA1",
            PKCSObjectIdentifiers.id_hmacWithSHA256, "PBKDF2WithHmacSHA256",
            PKCSObjectIdentifiers.id_hmacWithSHA384, "PBKDF2WithHmacSHA384",
            PKCSObjectIdentifiers.id_hmacWithSHA512, "PBKDF2WithHmacSHA512");

    private static final Map<ASN1ObjectIdentifier, Integer> AES_BYTES = Map.of(
            NISTObjectIdentifiers.id_aes128_CBC, 16,
            NISTObjectIdentifiers.id_aes192_CBC, 24,
            NISTObjectIdentifiers.id_aes256_CBC, 32);

    private EncryptedKey() {}

    /** Encrypts a key in PKCS #8. */
    public static byte[] encrypt(byte[] pkcs8, char[] passphrase, SecureRandom random) {
        var salt = new byte[16];
        var vector = new byte[BLOCK_BYTES];
        random.nextBytes(salt);
        random.nextBytes(vector);
        try {
            var cipher = cipher(
                    Cipher.ENCRYPT_MODE,
                    "PBKDF2WithHmacSHA256",
                    passphrase,
                    salt,
                    ITERATIONS,
                    KEY_BYTES,
                    vector);
            var function = new AlgorithmIdentifier(
                    PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE);
            var parameters = new PBES2Parameters(
                    new KeyDerivationFunc(
                            PKCSObjectIdentifiers.id_PBKDF2,
                            new PBKDF2Params(salt, ITERATIONS, KEY_BYTES, function)),
                    new EncryptionScheme(
                            NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(vector)));
            return new EncryptedPrivateKeyInfo(
                            new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, parameters),
                            cipher.doFinal(pkcs8))
                    .getEncoded();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this Java cannot encrypt a key", e);
        }
    }

    /**
     * The key in PKCS #8.
     *
     * @throws BadPaddingException when the passphrase is another; in 1 of 256 such cases the result is no key instead
     * @throws GeneralSecurityException when it was encrypted in a way that is not known here
     */
    public static byte[] decrypt(byte[] encrypted, char[] passphrase)
            throws GeneralSecurityException {
        PBES2Parameters parameters;
        PBKDF2Params derivation;
        byte[] vector;
        byte[] content;
        try {
            var info = EncryptedPrivateKeyInfo.getInstance(encrypted);
            content = info.getEncryptedData();
            parameters =
                    PBES2Parameters.getInstance(info.getEncryptionAlgorithm().getParameters());
            derivation =
                    PBKDF2Params.getInstance(parameters.getKeyDerivationFunc().getParameters());
            vector = ASN1OctetString.getInstance(
                            parameters.getEncryptionScheme().getParameters())
                    .getOctets();
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("not PBES2 with PBKDF2 and AES-CBC", e);
        }
        var function = FUNCTIONS.get(derivation.getPrf().getAlgorithm());
        var keyBytes = AES_BYTES.get(parameters.getEncryptionScheme().getAlgorithm());
        int iterations = derivation.getIterationCount().intValue();
        if (function == null || keyBytes == null || iterations < 1 || iterations > MAX_ITERATIONS) {
            throw new GeneralSecurityException("not PBES2 with PBKDF2 and AES-CBC");
        }
        return cipher(
                        Cipher.DECRYPT_MODE,
                        function,
                        passphrase,
                        derivation.getSalt(),
                        iterations,
                        keyBytes,
                        vector)
                .doFinal(content);
    }

    private static Cipher cipher(
            int mode,
            String function,
            char[] passphrase,
            byte[] salt,
            int iterations,
            int keyBytes,
            byte[] vector)
            throws GeneralSecurityException {
        var spec = new PBEKeySpec(passphrase, salt, iterations, keyBytes * 8);
        try {
            var secret =
                    SecretKeyFactory.getInstance(function).generateSecret(spec).getEncoded();
            var cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            cipher.init(mode, new SecretKeySpec(secret, "AES"), new IvParameterSpec(vector));
            return cipher;
        } finally {
            spec.clearPassword();
        }
    }
}
