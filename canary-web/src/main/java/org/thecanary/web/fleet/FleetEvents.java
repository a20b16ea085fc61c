// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.fleet;

/** What the fleet tells. Called under its lock: must not block, nor call the fleet. */
@FunctionalInterface
public interface FleetEvents {
    /**
     * Something happened to a sensor.
     *
     * @param kind {@code online}, {@code offline}, {@code rate} or {@code refused}
     * @param text what
     * @param detail more about it; may be empty
     */
    void happened(String prefix, String kind, String text, String detail);
}
