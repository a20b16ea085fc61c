// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import org.thecanary.mqtt.packet.ReasonCode;

/**
 * The answer to one received message: PUBACK for QoS 1, PUBREC for QoS 2, nothing for QoS 0.
 *
 * <p>Answers go out in the order in which the messages came, whatever the order in which they are given [MQTT-4.6.0-2],
 * [MQTT-4.6.0-3]: an early one waits for those before it. An answer after the connection ended is dropped, since the
 * Server sends the message again; a second answer does nothing. Any thread.
 */
public interface Acknowledgement {

    /** The message is taken care of. */
    default void acknowledge() {
        acknowledge(ReasonCode.SUCCESS);
    }

    /**
     * The message is taken care of, or is refused for good: the Server does not send it again in either case. Version 3.x
     * cannot say why.
     *
     * @param reason a Reason Code of PUBACK and PUBREC
     */
    void acknowledge(ReasonCode reason);
}
