// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A device of Linux's Industrial I/O, such as a BME280 on the I2C bus: a reading for each of its input channels.
 *
 * <p>A channel has a file {@code in_CHANNEL_input} with its value, or {@code in_CHANNEL_raw}, from which it is
 * (raw + offset) · scale. Offset and scale may be one file for all channels of a kind. See
 * {@code Documentation/ABI/testing/sysfs-bus-iio} of the kernel.
 */
record IioProbe(String name, Path device) implements Probe {
    private static final Pattern CHANNEL = Pattern.compile("in_([a-z]+)([0-9a-z_-]*?)_(input|raw)");

    /** What the kernel's units are in ours. */
    private record Unit(String name, double factor, String ucum) {}

    /** By the kind of channel. All others are told as they are, as a bare number. */
    private static final Map<String, Unit> UNITS = Map.ofEntries(
            Map.entry("temp", new Unit("temperature", 1e-3, "Cel")),
            Map.entry("humidityrelative", new Unit("humidity", 1e-3, "%")),
            Map.entry("pressure", new Unit("pressure", 1, "kPa")),
            Map.entry("illuminance", new Unit("illuminance", 1, "lx")),
            Map.entry("voltage", new Unit("voltage", 1e-3, "V")),
            Map.entry("current", new Unit("current", 1e-3, "A")),
            Map.entry("power", new Unit("power", 1e-3, "W")),
            Map.entry("resistance", new Unit("resistance", 1, "Ohm")),
            Map.entry("distance", new Unit("distance", 1, "m")),
            Map.entry("accel", new Unit("acceleration", 1, "m/s2")),
            Map.entry("anglvel", new Unit("angular_velocity", 1, "rad/s")),
            Map.entry("magn", new Unit("magnetic_flux_density", 1, "G")),
            Map.entry("concentration", new Unit("concentration", 1, "%")));

    /** The devices below a folder that stands for {@code /} that have something to say now. */
    static List<Probe> under(Path root) {
        List<Path> devices = SysFiles.children(root.resolve("sys/bus/iio/devices"), "iio:device*");
        List<Probe> found = new ArrayList<>();
        for (Path device : devices) {
            String name = chip(device);
            boolean alone = devices.stream().filter(d -> chip(d).equals(name)).count() == 1;
            String number = SysFiles.fileName(device).substring("iio:device".length());
            IioProbe probe = new IioProbe(alone ? name : name + "_" + number, device);
            if (probe.answers()) {
                found.add(probe);
            }
        }
        return found;
    }

    private static String chip(Path device) {
        return Reading.name(SysFiles.text(device.resolve("name")));
    }

    @Override
    public String what() {
        return "the device " + name;
    }

    @Override
    public List<Reading> read() throws IOException {
        List<Reading> readings = new ArrayList<>();
        IOException broken = null;
        for (Path file : SysFiles.children(device, "in_*")) {
            Matcher channel = CHANNEL.matcher(SysFiles.fileName(file));
            if (channel.matches() && !hasInputToo(file)) {
                try {
                    readings.add(reading(file, channel));
                } catch (IOException e) {
                    broken = e;
                }
            }
        }
        if (readings.isEmpty()) {
            throw broken != null ? broken : new IOException(device + " has no input channel");
        }
        return readings;
    }

    private boolean answers() {
        try {
            return !read().isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean hasInputToo(Path file) {
        String name = SysFiles.fileName(file);
        return name.endsWith("_raw")
                && Files.exists(file.resolveSibling(name.replaceAll("_raw$", "_input")));
    }

    private Reading reading(Path file, Matcher channel) throws IOException {
        String kind = channel.group(1);
        String which = channel.group(2);
        double value = SysFiles.number(file);
        if (channel.group(3).equals("raw")) {
            value = (value + factor(kind, which, "offset", 0)) * factor(kind, which, "scale", 1);
        }
        Unit unit = UNITS.getOrDefault(kind, new Unit(kind, 1, "1"));
        String told = Reading.name(name + "_" + unit.name() + which);
        // As many digits as any converter has: 0.1 is not to become 0.1000000000001.
        return new Reading(
                told,
                Double.parseDouble(String.format(Locale.ROOT, "%.9g", value * unit.factor())),
                unit.ucum());
    }

    private double factor(String kind, String which, String what, double otherwise)
            throws IOException {
        Optional<Path> file = Stream.of(
                        "in_" + kind + which + "_" + what, "in_" + kind + "_" + what)
                .map(device::resolve)
                .filter(Files::exists)
                .findFirst();
        return file.isEmpty() ? otherwise : SysFiles.number(file.get());
    }
}
