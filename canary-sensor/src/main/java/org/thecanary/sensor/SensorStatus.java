// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Map;

/** The retained word on a sensor: what its {@code status} topic says. The payload is in {@code docs/guide/payload.md}. */
sealed interface SensorStatus {

    String json();

    /**
     * It measures.
     *
     * @param since the start of the agent
     * @param units UCUM codes, by the names in its measurements
     * @param refused the last instruction, where it was refused; null where there was none or it is obeyed
     */
    record Online(
            String boot,
            Instant since,
            Sampling sampling,
            Map<String, String> units,
            Sampling.@Nullable Refused refused)
            implements SensorStatus {

        @Override
        public String json() {
            JsonObject codes = new JsonObject();
            units.forEach(codes::put);
            JsonObject json = new JsonObject()
                    .put("state", "online")
                    .put("sampling_hz", sampling.hertz())
                    .put("units", codes)
                    .put("boot", boot)
                    .put("since", Measurement.rfc3339(since));
            if (refused != null) {
                json.put(
                        "refused",
                        new JsonObject()
                                .put("instruction", refused.instruction())
                                .put("reason", refused.reason()));
            }
            return json.toString();
        }
    }

    /**
     * It does not.
     *
     * @param reason {@code stopped}, or {@code connection lost} where the broker says it for the sensor
     */
    record Offline(String boot, String reason) implements SensorStatus {
        static final String STOPPED = "stopped";
        static final String LOST = "connection lost";

        @Override
        public String json() {
            return new JsonObject()
                    .put("state", "offline")
                    .put("reason", reason)
                    .put("boot", boot)
                    .toString();
        }
    }
}
