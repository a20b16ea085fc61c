// SPDX-License-Identifier: Apache-2.0
/**
 * Event loops and who lives on them: each {@link BrokerLoop} owns connections, sessions, timers and scratch.
 *
 * <p>A session is owned by the loop of its latest Network Connection. Others reach it only through its
 * {@link SessionRef}; {@link SessionDirectory} moves it from loop to loop at CONNECT, behind a fence, so that no message
 * overtakes another. A loop never blocks.
 *
 * <p>May import: {@code org.thecanary.broker.session}. Start at {@link BrokerLoop}.
 */
@NullMarked
package org.thecanary.broker.loop;

import org.jspecify.annotations.NullMarked;
