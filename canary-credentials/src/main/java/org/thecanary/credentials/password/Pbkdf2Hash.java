// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.List;
import java.util.regex.Pattern;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * {@code $7$<iterations>$<salt>$<hash>}: PBKDF2-HMAC-SHA512 with a key of 64 bytes, what
 * mosquitto_passwd writes.
 *
 * @param iterations 1..{@value PasswordHash#MAX_PBKDF2_ITERATIONS}
 * @param salt 12 or 64 bytes in padded base64
 * @param key 64 bytes in padded base64
 */
record Pbkdf2Hash(int iterations, String salt, String key) implements PasswordHash {
    static final String ID = "7";

    /** What C's {@code atoi} reads; behind it may be anything. */
    private static final Pattern NUMBER =
            Pattern.compile("[\\t-\\r ]*([+-]?[0-9]+).*", Pattern.DOTALL);

    /**
     * @param fields what stands behind {@code $7$}, without what is empty: iterations, salt, hash
     * @throws InvalidHashException.Unusable where there are more iterations than we count
     */
    static Pbkdf2Hash parse(List<String> fields) throws InvalidHashException {
        if (fields.size() < 3) {
            throw new InvalidHashException("it is not $7$ITERATIONS$SALT$HASH");
        }
        int iterations = number(fields.get(0));
        if (iterations < 1) {
            throw new InvalidHashException("its iterations are not a number from 1");
        }
        var salt = Base64Field.mosquittoSalt(fields.get(1));
        var key = Base64Field.mosquittoKey(fields.get(2));
        if (iterations > MAX_PBKDF2_ITERATIONS) {
            throw new InvalidHashException.Unusable(
                    "its iterations are " + iterations + ", more than " + MAX_PBKDF2_ITERATIONS);
        }
        return new Pbkdf2Hash(iterations, salt, key);
    }

    private static int number(String text) {
        var number = NUMBER.matcher(text);
        return number.matches()
                ? new BigInteger(number.group(1))
                        .min(BigInteger.valueOf(Long.MAX_VALUE))
                        .max(BigInteger.valueOf(Long.MIN_VALUE))
                        .intValue()
                : 0;
    }

    static Pbkdf2Hash create(byte[] password, int iterations, SecureRandom random) {
        if (iterations < 1 || iterations > MAX_PBKDF2_ITERATIONS) {
            throw new IllegalArgumentException(
                    "iterations must be from 1 to " + MAX_PBKDF2_ITERATIONS);
        }
        var salt = new byte[12];
        random.nextBytes(salt);
        return new Pbkdf2Hash(
                iterations,
                Base64Field.PADDED.encode(salt),
                Base64Field.PADDED.encode(derive(password, salt, iterations)));
    }

    @Override
    public boolean verify(byte[] password) {
        return MessageDigest.isEqual(
                Base64Field.bytes(key), derive(password, Base64Field.bytes(salt), iterations));
    }

    @Override
    public String encoded() {
        return "$7$" + iterations + "$" + salt + "$" + key;
    }

    @Override
    public String toString() {
        return "$7$" + iterations + "$";
    }

    /*
     * PBKDF2, RFC 8018 section 5.2, for a key of exactly one block: T = U1 ^ U2 ^ … ^ Uc with U1 =
     * HMAC(P, S || INT(1)). By hand because the JDK's SecretKeyFactory takes characters and a
     * password of MQTT is bytes. The JDK's Mac uses the processor's SHA-512: about 135 ms for
     * 210,000 iterations, where BouncyCastle's generator took 167 ms.
     */
    private static byte[] derive(byte[] password, byte[] salt, int iterations) {
        try {
            var hmac = Mac.getInstance("HmacSHA512");
            // HMAC fills its key up with zeros, so one zero byte is the same key as none, which the
            // JDK refuses.
            hmac.init(
                    new SecretKeySpec(password.length == 0 ? new byte[1] : password, "HmacSHA512"));
            hmac.update(salt);
            var block = hmac.doFinal(new byte[] {0, 0, 0, 1});
            var key = block.clone();
            for (int i = 1; i < iterations; i++) {
                hmac.update(block);
                hmac.doFinal(block, 0);
                for (int j = 0; j < key.length; j++) {
                    key[j] ^= block[j];
                }
            }
            return key;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HMAC-SHA512", e);
        }
    }
}
