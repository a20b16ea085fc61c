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
     * @param sampling what it does now
     * @param limits what it is willing to do
     * @param asked the last instruction as it came; null where there is none
     * @param refused the same, where it was refused; null where it is obeyed
     * @param units UCUM codes, by the names in its measurements
     * @param lastOffline null where it was not since its start
     * @param waiting how many measurements were taken and have not arrived
     * @param dropped how many measurements were given up since the start
     */
    record Online(
            String boot,
            Instant since,
            Sampling sampling,
            Sampling.Limits limits,
            @Nullable String asked,
            Sampling.@Nullable Refused refused,
            Map<String, String> units,
            @Nullable Outage lastOffline,
            long waiting,
            long dropped)
            implements SensorStatus {

        @Override
        public String json() {
            JsonObject codes = new JsonObject();
            units.forEach(codes::put);
            JsonObject json = new JsonObject()
                    .put("state", "online")
                    .put("sampling_hz", sampling.hertz())
                    .put(
                            "limits",
                            new JsonObject()
                                    .put("slowest_hz", limits.slowestHertz())
                                    .put("fastest_hz", limits.fastestHertz()))
                    .put("units", codes)
                    .put("boot", boot)
                    .put("since", Measurement.rfc3339(since));
            if (asked != null) {
                json.put("asked", asked);
            }
            if (refused != null) {
                json.put(
                        "refused",
                        new JsonObject()
                                .put("instruction", refused.instruction())
                                .put("reason", refused.reason()));
            }
            if (lastOffline != null) {
                json.put(
                        "last_offline",
                        new JsonObject()
                                .put("reason", lastOffline.reason())
                                .put("since", Measurement.rfc3339(lastOffline.since())));
            }
            if (waiting > 0) {
                json.put("waiting", waiting);
            }
            if (dropped > 0) {
                json.put("dropped", dropped);
            }
            return json.toString();
        }
    }

    /**
     * A time without a connection.
     *
     * @param reason a sentence, as the sensor saw it
     */
    record Outage(String reason, Instant since) {}

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
