// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * DISCONNECT, specification 3.14. Only version 5 lets the Server send it.
 *
 * @param reason {@code NORMAL_DISCONNECTION} for 3.x
 * @param sessionExpiryInterval seconds, or {@link MessageProperties#ABSENT}: as in CONNECT; never sent by the Server
 *     [MQTT-3.14.2-2]
 * @param reasonString null: absent
 * @param serverReference null: absent
 */
public record Disconnect(
        ReasonCode reason,
        long sessionExpiryInterval,
        @Nullable String reasonString,
        List<UserProperty> userProperties,
        @Nullable String serverReference)
        implements Packet {

    public static final Disconnect NORMAL = new Disconnect(ReasonCode.NORMAL_DISCONNECTION, null);

    public Disconnect {
        userProperties = List.copyOf(userProperties);
    }

    public Disconnect(ReasonCode reason, @Nullable String reasonString) {
        this(reason, MessageProperties.ABSENT, reasonString, List.of(), null);
    }
}
