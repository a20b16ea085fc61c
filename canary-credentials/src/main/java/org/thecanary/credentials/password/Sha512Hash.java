// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.List;

/**
 * {@code $6$<salt>$<hash>}: SHA-512 over the password and then the salt, one round. Not crypt(3)'s
 * {@code $6$}.
 *
 * @param salt 12 or 64 bytes in padded base64
 * @param key 64 bytes in padded base64
 */
record Sha512Hash(String salt, String key) implements PasswordHash {
    static final String ID = "6";

    /** @param fields what stands behind {@code $6$}, without what is empty: salt, hash */
    static Sha512Hash parse(List<String> fields) throws InvalidHashException {
        if (fields.size() < 2) {
            throw new InvalidHashException("it is not $6$SALT$HASH");
        }
        return new Sha512Hash(
                Base64Field.mosquittoSalt(fields.get(0)), Base64Field.mosquittoKey(fields.get(1)));
    }

    static Sha512Hash create(byte[] password, SecureRandom random) {
        var salt = new byte[12];
        random.nextBytes(salt);
        return new Sha512Hash(
                Base64Field.PADDED.encode(salt), Base64Field.PADDED.encode(digest(password, salt)));
    }

    @Override
    public boolean verify(byte[] password) {
        return MessageDigest.isEqual(
                Base64Field.bytes(key), digest(password, Base64Field.bytes(salt)));
    }

    @Override
    public String encoded() {
        return "$6$" + salt + "$" + key;
    }

    @Override
    public String toString() {
        return "$6$";
    }

    private static byte[] digest(byte[] password, byte[] salt) {
        try {
            var sha512 = MessageDigest.getInstance("SHA-512");
            sha512.update(password);
            return sha512.digest(salt);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-512", e);
        }
    }
}
