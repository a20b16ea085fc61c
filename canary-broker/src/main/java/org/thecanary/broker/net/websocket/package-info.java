// SPDX-License-Identifier: Apache-2.0
/**
 * MQTT over WebSocket [RFC 6455], specification 6: the HTTP request that begins it, and the frames after it.
 *
 * <p>Between these two handlers and the connection pass plain bytes, so that a {@code Connection} does not know of
 * WebSocket. Owner of all: the connection's loop.
 *
 * <p>Imports nothing of ours but {@code config}. Start at {@link WebSocketUpgrade}.
 */
@NullMarked
package org.thecanary.broker.net.websocket;

import org.jspecify.annotations.NullMarked;
