// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.payload;

import java.util.List;

/**
 * What a sensor measured at one time.
 *
 * @param timeMillis since 1970 UTC: the sensor's, or that of arrival where the payload has none to be believed
 * @param mark tells measurements of one sensor with the same time apart; the same message always has the same. From
 *     {@code boot} and {@code seq} where there are any, else from the payload's bytes
 * @param ownTime whether the time is the sensor's: only then does a message that comes twice count once
 * @param readings at least one
 */
public record Measurement(long timeMillis, int mark, boolean ownTime, List<Reading> readings) {}
