// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.util.List;

/** One thing that happened to what is kept. Immutable; any thread. */
public sealed interface Change {

    /**
     * Whether an answer or a packet that follows tells somebody that this has happened, so that it has to be on disk
     * before. What is not may ride along with others, and be lost without harm in a crash: a client that acknowledged a
     * message is then sent it again, as [MQTT-4.4.0-1] has it.
     */
    default boolean isPromised() {
        return true;
    }

    /** A session begins, or what is kept of it is another now. */
    record SessionKept(KeptSession session) implements Change {}

    /** A session is over; all that it was owed is forgotten. */
    record SessionEnded(long session) implements Change {}

    record Subscribed(long session, TopicFilter filter, SubscriptionOptions options, int identifier)
            implements Change {}

    record Unsubscribed(long session, TopicFilter filter) implements Change {}

    /** A message was published, and these sessions are owed it: each claim stands at the end of its session's queue. */
    record Published(StoredMessage message, List<Claim> claims) implements Change {}

    /** A message left the queue without being sent: it expired, or may not be delivered. */
    record Dropped(Claim claim) implements Change {
        @Override
        public boolean isPromised() {
            return false;
        }
    }

    /**
     * A message leaves the queue and is about to be sent.
     *
     * @param order grows with each message the session sends
     * @param unstored the message, if it was not published to this session's queue but comes from the Retained Messages
     */
    record Sent(
            Claim claim, int packetId, long order, @Nullable StoredMessage unstored)
            implements Change {
        /** A client that knows a Packet Identifier of QoS 2 which we forgot would take another message for this one. */
        @Override
        public boolean isPromised() {
            return claim.qos().code() == 2;
        }
    }

    /** PUBREC came: the message is the client's now, and only its Packet Identifier is kept. */
    record Received(Claim claim, int packetId, long order) implements Change {}

    /**
     * The exchange is over.
     *
     * @param claim null if the message was forgotten at its PUBREC
     */
    record Acknowledged(
            long session, int packetId, @Nullable Claim claim) implements Change {
        @Override
        public boolean isPromised() {
            return false;
        }
    }

    /** A QoS 2 message came from the client, and waits for its PUBREL. */
    record Held(long session, int packetId, StoredMessage message) implements Change {}

    /** PUBREL came; the message is published in the same turn. */
    record Released(long session, int packetId) implements Change {}

    /** The topic's Retained Message is another now, or gone; the store asks which. */
    record Retained(TopicName topic, boolean isPromised) implements Change {}
}
