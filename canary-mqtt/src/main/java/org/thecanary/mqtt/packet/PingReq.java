// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

/** PINGREQ, specification 3.12. */
public record PingReq() implements Packet {
    public static final PingReq INSTANCE = new PingReq();
}
