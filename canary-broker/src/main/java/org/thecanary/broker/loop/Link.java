// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.loop;

import org.thecanary.broker.session.Publication;
import org.thecanary.broker.session.SessionSubscription;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;

/** The Network Connection of a session, as far as the session's side needs it. Owner: its loop. */
public interface Link {

    /** Whether what was sent before has left far enough for more that can wait. */
    boolean writable();

    /** Whether so little of what was sent before has left that QoS 0 is to be dropped. */
    boolean overloaded();

    /** Sends a PUBLISH; false as {@link org.thecanary.broker.session.Outbox#sendPublish}. */
    boolean sendPublish(
            Publication publication,
            SessionSubscription subscription,
            QoS qos,
            boolean retain,
            boolean dup,
            int packetId);

    void send(Packet packet);

    /** Whether the client speaks version 5. */
    boolean isV5();

    /** So many more packets, or fewer, wait for the disk before they can be sent. */
    void held(int more);

    /**
     * Takes memory for Topic Aliases until the connection ends, or gives it back where it is negative.
     *
     * @return false if there is no room for more; then none was taken
     */
    boolean takeForAliases(int bytes);

    /** Ends the connection and tells {@link SessionDirectory#released}, as if it had broken. */
    void hangUp(ReasonCode reason, String why);

    /**
     * Ends the connection from our side: DISCONNECT with the reason for version 5 [MQTT-3.14.0-1], then close. The
     * link tells nobody: whoever ends it tells {@link SessionDirectory#released}.
     */
    void end(ReasonCode reason, String why);

    /** For operators. */
    LinkInfo info();
}
