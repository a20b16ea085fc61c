// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A thermometer on the 1-Wire bus, such as a DS18B20: {@code w1_} and its number, since several share one wire. Asking it
 * takes up to a second.
 *
 * <p>Its folder is named by family and number, {@code 28-0316a2799f5c}. Two lines in {@code w1_slave} tell whether the
 * checksum was right ({@code YES}) and the temperature ({@code t=21312}, in thousandths of a degree Celsius).
 */
record OneWireProbe(String name, Path source) implements Probe {
    /** DS18S20, DS1822, DS18B20, DS1825, DS28EA00. */
    private static final Set<String> FAMILIES = Set.of("10", "22", "28", "3b", "42");

    private static final Pattern ANSWER =
            Pattern.compile("crc=\\S+ (YES|NO)\\s[^=]*t=(-?\\d{1,7})");

    /** What it says after it lost its power, until it has measured. */
    private static final int UNMEASURED = 85_000;

    /** The thermometers below a folder that stands for {@code /}, whether or not they answer now. */
    static List<Probe> under(Path root) {
        List<Probe> found = new ArrayList<>();
        for (Path device : SysFiles.children(root.resolve("sys/bus/w1/devices"), "??-*")) {
            String id = SysFiles.fileName(device);
            if (FAMILIES.contains(id.substring(0, 2))) {
                found.add(new OneWireProbe(
                        Reading.name("w1_" + id.substring(3)), device.resolve("w1_slave")));
            }
        }
        return found;
    }

    @Override
    public String what() {
        return "the thermometer " + name;
    }

    @Override
    public List<Reading> read() throws IOException {
        Matcher answer = ANSWER.matcher(Files.readString(source));
        if (!answer.find()) {
            throw new IOException(source + " has no temperature");
        }
        if (answer.group(1).equals("NO")) {
            throw new IOException(source + " has a wrong checksum: look at the wires");
        }
        int thousandths = Integer.parseInt(answer.group(2));
        if (thousandths == UNMEASURED) {
            throw new IOException(source + " says 85 degrees, as before its first measurement");
        }
        return List.of(new Reading(name, thousandths / 1000.0, "Cel"));
    }
}
