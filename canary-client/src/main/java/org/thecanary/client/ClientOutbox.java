// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.topic.TopicFilter;

/** What a {@link ClientSession} may ask of the world while connected. Called only on the client's loop; never blocks. */
interface ClientOutbox {

    /** Whether the connection takes more of what can wait; if not, {@link ClientSession#writable} follows. */
    boolean writable();

    /**
     * Sends a packet.
     *
     * @return false if it is larger than the Server's Maximum Packet Size [MQTT-3.2.2-15], or holds a text too long for
     *     any packet; nothing was sent then
     */
    boolean send(Packet packet);

    /** Sends a QoS 0 PUBLISH, as {@link #send}; the reply comes once it is written. */
    boolean sendAtMostOnce(Publish publish, Reply<PublishResult> reply);

    /**
     * Gives a message to the application.
     *
     * @param received to be given to {@link ClientSession#acknowledge}; null for QoS 0
     */
    void deliver(Publish publish, @Nullable Received received);

    /** The Server did not grant again what it had granted before it lost the Session. */
    void subscriptionLost(TopicFilter filter, ReasonCode reason);
}
