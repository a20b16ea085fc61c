// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.topic.TopicFilter;

/**
 * What a client tells its application. Called on the client's event loop, in the order in which things happen: must not
 * block, or nothing of the client goes on. Whatever takes long belongs on another thread.
 */
public interface ClientEvents {

    /** Nobody listens. */
    ClientEvents NONE = new ClientEvents() {};

    /**
     * A message came. Its topic is resolved where the Server sent an alias.
     *
     * @param acknowledgement with {@link ClientOptions#manualAcknowledgement} the application calls it, else the client
     *     does when this method returns. If it throws, the message is refused with 0x83 (for 3.x: acknowledged) and the
     *     exception logged
     */
    default void received(Publish publish, Acknowledgement acknowledgement) {}

    /** The Server accepted a connection: the first or a later one. */
    default void connected(Connected connected) {}

    /** A connection ended or an attempt failed; {@link Disconnected#willReconnect} says whether that was all. */
    default void disconnected(Disconnected disconnected) {}

    /**
     * The Server lost the Session, and does not grant again what it had granted: the subscription is gone. All others
     * were renewed without a word.
     */
    default void subscriptionLost(TopicFilter filter, ReasonCode reason) {}

    /** A packet was handed to the Network Connection: for traces, and for whoever must know when an answer left. */
    default void packetSent(Packet packet) {}

    /** A packet came in; told before anything is done about it. */
    default void packetReceived(Packet packet) {}
}
