// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.store.Change;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicName;

/** What a {@link Session} may ask of the world. Called only on the session's loop; nothing here blocks. */
public interface Outbox {

    /** The loop's clock, milliseconds since the epoch. */
    long nowMillis();

    /**
     * Gives a message to everybody whose subscription matches, and keeps it if it is to be retained.
     *
     * @return how many subscriptions matched
     */
    int route(Publication publication);

    /** Whether no client may publish here, whatever the rules say. */
    default boolean isReserved(TopicName topic) {
        return ReservedTopics.contains(topic);
    }

    /** Gives a message that came through a Shared Subscription to another member, if one is left. */
    void reroute(Publication publication, SessionSubscription subscription);

    /**
     * Whether the connection takes more of what can wait. False while too much of what was sent before has not left:
     * the session then keeps QoS 1 and 2 and Retained Messages back, until {@link Session#onWritable}.
     */
    boolean writable();

    /** Whether memory is so short that nothing more may wait. */
    default boolean memoryFull() {
        return false;
    }

    /** Takes memory that a session keeps when its connection has gone; false if there is no room for more. */
    default boolean takeToStay(int bytes) {
        return !memoryFull();
    }

    /**
     * Takes memory for the Topic Aliases of this Network Connection, or gives it back where it is negative.
     *
     * @return false if there is no room for more; then none was taken
     */
    default boolean takeForAliases(int bytes) {
        return true;
    }

    /** Whether the message is to be retained, and memory is too short for it. */
    default boolean cannotRetain(Message message) {
        return false;
    }

    /** Whether so much has not left that QoS 0 messages are to be dropped. */
    boolean overloaded();

    /**
     * Sends a PUBLISH.
     *
     * @param packetId 0 for QoS 0
     * @return false if it is larger than the client's Maximum Packet Size [MQTT-3.1.2-24], or has a topic that is none behind
     *     its mount point; nothing was sent then
     */
    boolean sendPublish(
            Publication publication,
            SessionSubscription subscription,
            QoS qos,
            boolean retain,
            boolean dup,
            int packetId);

    /** Sends any other packet. */
    void send(Packet packet);

    /**
     * Enters a subscription where the Router finds it.
     *
     * @return whether the session had one with this filter, which is replaced [MQTT-3.8.4-3]
     */
    boolean subscribe(SessionSubscription subscription);

    void unsubscribe(SessionSubscription subscription);

    /** The Retained Messages a new subscription is owed, to be taken as the client can take them. */
    RetainedReplay retained(SessionSubscription subscription);

    /** Has {@link Session#onWritable} called soon, when others have had their turn. */
    void goOnLater();

    /** Says whether this session can take a message at once; a Shared Subscription prefers a member who can. */
    void available(boolean available);

    /** Begins to keep the session on disk. Answers its number there, or 0 where nothing is kept. */
    default long keep() {
        return 0;
    }

    /** A number for a message of the store. */
    default long nextMessage() {
        return 0;
    }

    /**
     * Has a change of a session that is kept written. What is promised by it waits for that: the answer that is sent next,
     * or the PUBLISH.
     */
    default void persist(Change change) {}

    /** Whether a message would have to be kept, and cannot be at present. */
    default boolean cannotKeep(Publication publication) {
        return false;
    }

    /** A PUBLISH is not answered, since its message cannot be kept: the client has to send it again. */
    default void leaveUnanswered() {}

    /** Has {@link Session#onQueueRead} called with what waits on disk, from one place in the queue to another. */
    default void readQueue(long from, long to) {}

    /** Something an operator should know, without the client's name, which the world adds. */
    void report(Report report, String topic);

    /** A PUBLISH may be published, its topic resolved. */
    default void arrived(Publish packet, Message message) {}

    /** A PUBLISH was not taken: a {@link #report} with what the packet said, its topic resolved. */
    default void refused(Report report, Publish packet, Message message) {
        report(report, message.topic().toString());
    }

    /** What a session reports; each kind has its counter and its log line. */
    enum Report {
        /** A PUBLISH was denied by the rules. */
        PUBLISH_DENIED,
        /** A delivery was denied by the rules. */
        DELIVERY_DENIED,
        /** A message was dropped since the client is slow or away and its queue is full. */
        DROPPED,
        /** A QoS 0 message came while the client was away; counted, and no news. */
        MISSED,
        /** A message was dropped since it expired first. */
        EXPIRED,
        /** The client exceeded our Receive Maximum. */
        RECEIVE_MAXIMUM_EXCEEDED,
        /** The payload exceeds {@code message_size_limit}. */
        TOO_LARGE,
        /** A QoS 2 Packet Identifier came again with another message. */
        PACKET_ID_REUSED,
        /** A message could not be kept, and was refused. */
        NOT_KEPT,
        /** A message was not retained, since memory is full. */
        NOT_RETAINED,
        /** A PUBREC names a Packet Identifier that is not in use, which stands for the topic. */
        UNKNOWN_PUBREC,
        /** Another acknowledgement names a Packet Identifier that is not in use. */
        UNKNOWN_PACKET_ID
    }

    /** Retained Messages one by one, in constant memory however many there are; moves with its session. */
    interface RetainedReplay {
        /** The next, or null when there are no more, or when it is {@link #paused}. */
        @Nullable
        Publication next(long nowMillis);

        /** Whether the search for the next has been long enough for once; it goes on at the next call. */
        default boolean paused() {
            return false;
        }
    }
}
