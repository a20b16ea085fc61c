// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import org.thecanary.client.Acknowledgement;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.sensor.backlog.Backlog;
import org.thecanary.sensor.backlog.DiskBacklog;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measurements that were acknowledged and are not in the history yet: a {@link DiskBacklog} that refuses what it has no room
 * for instead of giving up what is oldest.
 *
 * <p>Owner: the ingest's thread.
 */
final class Spool implements AutoCloseable {
    /** An hour of 200 sensors at 1 Hz is 150 MB. */
    static final long LARGEST = 512L << 20;

    /** Bytes of a message beside topic and payload, more or less. */
    private static final int OVERHEAD = 32;

    private static final Acknowledgement GIVEN = new Acknowledgement() {
        @Override
        public void acknowledge(ReasonCode reason) {
            // It was, when it came.
        }
    };

    private final DiskBacklog backlog;
    private final long maxBytes;
    private long handedOut = -1;

    /**
     * Opens a folder, which is made where it is missing.
     *
     * @throws IOException with a sentence, if it cannot be used, or another program has it
     */
    Spool(Path folder, long maxBytes) throws IOException {
        // It is this class that bounds it, so that nothing is ever dropped.
        this.backlog = DiskBacklog.open(folder, Long.MAX_VALUE);
        this.maxBytes = maxBytes;
    }

    boolean isEmpty() {
        return backlog.waiting() == 0;
    }

    /**
     * Adds messages, which are on disk when this returns.
     *
     * @return false: there is no room for them, and none was added
     * @throws IOException if they are not on disk
     */
    boolean add(List<Arrival> arrivals) throws IOException {
        if (arrivals.isEmpty()) {
            return true;
        }
        long wanted = 0;
        for (Arrival arrival : arrivals) {
            wanted += OVERHEAD + arrival.topic().length() + arrival.payload().length;
        }
        if (backlog.bytes() + wanted > maxBytes) {
            return false;
        }
        for (Arrival arrival : arrivals) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeLong(arrival.arrivedMillis());
            out.writeUTF(arrival.topic());
            out.write(arrival.payload());
            backlog.add(bytes.toByteArray());
        }
        backlog.sync();
        return true;
    }

    /**
     * The oldest ones that were not handed out since {@link #rewind}.
     *
     * @param mostBytes with the last message it may be more
     */
    List<Arrival> next(int most, int mostBytes) throws IOException {
        List<Arrival> arrivals = new ArrayList<>();
        int bytes = 0;
        while (arrivals.size() < most && bytes < mostBytes) {
            Backlog.Entry entry = backlog.next();
            if (entry == null) {
                break;
            }
            handedOut = entry.index();
            bytes += entry.payload().length;
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(entry.payload()));
            long arrivedMillis = in.readLong();
            String topic = in.readUTF();
            arrivals.add(new Arrival(topic, in.readAllBytes(), false, arrivedMillis, GIVEN));
        }
        return arrivals;
    }

    /** What was handed out is in the history. */
    void written() throws IOException {
        if (handedOut >= 0) {
            backlog.acknowledge(handedOut);
            handedOut = -1;
        }
    }

    /** What was handed out is handed out again. */
    void rewind() {
        handedOut = -1;
        backlog.rewind();
    }

    @Override
    public void close() {
        backlog.close();
    }
}
