// SPDX-License-Identifier: Apache-2.0
/**
 * Certificates, revocation lists and private keys in PEM files, in every form that openssl writes and mosquitto reads:
 * PKCS #8, PKCS #1 and SEC1 keys, plain or under a passphrase.
 *
 * <p>What comes out are the JDK's own types, so that whoever speaks TLS needs no library for it. What is wrong with a file
 * is a {@link org.thecanary.credentials.pem.PemException} that names the file and what to do. No key and no passphrase
 * appears in a message. BouncyCastle is loaded only where a key is not plain PKCS #8.
 *
 * <p>Start at {@link org.thecanary.credentials.pem.PemFiles}.
 */
@NullMarked
package org.thecanary.credentials.pem;

import org.jspecify.annotations.NullMarked;
