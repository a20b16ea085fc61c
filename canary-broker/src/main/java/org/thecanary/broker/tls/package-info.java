// SPDX-License-Identifier: Apache-2.0
/**
 * TLS of the listeners: their files, who is trusted, and what went wrong in words that help.
 *
 * <p>A {@link ListenerTls} reads the files of one listener into a {@link TlsContext}, which never changes; a reload puts
 * a new one in its place. Connections made under the old one go on.
 *
 * <p>May import: {@code org.thecanary.credentials}. Start at {@link ListenerTls}.
 */
@NullMarked
package org.thecanary.broker.tls;

import org.jspecify.annotations.NullMarked;
