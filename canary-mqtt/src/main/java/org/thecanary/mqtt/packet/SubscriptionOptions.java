// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

/**
 * The Subscription Options byte, specification 3.8.3.1; 3.x has the QoS alone.
 *
 * @param qos the highest QoS at which the Server may send
 * @param noLocal do not send back what this client published
 * @param retainAsPublished keep the RETAIN flag of forwarded messages
 * @param retainHandling when Retained Messages are sent
 */
public record SubscriptionOptions(
        QoS qos, boolean noLocal, boolean retainAsPublished, RetainHandling retainHandling) {

    /** When Retained Messages are sent for a subscription, specification 3.8.3.1. */
    public enum RetainHandling {
        /** At every SUBSCRIBE. */
        SEND,
        /** Only if the subscription did not exist. */
        SEND_IF_NEW,
        /** Never. */
        DO_NOT_SEND
    }

    /** What a 3.x SUBSCRIBE can say. */
    public static SubscriptionOptions of(QoS qos) {
        return new SubscriptionOptions(qos, false, false, RetainHandling.SEND);
    }

    public SubscriptionOptions withQoS(QoS other) {
        return other == qos
                ? this
                : new SubscriptionOptions(other, noLocal, retainAsPublished, retainHandling);
    }
}
