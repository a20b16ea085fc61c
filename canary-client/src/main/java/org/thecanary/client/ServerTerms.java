// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.Subscription;

import java.util.List;

/**
 * What the Server supports on one Network Connection, from its CONNACK.
 *
 * @param receiveMaximum how many QoS 1 and 2 messages may be on their way to it [MQTT-3.3.4-7]
 * @param maximumQoS above it nothing may be published [MQTT-3.2.2-11]
 */
record ServerTerms(
        int receiveMaximum,
        QoS maximumQoS,
        boolean retainAvailable,
        int topicAliasMaximum,
        boolean wildcardSubscriptions,
        boolean subscriptionIdentifiers,
        boolean sharedSubscriptions) {

    /**
     * The terms of a CONNACK.
     *
     * @param maxInFlight the client's own limit
     */
    static ServerTerms of(ConnAck connAck, int maxInFlight) {
        ConnAck.Properties p = connAck.properties();
        return new ServerTerms(
                p.receiveMaximum() == MessageProperties.ABSENT
                        ? maxInFlight
                        : Math.min(p.receiveMaximum(), maxInFlight),
                p.maximumQoS() == MessageProperties.ABSENT
                        ? QoS.EXACTLY_ONCE
                        : QoS.of(p.maximumQoS()),
                p.retainAvailable(),
                Math.max(0, p.topicAliasMaximum()),
                p.wildcardSubscriptionAvailable(),
                p.subscriptionIdentifiersAvailable(),
                p.sharedSubscriptionAvailable());
    }

    /** Why a message may not be published, or null if it may. */
    @Nullable
    String refusal(Message message) {
        if (message.qos().compareTo(maximumQoS) > 0) {
            return "the Server takes no QoS above " + maximumQoS.code(); // [MQTT-3.2.2-11]
        }
        if (message.retain() && !retainAvailable) {
            return "the Server keeps no Retained Messages"; // [MQTT-3.2.2-14]
        }
        return null;
    }

    /** Why these may not be subscribed to, or null if they may. Asking anyway would cost the connection. */
    @Nullable
    String refusal(List<Subscription> subscriptions, int identifier) {
        if (identifier != 0 && !subscriptionIdentifiers) {
            return "the Server has no Subscription Identifiers";
        }
        for (Subscription subscription : subscriptions) {
            if (subscription.filter().hasWildcard() && !wildcardSubscriptions) {
                return "the Server has no Topic Filters with wildcards";
            }
            if (subscription.filter().isShared() && !sharedSubscriptions) {
                return "the Server has no Shared Subscriptions";
            }
        }
        return null;
    }
}
