// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What is read from folders such as {@code /sys} and {@code /proc}. */
class ProbesTest {
    private static final String MEMINFO =
            "MemTotal:        4000000 kB\nMemFree:          100000 kB\nMemAvailable:    3000000 kB\n";

    @TempDir
    Path root;

    @Test
    void aPiHasAllThree() throws IOException {
        file("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n");
        file("sys/class/thermal/thermal_zone0/temp", "48250\n");
        file("proc/loadavg", "0.42 0.30 0.20 1/123 4567\n");
        file("proc/meminfo", MEMINFO);

        Probes probes = Probes.find(root);

        assertThat(probes.absent()).isEmpty();
        assertThat(readings(probes))
                .containsExactly(
                        new Reading("temperature", 48.25, "Cel"),
                        new Reading("load", 0.42, "1"),
                        new Reading("memory", 25, "%"),
                        new Reading("memory_available", 3_072_000_000.0, "By"));
    }

    @Test
    void whatIsAbsentIsLeftOutAndNamed() throws IOException {
        file("proc/loadavg", "0.42 0.30 0.20 1/123 4567\n");
        file("proc/meminfo", "MemTotal: 4000000 kB\n");

        Probes probes = Probes.find(root);

        assertThat(readings(probes)).containsExactly(new Reading("load", 0.42, "1"));
        assertThat(probes.absent())
                .hasSize(2)
                .anyMatch(sentence -> sentence.startsWith("The temperature is left out"))
                .anyMatch(sentence -> sentence.startsWith("The memory is left out"));
    }

    @Test
    void theProcessorIsPreferredWhereverItIs() throws IOException {
        file("sys/class/thermal/thermal_zone0/type", "acpitz\n");
        file("sys/class/thermal/thermal_zone0/temp", "27800\n");
        file("sys/class/hwmon/hwmon0/name", "nvme\n");
        file("sys/class/hwmon/hwmon0/temp1_input", "31850\n");
        file("sys/class/hwmon/hwmon1/name", "k10temp\n");
        file("sys/class/hwmon/hwmon1/temp1_input", "55125\n");

        assertThat(temperature()).isEqualTo(55.125);

        file("sys/class/thermal/thermal_zone10/type", "x86_pkg_temp\n");
        file("sys/class/thermal/thermal_zone10/temp", "54000\n");

        assertThat(temperature()).isEqualTo(54);
    }

    @Test
    void theFirstByNumberIsTakenAmongEquals() throws IOException {
        file("sys/class/hwmon/hwmon10/temp1_input", "10000\n");
        file("sys/class/hwmon/hwmon2/temp10_input", "40000\n");
        file("sys/class/hwmon/hwmon2/temp9_input", "-9000\n");

        assertThat(temperature()).isEqualTo(-9);
    }

    @Test
    void aBrokenOneIsPassedOver() throws IOException {
        file("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n");
        file("sys/class/thermal/thermal_zone0/temp", "-273200\n");
        file("sys/class/thermal/thermal_zone1/type", "cpu-thermal\n");
        file("sys/class/thermal/thermal_zone1/temp", "\n");
        file("sys/class/thermal/thermal_zone2/type", "battery\n");
        file("sys/class/thermal/thermal_zone2/temp", "21000\n");

        assertThat(temperature()).isEqualTo(21);
    }

    @Test
    void nonsenseIsAnErrorThatNamesTheFile() throws IOException {
        Path load = file("proc/loadavg", "much\n");

        assertThatThrownBy(() -> LoadProbe.under(root).read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(load.toString());
    }

    @Test
    void thisMachineHasLoadAndMemory() throws IOException {
        assertThat(readings(Probes.find(Path.of("/"))))
                .extracting(Reading::name)
                .contains("load", "memory", "memory_available");
    }

    private double temperature() throws IOException {
        return TemperatureProbe.under(root).orElseThrow().read().getFirst().value();
    }

    private static List<Reading> readings(Probes probes) throws IOException {
        List<Reading> readings = new ArrayList<>();
        for (Probe probe : probes.present()) {
            readings.addAll(probe.read());
        }
        return readings;
    }

    private Path file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.resolveSibling("."));
        return Files.writeString(file, text);
    }
}
