// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

/** The way to the broker, as the agent sees it: at least once (QoS 1), or not at all. */
interface Link {

    /**
     * Sends a message, or takes it upon itself to.
     *
     * @return false if it cannot; the message is the caller's again
     */
    boolean send(String topic, String payload, boolean retain);
}
