// SPDX-License-Identifier: Apache-2.0
/**
 * Network Connections: listeners, the bytes of a client, CONNECT, keep alive.
 *
 * <p>A {@link Connection} is the one handler of its channel. It hands packets to the session in order and is the session's
 * {@code Link}; what a session sends in a turn of the loop leaves in one write at its end. {@link ConnectFlow} decides
 * about a CONNECT.
 *
 * <p>May import: {@code org.thecanary.broker.auth}, {@code .loop}, {@code .routing}, {@code .session}. Start at
 * {@link Connection}.
 */
@NullMarked
package org.thecanary.broker.net;

import org.jspecify.annotations.NullMarked;
