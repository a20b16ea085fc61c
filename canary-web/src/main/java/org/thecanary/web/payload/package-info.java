// SPDX-License-Identifier: Apache-2.0
/**
 * What a sensor's message says, whoever wrote its firmware: Canary's own payload, SenML, any JSON object, a bare number.
 *
 * <p>Pure: no clock, no state. The time of arrival is passed in. May import: nothing of ours. Start at {@code PayloadReader}.
 */
@NullMarked
package org.thecanary.web.payload;

import org.jspecify.annotations.NullMarked;
