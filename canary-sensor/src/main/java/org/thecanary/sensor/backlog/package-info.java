// SPDX-License-Identifier: Apache-2.0
/**
 * What was measured and has not reached the broker: kept in order, within a bound, on disk where there is one.
 *
 * <p>A {@link Backlog} is a queue with a cursor. What is added is handed out in order by {@code next} and leaves when it
 * is acknowledged; what was handed out and not acknowledged is handed out again after {@code rewind}. {@link
 * DiskBacklog} outlives the process, {@link MemoryBacklog} does not.
 *
 * <p>Blocks on files, so on the sensor's thread only. May import: nothing of ours. Start at {@link Backlog}.
 */
@NullMarked
package org.thecanary.sensor.backlog;

import org.jspecify.annotations.NullMarked;
