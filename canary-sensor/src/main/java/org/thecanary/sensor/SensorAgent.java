// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import org.jspecify.annotations.Nullable;
import org.thecanary.sensor.Sampling.Accepted;
import org.thecanary.sensor.Sampling.Refused;
import org.thecanary.sensor.SensorStatus.Outage;
import org.thecanary.sensor.probe.Probe;
import org.thecanary.sensor.probe.Probes;
import org.thecanary.sensor.probe.Reading;

import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a sensor does: measures when it is time, obeys sampling instructions, and says on its status what it does.
 *
 * <p>Has no thread, clock or socket: {@link Sensor} tells it what happened, and when. Blocks on the probes' files. It
 * measures whether or not there is a connection; what becomes of a measurement then is the {@link Link}'s.
 *
 * <p>Owner: the sensor's thread.
 */
final class SensorAgent {
    private final Probes probes;
    private final String boot;
    private final Instant since;
    private final Link link;
    private final SensorEvents events;
    private final Map<String, String> units = new LinkedHashMap<>();
    private final Set<Probe> silent = new HashSet<>();
    private final Sampling uninstructed;
    private final Sampling.Limits limits;
    private Sampling sampling;
    private @Nullable String asked;
    private @Nullable Refused refused;
    private @Nullable Outage outage;
    private @Nullable SamplingClock clock;
    private long seq;

    /**
     * @param boot names this start
     * @param since when it was
     * @param sampling where no instruction says otherwise
     * @param limits which instructions are obeyed
     */
    SensorAgent(
            Probes probes,
            Sampling sampling,
            Sampling.Limits limits,
            String boot,
            Instant since,
            Link link,
            SensorEvents events) {
        this.probes = probes;
        this.uninstructed = sampling;
        this.sampling = sampling;
        this.limits = limits;
        this.boot = boot;
        this.since = since;
        this.link = link;
        this.events = events;
    }

    /** Says what this machine cannot be asked, and begins to measure. */
    void begin(long nowNanos) {
        probes.absent().forEach(events::told);
        probes.present().forEach(this::learnUnits);
        clock = new SamplingClock(sampling, nowNanos);
    }

    private void learnUnits(Probe probe) {
        try {
            probe.read().forEach(reading -> units.putIfAbsent(reading.name(), reading.unit()));
        } catch (IOException e) {
            fellSilent(probe, e);
        }
    }

    /** The broker can be reached, and the instructions are subscribed to. */
    void connected() {
        sayStatus();
    }

    /** There is no connection any more. */
    void disconnected(String reason, Instant now) {
        outage = new Outage(reason, now);
    }

    /**
     * An instruction came; a retained one comes again after each connect. An empty one takes it back, for so a Retained
     * Message is removed.
     */
    void instructed(byte[] payload, long nowNanos) {
        if (payload.length == 0) {
            asked = null;
            refused = null;
            sampleAt(uninstructed, "The sampling instruction is taken back: ", nowNanos);
        } else {
            switch (Sampling.parse(payload, limits)) {
                case Accepted(var wanted, var instruction) -> {
                    asked = instruction;
                    refused = null;
                    sampleAt(wanted, "Sampling as instructed: ", nowNanos);
                }
                case Refused refusal -> {
                    asked = refusal.instruction();
                    refused = refusal;
                    events.told("Refused a sampling instruction: " + refusal.reason());
                }
            }
        }
        sayStatus();
    }

    private void sampleAt(Sampling wanted, String why, long nowNanos) {
        if (!wanted.equals(sampling)) {
            events.told(why + wanted + ".");
        }
        sampling = wanted;
        if (clock != null) {
            clock.change(wanted, nowNanos);
        }
    }

    /** Measures, if it is time to. */
    void turn(long nowNanos, Instant now) {
        if (clock == null || !clock.due(nowNanos)) {
            return;
        }
        clock.measured(nowNanos);
        Map<String, Reading> readings = new LinkedHashMap<>();
        for (Probe probe : probes.present()) {
            try {
                probe.read().forEach(reading -> readings.putIfAbsent(reading.name(), reading));
                if (silent.remove(probe)) {
                    events.told(Probes.sentence(probe.what()) + " is back.");
                }
            } catch (IOException e) {
                fellSilent(probe, e);
            }
        }
        Measurement measurement = new Measurement(now, boot, ++seq, List.copyOf(readings.values()));
        link.measurement(measurement.json());
        events.measured(measurement, sampling);
        if (learned(readings.values())) {
            sayStatus();
        }
    }

    /** Whether there was a name that is not on the status yet, as of a probe that was silent at first. */
    private boolean learned(Collection<Reading> readings) {
        int before = units.size();
        readings.forEach(reading -> units.putIfAbsent(reading.name(), reading.unit()));
        return units.size() > before;
    }

    private void fellSilent(Probe probe, IOException reason) {
        if (silent.add(probe)) {
            events.told(Probes.sentence(probe.what()) + " is left out for now: "
                    + Probes.why(reason) + ".");
        }
    }

    /** How long until {@link #turn} is wanted; {@link Long#MAX_VALUE}: not before something happens. */
    long nanosUntilNext(long nowNanos) {
        return clock == null ? Long.MAX_VALUE : clock.dueNanos() - nowNanos;
    }

    private void sayStatus() {
        // Where it cannot be sent there is no connection, and each new one begins with it.
        link.status(new SensorStatus.Online(
                        boot,
                        since,
                        sampling,
                        limits,
                        asked,
                        refused,
                        units,
                        outage,
                        link.waiting(),
                        link.dropped())
                .json());
    }

    /** Says that the sensor stops; nothing is measured after it. */
    void stop() {
        clock = null;
        link.status(new SensorStatus.Offline(boot, SensorStatus.Offline.STOPPED).json());
    }
}
