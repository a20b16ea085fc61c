// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.probe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** The numbers in a file, which another program keeps up to date. */
record FileProbe(NamedSource named) implements Probe {
    /** Bytes that are read at most. */
    static final int MOST = 65_536;

    @Override
    public String what() {
        return "the file of " + named.name();
    }

    @Override
    public List<Reading> read() throws IOException {
        Path file = Path.of(named.source());
        try (InputStream in = Files.newInputStream(file)) {
            return named.readings(
                    new String(in.readNBytes(MOST), StandardCharsets.UTF_8), file.toString());
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file, e);
        }
    }
}
