// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.thecanary.sensor.probe.NamedSource;
import org.thecanary.sensor.probe.Probe;
import org.thecanary.sensor.probe.Probes;
import org.thecanary.sensor.probe.Simulator;
import org.thecanary.sensor.probe.Simulator.Behaviour;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** What {@code canary sensor} measures. Owner: confined to its creator. */
final class ProbeOptions {
    @Option(
            names = "--exec",
            paramLabel = "NAME[:UNIT]=COMMAND",
            description =
                    "Run a shell command for each measurement. It prints a number, or a JSON object with numbers. May be given several times.")
    private List<String> commands = new ArrayList<>();

    @Option(
            names = "--file",
            paramLabel = "NAME[:UNIT]=FILE",
            description =
                    "Read a file for each measurement, with a number or a JSON object in it. May be given several times.")
    private List<String> files = new ArrayList<>();

    @Option(
            names = "--no-machine",
            description =
                    "Measure nothing but what --exec and --file name: not this machine, nor the sensors on its buses.")
    private boolean noMachine;

    @Option(
            names = "--simulate",
            description = "Make the measurements up: a room's temperature and humidity.")
    private boolean simulate;

    @Option(
            names = "--fleet",
            paramLabel = "COUNT",
            description =
                    "Be so many simulated sensors, each with a connection and topics of its own: PREFIX/sim-1 and so on.")
    private int fleet;

    @Option(
            names = "--drift",
            paramLabel = "DEGREES",
            description =
                    "How far a simulated temperature wanders within an hour. Default: ${DEFAULT-VALUE}.")
    private double drift = Behaviour.DEFAULT.drift();

    @Option(
            names = "--noise",
            paramLabel = "DEGREES",
            description =
                    "How much one simulated reading differs from the next. Default: ${DEFAULT-VALUE}.")
    private double noise = Behaviour.DEFAULT.noise();

    @Option(
            names = "--faults",
            paramLabel = "SHARE",
            description =
                    "With which share of simulated readings a fault begins, 0 to 1: silence, a value that is stuck, one far off. Default: ${DEFAULT-VALUE}.")
    private double faults = Behaviour.DEFAULT.faults();

    @Option(names = "--root", hidden = true, paramLabel = "DIR", defaultValue = "/")
    private Path root = Path.of("/");

    /** How many simulated sensors; 0: one that is not of a fleet. */
    int fleet() {
        return fleet;
    }

    /**
     * The probes of one sensor.
     *
     * @param number of the sensor in its fleet
     * @throws IllegalArgumentException with a sentence, if an option makes no sense
     */
    Probes probes(int number) {
        if (fleet < 0 || fleet > 10_000) {
            throw new IllegalArgumentException("a fleet of " + fleet + " is not 1 to 10000");
        }
        List<Probe> named = new ArrayList<>();
        commands.forEach(text -> named.add(NamedSource.parse(text).command()));
        files.forEach(text -> named.add(NamedSource.parse(text).file()));
        if (simulate || fleet > 0) {
            named.addFirst(new Simulator(
                    new Behaviour(drift, noise, faults), number, InstantSource.system()));
        }
        if (noMachine && named.isEmpty()) {
            throw new IllegalArgumentException("--no-machine leaves nothing to measure");
        }
        return noMachine || simulate || fleet > 0
                ? Probes.of(named)
                : Probes.find(root).and(named);
    }
}
