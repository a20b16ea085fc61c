// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

/**
 * What one probe found once.
 *
 * @param name the member of the measurement, such as {@code temperature}
 * @param value never NaN or infinite
 * @param unit UCUM code, such as {@code Cel}
 */
public record Reading(String name, double value, String unit) {
    public Reading {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(name + " is " + value);
        }
    }
}
