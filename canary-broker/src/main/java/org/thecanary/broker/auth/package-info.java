// SPDX-License-Identifier: Apache-2.0
/**
 * Who a client is, and what it may do.
 *
 * <p>Both answers are found at CONNECT, away from the loops: passwords cost time and files block. What a client may
 * do is then an immutable {@link org.thecanary.broker.session.Permissions}, asked on every message without blocking
 * or allocating; a reload swaps it for live sessions too. {@link AclFile} holds the rules in mosquitto's own order of
 * decision.
 *
 * <p>Owner: everything here is immutable, any thread, unless a type says otherwise. May import:
 * {@code org.thecanary.broker.session} and {@code .config}. Start at {@link AclFile}.
 */
@NullMarked
package org.thecanary.broker.auth;

import org.jspecify.annotations.NullMarked;
