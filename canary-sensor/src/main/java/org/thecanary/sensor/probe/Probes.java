// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.probe;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a sensor asks for each measurement.
 *
 * @param present those that gave a number when they were looked for
 * @param absent a sentence for each kind that did not, for a person
 */
public record Probes(List<Probe> present, List<String> absent) {
    public Probes {
        present = List.copyOf(present);
        absent = List.copyOf(absent);
    }

    /**
     * Looks for what the kernel offers.
     *
     * @param root {@code /}, or what stands for it in a test
     */
    public static Probes find(Path root) {
        List<Probe> present = new ArrayList<>();
        List<String> absent = new ArrayList<>();
        TemperatureProbe.under(root)
                .ifPresentOrElse(
                        present::add,
                        () -> absent.add("The temperature is left out: nothing below "
                                + root.resolve("sys/class/thermal") + " or "
                                + root.resolve("sys/class/hwmon") + " gives one."));
        for (Probe probe :
                List.of(LoadProbe.under(root), MemoryProbe.under(root), new DiskProbe(root))) {
            try {
                probe.read();
                present.add(probe);
            } catch (IOException e) {
                absent.add(sentence(probe.what()) + " is left out: " + why(e) + ".");
            }
        }
        // Most machines have none of these, and nobody misses them.
        present.addAll(IioProbe.under(root));
        present.addAll(OneWireProbe.under(root));
        return new Probes(present, absent);
    }

    /** Just these. */
    public static Probes of(List<Probe> present) {
        return new Probes(present, List.of());
    }

    /** These, and others besides. */
    public Probes and(List<Probe> more) {
        return new Probes(Stream.concat(present.stream(), more.stream()).toList(), absent);
    }

    /** The text with a capital letter, as a sentence begins. */
    public static String sentence(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    /** Why a probe did not answer, without a full stop. */
    public static String why(IOException e) {
        return e instanceof NoSuchFileException missing
                ? "there is no " + missing.getFile()
                : String.valueOf(e.getMessage());
    }
}
