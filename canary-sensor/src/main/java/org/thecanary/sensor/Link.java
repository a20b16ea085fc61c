// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

/** Where what an agent has to say goes. */
interface Link {

    /** Takes a measurement, to arrive some time; or says that it is lost. */
    void measurement(String json);

    /** Sends a status, where there is a connection. */
    void status(String json);

    /** How many measurements wait to arrive. */
    long waiting();

    /** How many measurements of this start and earlier ones were lost since the start. */
    long dropped();
}
