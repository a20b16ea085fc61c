// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.thecanary.broker.store.StoredMessage;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;

/**
 * A message on its way through the Server: what was published, by whom, and until when it is worth delivering.
 *
 * @param expiresAtMillis the Message Expiry Interval as a moment of the loop's clock, or {@link #NEVER}
 */
public record Publication(Message message, Publisher publisher, long expiresAtMillis) {
    public static final long NEVER = Long.MAX_VALUE;

    /** A message that arrives now. */
    public static Publication arriving(Message message, Publisher publisher, long nowMillis) {
        long interval = message.properties().messageExpiryInterval();
        return new Publication(
                message,
                publisher,
                interval == MessageProperties.ABSENT ? NEVER : nowMillis + interval * 1000);
    }

    /** A message that comes back from the store. */
    public static Publication of(StoredMessage stored) {
        return new Publication(
                stored.message(),
                new Publisher(stored.publisherId(), stored.publisherUser()),
                stored.expiresAtMillis());
    }

    /** As the store knows it, under this number. */
    public StoredMessage stored(long number) {
        return new StoredMessage(
                number, message, publisher.clientId(), publisher.username(), expiresAtMillis);
    }

    /** Whether it must not be delivered any more [MQTT-3.3.2-5]. */
    public boolean isExpired(long nowMillis) {
        return expiresAtMillis <= nowMillis;
    }

    /** What is left of the Message Expiry Interval, in whole seconds, at least 1 [MQTT-3.3.2-6]. */
    public long remainingSeconds(long nowMillis) {
        return Math.max(1, (expiresAtMillis - nowMillis + 999) / 1000);
    }
}
