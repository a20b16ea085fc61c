// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;

/**
 * A QoS 1 or 2 message that came and how far its answer has come.
 *
 * <p>Owner: the client's loop, and there {@link IncomingMessages}.
 */
final class Received {
    final int packetId;
    final QoS qos;

    /** What the application answered; null: nothing yet. */
    @Nullable
    ReasonCode answer;

    /** Whether PUBACK or PUBREC was sent. */
    boolean answered;

    /** Whether it came, perhaps again, on the present Network Connection and so counts there. */
    boolean current = true;

    Received(int packetId, QoS qos) {
        this.packetId = packetId;
        this.qos = qos;
    }
}
