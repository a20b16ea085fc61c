// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

/** A name-value pair that travels with a packet; order and repetition are kept [MQTT-3.3.2-18]. */
public record UserProperty(String name, String value) {}
