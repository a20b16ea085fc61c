// SPDX-License-Identifier: Apache-2.0
/**
 * Who gets a message: subscriptions, Shared Subscriptions, Retained Messages, and the {@link Router} that asks them.
 *
 * <p>What all loops share ({@link RoutingTable}) is read without locks by any thread. Each loop has its own
 * {@link Router}, with scratch that makes routing free of allocation.
 *
 * <p>May import: {@code org.thecanary.broker.loop}, {@code .session}. Start at {@link Router#route}.
 */
@NullMarked
package org.thecanary.broker.routing;

import org.jspecify.annotations.NullMarked;
