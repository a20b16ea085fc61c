// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import org.thecanary.mqtt.topic.TopicName;

/**
 * The Topic Names of one sensor.
 *
 * @param prefix what they begin with: {@code sensor}, or {@code sensor/attic} in a fleet
 */
public record SensorTopics(String prefix) {

    public static final SensorTopics DEFAULT = new SensorTopics("sensor");

    /** @throws IllegalArgumentException if no Topic Name can begin so */
    public SensorTopics {
        if (prefix.isEmpty() || prefix.startsWith("/") || prefix.endsWith("/")) {
            throw new IllegalArgumentException("\"" + prefix
                    + "\" is no prefix: it must not be empty, nor begin or end with a /.");
        }
        TopicName.of(prefix + "/instructions/sampling");
    }

    /** Measurements. */
    public String data() {
        return prefix + "/data";
    }

    /** What it is and does; retained. */
    public String status() {
        return prefix + "/status";
    }

    /** How often it shall measure; usually retained. */
    public String sampling() {
        return prefix + "/instructions/sampling";
    }
}
