// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.probe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The temperature of this machine: of its processor where the kernel says which that is, else the first there is.
 *
 * <p>The kernel has two lists, {@code /sys/class/thermal/thermal_zone*} with a {@code type}, and
 * {@code /sys/class/hwmon/hwmon*} with a {@code name}. Both give thousandths of a degree Celsius.
 */
record TemperatureProbe(Path source) implements Probe {
    /** Of a sensor that is not connected, or broken. */
    private static final double COLDEST = -55;

    private static final double HOTTEST = 150;

    /** How the kernel's drivers call the processor; anything with {@code cpu} or {@code soc} in it is one too. */
    private static final List<String> PROCESSORS =
            List.of("x86_pkg_temp", "coretemp", "k10temp", "k8temp", "zenpower");

    /** A file that may be asked, and how gladly: the lowest rank first. */
    private record Candidate(Path file, int rank) {}

    /** The best one below a folder that stands for {@code /}; empty where none gives a number now. */
    static Optional<TemperatureProbe> under(Path root) {
        List<Candidate> candidates = new ArrayList<>();
        for (Path zone : SysFiles.children(root.resolve("sys/class/thermal"), "thermal_zone*")) {
            candidates.add(
                    new Candidate(zone.resolve("temp"), processor(zone.resolve("type")) ? 0 : 2));
        }
        for (Path chip : SysFiles.children(root.resolve("sys/class/hwmon"), "hwmon*")) {
            int rank = processor(chip.resolve("name")) ? 1 : 3;
            SysFiles.children(chip, "temp*_input")
                    .forEach(file -> candidates.add(new Candidate(file, rank)));
        }
        return candidates.stream()
                .sorted(Comparator.comparingInt(Candidate::rank))
                .map(candidate -> new TemperatureProbe(candidate.file()))
                .filter(TemperatureProbe::answers)
                .findFirst();
    }

    @Override
    public String what() {
        return "the temperature";
    }

    @Override
    public List<Reading> read() throws IOException {
        double degrees = SysFiles.number(source) / 1000;
        if (degrees < COLDEST || degrees > HOTTEST) {
            throw new IOException(source + " says " + degrees + " degrees Celsius");
        }
        return List.of(new Reading("temperature", degrees, "Cel"));
    }

    private boolean answers() {
        try {
            return !read().isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean processor(Path nameFile) {
        String name = SysFiles.text(nameFile).toLowerCase(Locale.ROOT);
        return PROCESSORS.contains(name) || Stream.of("cpu", "soc").anyMatch(name::contains);
    }
}
