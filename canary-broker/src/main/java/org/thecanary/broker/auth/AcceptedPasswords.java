// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.auth;

import org.thecanary.credentials.password.PasswordHash;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.concurrent.ConcurrentHashMap;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The passwords that were found right, so that a client that comes again costs microseconds instead of a hash made to be
 * slow. What is kept is a MAC under a key that this process made and tells nobody: useless in a file or another process.
 *
 * <p>Bound to the line of the password file, so a changed password is hashed anew. Any thread.
 */
final class AcceptedPasswords {
    private static final int MOST_REMEMBERED = 100_000;

    private final SecretKeySpec key;
    private final ConcurrentHashMap<PasswordHash, byte[]> macs = new ConcurrentHashMap<>();

    AcceptedPasswords() {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        key = new SecretKeySpec(secret, "HmacSHA256");
    }

    /** Whether this password was found right for this line before. */
    boolean knows(PasswordHash line, byte[] password) {
        byte[] known = macs.get(line);
        return known != null && MessageDigest.isEqual(known, mac(password));
    }

    void remember(PasswordHash line, byte[] password) {
        if (macs.size() >= MOST_REMEMBERED) {
            macs.clear();
        }
        macs.put(line, mac(password));
    }

    private byte[] mac(byte[] password) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(password);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HMAC-SHA256", e);
        }
    }
}
