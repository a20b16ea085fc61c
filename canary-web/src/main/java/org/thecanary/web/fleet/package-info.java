// SPDX-License-Identifier: Apache-2.0
/**
 * What is known of the sensors now: latest values, who is there, how often each measures, what is wrong with it.
 *
 * <p>Has no thread, clock or socket: it is told what came and when. May import: {@code payload}, {@code history} (for its
 * records), {@code org.thecanary.sensor} (for what an instruction means). Start at {@code Fleet}.
 */
@NullMarked
package org.thecanary.web.fleet;

import org.jspecify.annotations.NullMarked;
