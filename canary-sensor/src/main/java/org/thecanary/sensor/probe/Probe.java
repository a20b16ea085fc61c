// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.probe;

import java.io.IOException;
import java.util.List;

/** Something that can be asked for numbers. Blocks, on files say. Owner, where it has a state: the sensor's thread. */
public interface Probe {

    /** What it measures, for a message: {@code the temperature}. */
    String what();

    /**
     * Asks now.
     *
     * @return at least one; the same names and units each time, unless somebody else's program chooses them
     * @throws IOException with what is wrong, and where, if there is no number to be had; the next time there may be
     */
    List<Reading> read() throws IOException;
}
