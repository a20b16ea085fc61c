// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * What a load led to.
 *
 * @param scenario such as {@code pairs}
 * @param seconds measured
 * @param published in that time; for {@code connect}, the connections
 * @param received in that time
 * @param missing never arrived, of the whole run
 * @param misplaced arrived twice or behind a later one, in the whole run
 * @param latency nanoseconds
 * @param brokerCpu null where the broker's process could not be seen
 * @param ownCpu of this program, in that time
 * @param brokerBytes resident memory at the end; 0 where it could not be seen
 */
record LoadResult(
        String scenario,
        String broker,
        double seconds,
        long published,
        long received,
        long missing,
        long misplaced,
        Histogram latency,
        @Nullable Duration brokerCpu,
        Duration ownCpu,
        long brokerBytes) {

    private static final double OWN_LIMIT = 0.9;

    /** What is counted: deliveries where somebody hears, else what was published. */
    long messages() {
        return received > 0 ? received : published;
    }

    double perSecond() {
        return messages() / seconds;
    }

    /** CPU of the broker for each of {@link #messages}; NaN where it is not known. */
    double brokerMicros() {
        return brokerCpu == null || messages() == 0
                ? Double.NaN
                : brokerCpu.toNanos() / 1e3 / messages();
    }

    double brokerCores() {
        return brokerCpu == null ? Double.NaN : brokerCpu.toNanos() / 1e9 / seconds;
    }

    double ownCores() {
        return ownCpu.toNanos() / 1e9 / seconds;
    }

    /** Microseconds. */
    double latencyMicros(double percentile) {
        return latency.getTotalCount() == 0
                ? Double.NaN
                : latency.getValueAtPercentile(percentile) / 1e3;
    }

    /** Whether the broker did what MQTT asks of it; QoS 0 may be lost. */
    boolean sound(boolean mayLose) {
        return misplaced == 0 && (missing == 0 || mayLose);
    }

    /** All of it, with units in the names. */
    Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("scenario", scenario);
        map.put("broker", broker);
        map.put("seconds", round(seconds, 3));
        map.put("published", published);
        map.put("received", received);
        map.put("published_per_s", Math.round(published / seconds));
        map.put("received_per_s", Math.round(received / seconds));
        map.put("missing", missing);
        map.put("misplaced", misplaced);
        map.put("latency_us_p50", round(latencyMicros(50), 1));
        map.put("latency_us_p90", round(latencyMicros(90), 1));
        map.put("latency_us_p99", round(latencyMicros(99), 1));
        map.put("latency_us_p999", round(latencyMicros(99.9), 1));
        map.put("latency_us_max", round(latencyMicros(100), 1));
        map.put("broker_us_per_message", round(brokerMicros(), 3));
        map.put("broker_cores", round(brokerCores(), 2));
        map.put("broker_rss_bytes", brokerBytes);
        map.put("own_cores", round(ownCores(), 2));
        return map;
    }

    private static double round(double value, int digits) {
        double scale = Math.pow(10, digits);
        return Double.isNaN(value) ? value : Math.round(value * scale) / scale;
    }

    /** For a person. */
    String text() {
        StringJoiner text = new StringJoiner("\n", "", "\n");
        text.add(String.format(Locale.ROOT, "%s on %s, %.1f s", scenario, broker, seconds));
        if (!scenario.equals("connect") && published > 0) {
            text.add(String.format(
                    Locale.ROOT, "  published %,14d   %,12.0f /s", published, published / seconds));
        }
        if (received > 0) {
            text.add(String.format(
                    Locale.ROOT, "  received  %,14d   %,12.0f /s", received, received / seconds));
        }
        if (scenario.equals("connect")) {
            text.add(String.format(
                    Locale.ROOT, "  connected %,14d   %,12.0f /s", published, published / seconds));
        }
        if (latency.getTotalCount() > 0) {
            text.add(String.format(
                    Locale.ROOT,
                    "  latency   p50 %s   p90 %s   p99 %s   p99.9 %s   max %s",
                    micros(latencyMicros(50)),
                    micros(latencyMicros(90)),
                    micros(latencyMicros(99)),
                    micros(latencyMicros(99.9)),
                    micros(latencyMicros(100))));
        }
        if (brokerCpu != null) {
            text.add(String.format(
                    Locale.ROOT,
                    "  broker    %.2f cores   %.2f µs CPU a message   %,d MiB",
                    brokerCores(),
                    brokerMicros(),
                    brokerBytes >> 20));
        }
        text.add(String.format(Locale.ROOT, "  this tool %.2f cores", ownCores()));
        if (ownCores() > OWN_LIMIT) {
            text.add("  note: this tool was busy all the time; the broker may be able to do more");
        }
        if (missing > 0) {
            text.add(String.format(Locale.ROOT, "  missing   %,d messages never arrived", missing));
        }
        if (misplaced > 0) {
            text.add(String.format(
                    Locale.ROOT, "  WRONG     %,d messages came twice or out of order", misplaced));
        }
        return text.toString();
    }

    /** As {@code 87 µs} or {@code 1.25 ms}. */
    static String micros(double micros) {
        return micros < 1000
                ? String.format(Locale.ROOT, "%.0f µs", micros)
                : String.format(Locale.ROOT, "%.2f ms", micros / 1000);
    }
}
