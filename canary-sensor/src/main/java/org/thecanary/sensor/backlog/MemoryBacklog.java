// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.backlog;

import org.jspecify.annotations.Nullable;

import java.util.TreeMap;

/** A backlog that ends with the process. */
public final class MemoryBacklog implements Backlog {
    /** What one costs besides its payload, roughly. */
    private static final int OVERHEAD = 100;

    private final long maxBytes;
    private final TreeMap<Long, byte[]> payloads = new TreeMap<>();
    private long end;
    private long cursor;
    private long bytes;
    private long dropped;

    /**
     * An empty one.
     *
     * @param maxBytes of memory, roughly
     */
    public MemoryBacklog(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public void add(byte[] payload) {
        payloads.put(end++, payload);
        bytes += payload.length + OVERHEAD;
        while (bytes > maxBytes) {
            removeFirst();
            dropped++;
        }
    }

    @Override
    public @Nullable Entry next() {
        var next = payloads.ceilingEntry(cursor);
        if (next == null) {
            return null;
        }
        cursor = next.getKey() + 1;
        return new Entry(next.getKey(), next.getValue());
    }

    @Override
    public void acknowledge(long index) {
        while (!payloads.isEmpty() && payloads.firstKey() <= index) {
            removeFirst();
        }
    }

    private void removeFirst() {
        bytes -= payloads.pollFirstEntry().getValue().length + OVERHEAD;
    }

    @Override
    public void rewind() {
        cursor = 0;
    }

    @Override
    public long waiting() {
        return payloads.size();
    }

    @Override
    public long dropped() {
        return dropped;
    }

    @Override
    public void close() {}
}
