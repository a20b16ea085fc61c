// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.payload;

import org.jspecify.annotations.Nullable;

/**
 * One value of one quantity.
 *
 * @param name of the quantity: 1 to {@value PayloadReader#LONGEST_NAME} characters
 * @param value finite
 * @param unit as the payload says it; null: it does not
 */
public record Reading(String name, double value, @Nullable String unit) {}
