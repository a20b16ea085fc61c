// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.thecanary.broker.session.Outbox.Report;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.QoS;

/** What a session asked of its {@link Outbox}, to be compared. */
sealed interface Effect {
    record Routed(Publication publication) implements Effect {}

    record Rerouted(Publication publication, SessionSubscription subscription) implements Effect {}

    /** A PUBLISH to the client. */
    record Published(
            Publication publication,
            SessionSubscription subscription,
            QoS qos,
            boolean retain,
            boolean dup,
            int packetId)
            implements Effect {
        String topic() {
            return publication.message().topic().toString();
        }

        String payload() {
            return new String(
                    publication.message().payload(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    /** Any other packet to the client. */
    record Sent(Packet packet) implements Effect {}

    record Subscribed(SessionSubscription subscription) implements Effect {}

    record Unsubscribed(SessionSubscription subscription) implements Effect {}

    record Available(boolean now) implements Effect {}

    record Reported(Report report, String topic) implements Effect {}
}
