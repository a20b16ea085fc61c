// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The load average of the last minute, of {@code /proc/loadavg}: processes that run or wait for a disk. */
record LoadProbe(Path source) implements Probe {

    static LoadProbe under(Path root) {
        return new LoadProbe(root.resolve("proc/loadavg"));
    }

    @Override
    public String what() {
        return "the load";
    }

    @Override
    public List<Reading> read() throws IOException {
        String text = Files.readString(source);
        try {
            return List.of(new Reading("load", Double.parseDouble(text.split(" ", 2)[0]), "1"));
        } catch (IllegalArgumentException e) {
            throw new IOException(source + " does not start with a number", e);
        }
    }
}
