// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Memory, of {@code /proc/meminfo}: {@code memory}, the share that programs could not get, and {@code memory_available},
 * what they could. Caches that would be given up count as available.
 */
record MemoryProbe(Path source) implements Probe {
    static MemoryProbe under(Path root) {
        return new MemoryProbe(root.resolve("proc/meminfo"));
    }

    @Override
    public String what() {
        return "the memory";
    }

    @Override
    public List<Reading> read() throws IOException {
        String text = Files.readString(source);
        double total = kibibytes("MemTotal", text);
        double available = kibibytes("MemAvailable", text);
        if (total <= 0) {
            throw new IOException(source + " has a MemTotal of 0");
        }
        double used = Math.round((total - available) / total * 10_000) / 100.0;
        return List.of(
                new Reading("memory", used, "%"),
                new Reading("memory_available", available * 1024, "By"));
    }

    private double kibibytes(String name, String text) throws IOException {
        Matcher found = Pattern.compile("(?m)^" + name + ": +(\\d{1,15}) kB$").matcher(text);
        if (!found.find()) {
            throw new IOException(source + " has no " + name);
        }
        return Double.parseDouble(found.group(1));
    }
}
