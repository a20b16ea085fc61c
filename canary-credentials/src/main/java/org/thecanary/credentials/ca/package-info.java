// SPDX-License-Identifier: Apache-2.0
/**
 * A certificate authority of one's own: a folder with its key, the certificates it signed, an index of them and a
 * revocation list.
 *
 * <p>Certificates and lists are built with BouncyCastle, since the JDK has no builder for them; they are read, and
 * verified, with the JDK's own PKIX. All files are PEM or the text of {@code openssl ca}'s index, so openssl, mosquitto
 * and devices read them as they are. Nothing here knows MQTT, a broker or a command line.
 *
 * <p>Rules of the room: the clock and the source of chance are passed in. What changes the folder holds its lock, and a
 * certificate is in the index before anybody can have it. What the user can put right is a {@link
 * org.thecanary.credentials.ca.CaException} with a sentence that says how.
 *
 * <p>Start at {@link org.thecanary.credentials.ca.CertificateAuthority}.
 */
@NullMarked
package org.thecanary.credentials.ca;

import org.jspecify.annotations.NullMarked;
