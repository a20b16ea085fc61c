// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Something this machine can be asked for a number. Blocks on files. Immutable; any thread. */
public sealed interface Probe permits TemperatureProbe, LoadProbe, MemoryProbe {

    /** What it measures, for a message: {@code the temperature}. */
    String what();

    /** The file it asks. */
    Path source();

    /**
     * Asks now.
     *
     * @return at least one, the same names and units each time
     * @throws IOException if there is no number to be had; the next time there may be
     */
    List<Reading> read() throws IOException;
}
