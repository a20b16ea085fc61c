// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.probe;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The file system of a folder: {@code disk}, the share that is in use as {@code df} counts it, and {@code disk_available},
 * what programs may still write.
 */
record DiskProbe(Path folder) implements Probe {

    @Override
    public String what() {
        return "the disk";
    }

    @Override
    public List<Reading> read() throws IOException {
        FileStore disk = Files.getFileStore(folder);
        double used = disk.getTotalSpace() - disk.getUnallocatedSpace();
        double available = disk.getUsableSpace();
        if (used + available <= 0) {
            throw new IOException("the file system of " + folder + " has no size");
        }
        return List.of(
                new Reading("disk", Math.round(used / (used + available) * 10_000) / 100.0, "%"),
                new Reading("disk_available", available, "By"));
    }
}
