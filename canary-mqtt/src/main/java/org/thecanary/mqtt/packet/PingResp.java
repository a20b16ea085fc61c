// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

/** PINGRESP, specification 3.13. */
public record PingResp() implements Packet {
    public static final PingResp INSTANCE = new PingResp();
}
