// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The probes of this machine.
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
     * Looks for them.
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
        for (Probe probe : List.of(LoadProbe.under(root), MemoryProbe.under(root))) {
            try {
                probe.read();
                present.add(probe);
            } catch (IOException e) {
                absent.add(sentence(probe.what()) + " is left out: " + probe.source()
                        + " does not give it.");
            }
        }
        return new Probes(present, absent);
    }

    static String sentence(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
