// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/** Marks log lines of a type that slf4j has no level for. */
public final class LogMarkers {
    private LogMarkers() {}

    /** {@code log_type notice}: above information, below warning. */
    public static final Marker NOTICE = MarkerFactory.getMarker("NOTICE");
}
