// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

import org.thecanary.web.payload.Measurement;

/** A measurement and whose it is. */
public record Entry(String sensor, Measurement measurement) {}
