// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

import org.jspecify.annotations.Nullable;

/**
 * One quantity of one sensor: what a curve is drawn of.
 *
 * @param id in the database
 * @param sensor the topics' prefix, such as {@code sensor/attic}
 * @param unit null: nobody said
 */
public record Channel(
        long id, String sensor, String name, @Nullable String unit) {}
