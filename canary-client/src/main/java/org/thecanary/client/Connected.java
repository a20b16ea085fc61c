// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import org.thecanary.mqtt.packet.ConnAck;

/**
 * The Server accepted the connection.
 *
 * @param connAck what it said
 * @param clientId the one in force: the Server's Assigned Client Identifier where it gave one
 * @param keepAliveSeconds the one in force: the Server Keep Alive where it gave one; 0 is off
 * @param reconnected whether this client was connected before
 */
public record Connected(
        ConnAck connAck, String clientId, int keepAliveSeconds, boolean reconnected) {

    /** Whether the Server still had the Session. */
    public boolean sessionPresent() {
        return connAck.sessionPresent();
    }
}
