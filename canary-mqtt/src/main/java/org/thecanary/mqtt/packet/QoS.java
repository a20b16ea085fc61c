// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

/** Quality of Service of a PUBLISH or a subscription, specification 4.3. */
public enum QoS {
    AT_MOST_ONCE,
    AT_LEAST_ONCE,
    EXACTLY_ONCE;

    private static final QoS[] VALUES = values();

    /** The two bits on the wire: 0, 1 or 2. */
    public int code() {
        return ordinal();
    }

    /**
     * The QoS of two wire bits.
     *
     * @throws IndexOutOfBoundsException for 3; the codec answers that before it asks [MQTT-3.3.1-4]
     */
    public static QoS of(int code) {
        return VALUES[code];
    }

    /** The lower of two, as when a message meets a subscription [MQTT-3.8.4-8]. */
    public QoS min(QoS other) {
        return compareTo(other) <= 0 ? this : other;
    }
}
