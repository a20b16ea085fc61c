// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

/** The protocol versions Canary speaks, with the level byte and name of their CONNECT packet. */
public enum ProtocolVersion {
    MQTT_3_1(3, "MQIsdp"),
    MQTT_3_1_1(4, "MQTT"),
    MQTT_5(5, "MQTT");

    private final int level;
    private final String protocolName;

    ProtocolVersion(int level, String protocolName) {
        this.level = level;
        this.protocolName = protocolName;
    }

    /** The Protocol Level (3.x) or Protocol Version (5) byte: 3, 4 or 5. */
    public int level() {
        return level;
    }

    public String protocolName() {
        return protocolName;
    }

    /** Whether packets of this version carry Properties and Reason Codes. */
    public boolean isV5() {
        return this == MQTT_5;
    }
}
