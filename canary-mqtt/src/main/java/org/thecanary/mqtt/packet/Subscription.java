// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

import org.thecanary.mqtt.topic.TopicFilter;

/** One line of a SUBSCRIBE: a Topic Filter and its options. */
public record Subscription(TopicFilter filter, SubscriptionOptions options) {}
