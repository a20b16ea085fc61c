// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.QoS;

import java.util.ArrayDeque;
import java.util.function.Predicate;

/**
 * The messages that wait for their client: until it returns, reads, or acknowledges earlier ones.
 *
 * <p>In the order they came [MQTT-4.6.0-5]. Bounded by {@code max_queued_messages} and {@code max_queued_bytes}: beyond
 * them the newest is refused.
 *
 * <p>Owner: the session's loop.
 */
final class MessageQueue {

    /** A message and how it is to be sent. */
    record Queued(
            Publication publication, SessionSubscription subscription, QoS qos, boolean retain) {}

    private @Nullable ArrayDeque<Queued> messages; // most sessions never queue
    private long bytes;

    int size() {
        return messages == null ? 0 : messages.size();
    }

    /** Bytes of their payloads. */
    long bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return messages == null || messages.isEmpty();
    }

    /**
     * Appends a message.
     *
     * @param besides messages that count towards the limit but wait elsewhere
     * @return false if a limit forbids it
     */
    boolean offer(Queued queued, SessionLimits limits, int besides) {
        int payload = queued.publication.message().payloadBytes();
        if (size() + besides >= limits.maxQueuedMessages()
                || bytes + payload > limits.maxQueuedBytes()) {
            return false;
        }
        if (messages == null) {
            messages = new ArrayDeque<>();
        }
        messages.add(queued);
        bytes += payload;
        return true;
    }

    @Nullable
    Queued peek() {
        return messages == null ? null : messages.peek();
    }

    /** Takes the first. */
    void remove() {
        if (messages != null) {
            bytes -= messages.remove().publication.message().payloadBytes();
            if (messages.isEmpty()) {
                messages = null;
            }
        }
    }

    /** Removes all that a condition holds for. */
    void removeIf(Predicate<Queued> condition) {
        if (messages != null) {
            messages.removeIf(queued -> {
                boolean remove = condition.test(queued);
                if (remove) {
                    bytes -= queued.publication.message().payloadBytes();
                }
                return remove;
            });
        }
    }
}
