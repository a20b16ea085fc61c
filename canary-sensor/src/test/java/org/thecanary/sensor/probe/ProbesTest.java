// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What is read from folders such as {@code /sys} and {@code /proc}. */
class ProbesTest {
    private static final String MEMINFO =
            "MemTotal:        4000000 kB\nMemFree:          100000 kB\nMemAvailable:    3000000 kB\n";

    @TempDir
    Path root;

    @Test
    void aPiHasAll() throws IOException {
        file("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n");
        file("sys/class/thermal/thermal_zone0/temp", "48250\n");
        file("proc/loadavg", "0.42 0.30 0.20 1/123 4567\n");
        file("proc/meminfo", MEMINFO);

        Probes probes = Probes.find(root);

        assertThat(probes.absent()).isEmpty();
        assertThat(machine(probes))
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

        assertThat(machine(probes)).containsExactly(new Reading("load", 0.42, "1"));
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

    @Test
    void theDiskIsCountedAsDfCountsIt() throws Exception {
        List<Reading> readings = new DiskProbe(root).read();

        Process df =
                new ProcessBuilder("df", "--output=pcent,avail", "-B1", root.toString()).start();
        List<MatchResult> counted = Pattern.compile("\\d+")
                .matcher(new String(df.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList()
                        .getLast())
                .results()
                .toList();
        assertThat(readings).extracting(Reading::name).containsExactly("disk", "disk_available");
        assertThat(readings.get(0).value())
                .isCloseTo(Double.parseDouble(counted.get(0).group()), Offset.offset(1.01));
        assertThat(readings.get(1).value())
                .isCloseTo(
                        Double.parseDouble(counted.get(1).group()), Percentage.withPercentage(5));
    }

    @Test
    void anIioDeviceIsReadWithItsScale() throws IOException {
        file("sys/bus/iio/devices/iio:device0/name", "bme280\n");
        file("sys/bus/iio/devices/iio:device0/in_temp_input", "21370\n");
        file("sys/bus/iio/devices/iio:device0/in_temp_raw", "9\n");
        file("sys/bus/iio/devices/iio:device0/in_humidityrelative_input", "44891\n");
        file("sys/bus/iio/devices/iio:device0/in_pressure_input", "101.331\n");
        file("sys/bus/iio/devices/iio:device0/in_temp_oversampling_ratio", "2\n");
        file("sys/bus/iio/devices/iio:device1/name", "ads1015\n");
        file("sys/bus/iio/devices/iio:device1/in_voltage0_raw", "1000\n");
        file("sys/bus/iio/devices/iio:device1/in_voltage0_scale", "3.000000\n");
        file("sys/bus/iio/devices/iio:device1/in_voltage1_raw", "-7\n");
        file("sys/bus/iio/devices/iio:device1/in_voltage_offset", "10\n");
        file("sys/bus/iio/devices/iio:device1/in_voltage_scale", "2\n");
        file("sys/bus/iio/devices/iio:device2/name", "MPU 6050\n");
        file("sys/bus/iio/devices/iio:device2/in_accel_x_raw", "16384\n");
        file("sys/bus/iio/devices/iio:device2/in_accel_scale", "0.000598\n");

        assertThat(machine(Probes.find(root)))
                .containsExactly(
                        new Reading("bme280_temperature", 21.37, "Cel"),
                        new Reading("bme280_pressure", 101.331, "kPa"),
                        new Reading("bme280_humidity", 44.891, "%"),
                        new Reading("ads1015_voltage0", 3.03, "V"),
                        new Reading("ads1015_voltage1", 0.006, "V"),
                        new Reading("mpu_6050_acceleration_x", 9.797632, "m/s2"));
    }

    @Test
    void twoDevicesOfAKindAreToldApart() throws IOException {
        file("sys/bus/iio/devices/iio:device0/name", "bmp280\n");
        file("sys/bus/iio/devices/iio:device0/in_temp_input", "1000\n");
        file("sys/bus/iio/devices/iio:device1/name", "bmp280\n");
        file("sys/bus/iio/devices/iio:device1/in_temp_input", "2000\n");

        assertThat(machine(Probes.find(root)))
                .containsExactly(
                        new Reading("bmp280_0_temperature", 1, "Cel"),
                        new Reading("bmp280_1_temperature", 2, "Cel"));
    }

    @Test
    void aDeviceWithOneBrokenChannelHasTheOthers() throws IOException {
        file("sys/bus/iio/devices/iio:device0/name", "bme280\n");
        file("sys/bus/iio/devices/iio:device0/in_temp_input", "21000\n");
        Path pressure = file("sys/bus/iio/devices/iio:device0/in_pressure_input", "nothing\n");
        Probes probes = Probes.find(root);

        assertThat(machine(probes)).containsExactly(new Reading("bme280_temperature", 21, "Cel"));

        Files.delete(root.resolve("sys/bus/iio/devices/iio:device0/in_temp_input"));

        assertThatThrownBy(() -> machine(probes)).hasMessage(pressure + " has no number");
    }

    @Test
    void thermometersOnOneWireHaveTheirNumbers() throws IOException {
        file("sys/bus/w1/devices/w1_bus_master1/w1_master_name", "w1_bus_master1\n");
        file("sys/bus/w1/devices/28-0316a2799f5c/w1_slave", w1("YES", "21312"));
        file("sys/bus/w1/devices/28-0000000000aa/w1_slave", w1("YES", "-1062"));
        file("sys/bus/w1/devices/01-000000000001/w1_slave", w1("YES", "1"));

        assertThat(machine(Probes.find(root)))
                .containsExactly(
                        new Reading("w1_0000000000aa", -1.062, "Cel"),
                        new Reading("w1_0316a2799f5c", 21.312, "Cel"));
    }

    @Test
    void aThermometerThatIsNotSureIsNotBelieved() throws IOException {
        Path slave = file("sys/bus/w1/devices/28-1/w1_slave", w1("NO", "21312"));
        Probe probe = OneWireProbe.under(root).getFirst();

        assertThatThrownBy(probe::read).hasMessageContaining(slave + " has a wrong checksum");

        Files.writeString(slave, w1("YES", "85000"));
        assertThatThrownBy(probe::read).hasMessageContaining("before its first measurement");
        Files.writeString(slave, "");
        assertThatThrownBy(probe::read).hasMessageContaining("no temperature");
    }

    private static String w1(String checksum, String thousandths) {
        return "55 01 4b 46 7f ff 0c 10 a1 : crc=a1 " + checksum + "\n55 01 4b 46 7f ff 0c 10 a1 t="
                + thousandths + "\n";
    }

    /** All but the disk, which is that of the test. */
    private static List<Reading> machine(Probes probes) throws IOException {
        return readings(probes).stream()
                .filter(reading -> !reading.name().startsWith("disk"))
                .toList();
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
