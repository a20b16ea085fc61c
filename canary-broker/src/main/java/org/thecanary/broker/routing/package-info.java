// SPDX-License-Identifier: Apache-2.0
/** Finds who is to have a message: subscriptions and Retained Messages. Start at {@link SubscriptionTrie}. */
@NullMarked
package org.thecanary.broker.routing;

import org.jspecify.annotations.NullMarked;
