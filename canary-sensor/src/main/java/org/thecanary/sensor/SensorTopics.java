// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import org.thecanary.mqtt.topic.TopicName;

import java.util.Set;

/**
 * The Topic Names of one sensor.
 *
 * @param prefix what they begin with: {@code sensor}, or {@code sensor/attic} in a fleet
 */
public record SensorTopics(String prefix) {

    public static final SensorTopics DEFAULT = new SensorTopics("sensor");

    /** What follows the prefix, and so names no sensor. */
    private static final Set<String> OURS = Set.of("data", "status", "instructions");

    /**
     * The topics of one sensor of several.
     *
     * @param id one level of a topic
     * @throws IllegalArgumentException if it is not, or means something else already
     */
    public SensorTopics of(String id) {
        if (id.isEmpty() || id.indexOf('/') >= 0 || OURS.contains(id)) {
            throw new IllegalArgumentException(
                    "\"" + id
                            + "\" names no sensor: a name has no /, and is none of data, status and instructions.");
        }
        return new SensorTopics(prefix + "/" + id);
    }

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
