// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;

/** What kind of key to make. */
public sealed interface KeyKind {

    /** EC on the curve P-256: small and quick, and known to every TLS library a device may have. */
    record P256() implements KeyKind {
        @Override
        public String toString() {
            return "EC P-256";
        }
    }

    /**
     * RSA, for what knows no other.
     *
     * @param bits {@value #MIN_BITS}..{@value #MAX_BITS}
     */
    record Rsa(int bits) implements KeyKind {
        static final int MIN_BITS = 2048;
        static final int MAX_BITS = 8192;

        @Override
        public String toString() {
            return "RSA " + bits + " bits";
        }
    }

    /**
     * An RSA key of that size.
     *
     * @throws CaException when it is too small to be safe or too large to be used
     */
    static KeyKind rsa(int bits) throws CaException {
        if (bits < Rsa.MIN_BITS || bits > Rsa.MAX_BITS) {
            throw new CaException("An RSA key of " + bits + " bits is not made; give "
                    + Rsa.MIN_BITS + " to " + Rsa.MAX_BITS + ", such as 3072.");
        }
        return new Rsa(bits);
    }

    /** The kind of an existing key; any curve counts as P-256, the only one that is made here. */
    static KeyKind of(PublicKey key) {
        return key instanceof RSAPublicKey rsa ? new Rsa(rsa.getModulus().bitLength()) : new P256();
    }

    /** The algorithm that signs with such a key. */
    static String signatureAlgorithm(Key key) {
        return key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    }

    /** A new pair of keys. */
    default KeyPair generate(SecureRandom random) {
        try {
            return switch (this) {
                case P256() -> {
                    var generator = KeyPairGenerator.getInstance("EC");
                    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
                    yield generator.generateKeyPair();
                }
                case Rsa(int bits) -> {
                    var generator = KeyPairGenerator.getInstance("RSA");
                    generator.initialize(bits, random);
                    yield generator.generateKeyPair();
                }
            };
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java makes no key of the kind " + this, e);
        }
    }
}
