// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.backlog;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * Payloads that wait to be acknowledged, in the order in which they came.
 *
 * <p>Owner: the sensor's thread, except where a method says otherwise.
 */
public sealed interface Backlog extends AutoCloseable permits DiskBacklog, MemoryBacklog {

    /**
     * What waits.
     *
     * @param index one more than that of the one before it
     */
    record Entry(long index, byte[] payload) {}

    /**
     * Adds one. Where there is no room for it the oldest ones are given up, which {@link #dropped} counts.
     *
     * @throws IOException if it cannot be kept; the backlog is as it was
     */
    void add(byte[] payload) throws IOException;

    /** The next one that was not handed out since {@link #rewind}; null where there is none. */
    @Nullable
    Entry next() throws IOException;

    /** All up to this one, which was handed out, have arrived. */
    void acknowledge(long index) throws IOException;

    /** Hands out again, from the oldest one that is not acknowledged. */
    void rewind();

    /** How many are not acknowledged. */
    long waiting();

    /** How many were given up since this was opened, for want of room or because the disk broke. */
    long dropped();

    /** Makes sure that what waits survives a loss of power, where it can. Any thread. */
    default void sync() throws IOException {}

    @Override
    void close();
}
