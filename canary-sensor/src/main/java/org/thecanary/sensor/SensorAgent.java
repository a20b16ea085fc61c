// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import org.jspecify.annotations.Nullable;
import org.thecanary.sensor.Sampling.Accepted;
import org.thecanary.sensor.Sampling.Refused;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a sensor does: measures when it is time, obeys sampling instructions, and says on its status what it does.
 *
 * <p>Has no thread, clock or socket: {@link Sensor} tells it what happened, and when. Blocks on the probes' files. It
 * measures from the first connection on; what is measured between connections is lost, which the gap in {@code seq}
 * shows.
 *
 * <p>Owner: the sensor's thread.
 */
final class SensorAgent {
    private final SensorTopics topics;
    private final Probes probes;
    private final String boot;
    private final Instant since;
    private final Link link;
    private final SensorEvents events;
    private final Map<String, String> units = new LinkedHashMap<>();
    private final Set<Probe> silent = new HashSet<>();
    private Sampling sampling;
    private @Nullable Refused refused;
    private @Nullable SamplingClock clock;
    private long seq;
    private long lost;

    /**
     * @param boot names this start
     * @param since when it was
     * @param sampling until an instruction says otherwise
     */
    SensorAgent(
            SensorTopics topics,
            Probes probes,
            Sampling sampling,
            String boot,
            Instant since,
            Link link,
            SensorEvents events) {
        this.topics = topics;
        this.probes = probes;
        this.sampling = sampling;
        this.boot = boot;
        this.since = since;
        this.link = link;
        this.events = events;
    }

    /** Says what this machine cannot be asked. */
    void begin() {
        probes.absent().forEach(events::told);
        probes.present().forEach(this::learnUnits);
    }

    private void learnUnits(Probe probe) {
        try {
            probe.read().forEach(reading -> units.put(reading.name(), reading.unit()));
        } catch (IOException e) {
            fellSilent(probe, e);
        }
    }

    /** The broker can be reached, and the instructions are subscribed to. */
    void connected(long nowNanos) {
        if (clock == null) {
            clock = new SamplingClock(sampling, nowNanos);
        }
        if (lost > 0) {
            events.told(lost + (lost == 1 ? " measurement was" : " measurements were")
                    + " taken without a connection, and lost.");
            lost = 0;
        }
        sayStatus();
    }

    /** An instruction came; a retained one comes again after each connect. */
    void instructed(byte[] payload, long nowNanos) {
        switch (Sampling.parse(payload)) {
            case Accepted(var asked) -> {
                if (!asked.equals(sampling)) {
                    events.told("Sampling as instructed: " + asked + ".");
                }
                sampling = asked;
                refused = null;
                if (clock != null) {
                    clock.change(asked, nowNanos);
                }
            }
            case Refused refusal -> {
                refused = refusal;
                events.told("Refused a sampling instruction: " + refusal.reason());
            }
        }
        sayStatus();
    }

    /** Measures, if it is time to. */
    void turn(long nowNanos, Instant now) {
        if (clock == null || !clock.due(nowNanos)) {
            return;
        }
        clock.measured(nowNanos);
        List<Reading> readings = new ArrayList<>();
        for (Probe probe : probes.present()) {
            try {
                readings.addAll(probe.read());
                if (silent.remove(probe)) {
                    events.told(Probes.sentence(probe.what()) + " is back.");
                }
            } catch (IOException e) {
                fellSilent(probe, e);
            }
        }
        Measurement measurement = new Measurement(now, boot, ++seq, readings);
        if (!link.send(topics.data(), measurement.json(), false)) {
            lost++;
        }
        events.measured(measurement, sampling);
    }

    private void fellSilent(Probe probe, IOException reason) {
        if (silent.add(probe)) {
            events.told(Probes.sentence(probe.what()) + " is left out for now: "
                    + reason.getMessage() + ".");
        }
    }

    /** How long until {@link #turn} is wanted; {@link Long#MAX_VALUE}: not before something happens. */
    long nanosUntilNext(long nowNanos) {
        return clock == null ? Long.MAX_VALUE : clock.dueNanos() - nowNanos;
    }

    private void sayStatus() {
        say(new SensorStatus.Online(boot, since, sampling, units, refused));
    }

    /** Says that the sensor stops; nothing is measured after it. */
    void stop() {
        clock = null;
        say(new SensorStatus.Offline(boot, SensorStatus.Offline.STOPPED));
    }

    private void say(SensorStatus status) {
        // Where it cannot be sent there is no connection, and each new one begins with it.
        var _ = link.send(topics.status(), status.json(), true);
    }
}
