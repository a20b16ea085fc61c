// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import org.thecanary.client.Disconnected;

/** What a sensor tells the program around it. Called on the sensor's thread. */
public interface SensorEvents {

    /** A measurement was taken, whether or not it could be sent. */
    default void measured(Measurement measurement, Sampling sampling) {}

    /** Something a person should hear, once: a sentence. */
    default void told(String sentence) {}

    /** The broker accepted the sensor: the first time, or again. */
    default void connected() {}

    /** There is no connection; {@link Disconnected#willReconnect} says whether there will be one again. */
    default void disconnected(Disconnected disconnected) {}
}
