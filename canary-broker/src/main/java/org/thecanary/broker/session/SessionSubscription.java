// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.topic.TopicFilter;

/**
 * A subscription of one session.
 *
 * @param identifier the Subscription Identifier, 1 to 268,435,455, or 0: none
 */
public record SessionSubscription(
        TopicFilter filter, SubscriptionOptions options, int identifier) {}
