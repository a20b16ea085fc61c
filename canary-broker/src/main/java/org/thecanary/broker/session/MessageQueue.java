// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.store.Claim;
import org.thecanary.mqtt.packet.QoS;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Predicate;

/**
 * The messages that wait for their client: until it returns, reads, or acknowledges earlier ones.
 *
 * <p>In the order they came [MQTT-4.6.0-5]. Bounded by {@code max_queued_messages} and {@code max_queued_bytes}: once one
 * of them is reached the newest is refused. As with mosquitto, the message that goes beyond the bytes is the last to come
 * in, so that one larger than the limit is not lost. Of a session that is kept, only the first are in memory, and none
 * while its client is away; the others are in the store and read back when their turn comes, so that a queue may be larger
 * than the memory.
 *
 * <p>Owner: the session's loop.
 */
final class MessageQueue {
    /** Messages of a session that is kept beyond which others stay in the store. */
    private static final int MOST_IN_MEMORY = 256;

    private static final long MOST_BYTES_IN_MEMORY = 256 * 1024;

    /** With fewer than this in memory, more are read. */
    private static final int LOW = 64;

    /**
     * A message and how it is to be sent.
     *
     * @param claim how the store knows it, or null if it does not
     */
    record Queued(
            Publication publication,
            SessionSubscription subscription,
            QoS qos,
            boolean retain,
            @Nullable Claim claim) {}

    private @Nullable ArrayDeque<Queued> messages; // most sessions never queue
    private long bytes;

    // what follows those in memory, in the store
    private int stored;
    private long storedBytes; // after a restart of those that came since, until they are counted
    private long readFrom;
    private long readTo;
    private boolean reading;

    /** A queue all of which is in the store, from one sequence to another. */
    static MessageQueue stored(long first, long last) {
        MessageQueue queue = new MessageQueue();
        queue.stored = (int) Math.min(Integer.MAX_VALUE, last - first + 1);
        queue.readFrom = first;
        queue.readTo = last;
        return queue;
    }

    int size() {
        return inMemory() + stored;
    }

    private int inMemory() {
        return messages == null ? 0 : messages.size();
    }

    /** Bytes of their payloads. */
    long bytes() {
        return bytes + storedBytes;
    }

    boolean isEmpty() {
        return messages == null && stored == 0;
    }

    /**
     * Appends a message.
     *
     * @param besides messages that count towards the limit but wait elsewhere
     * @param connected whether it will be wanted in memory soon
     * @return false if a limit forbids it
     */
    boolean offer(Queued queued, SessionLimits limits, int besides, boolean connected) {
        int payload = queued.publication.message().payloadBytes();
        if ((long) size() + besides >= limits.maxQueuedMessages()
                || bytes() >= limits.maxQueuedBytes()) {
            return false;
        }
        Claim claim = queued.claim;
        boolean full = inMemory() >= MOST_IN_MEMORY || bytes >= MOST_BYTES_IN_MEMORY;
        if (claim != null && (stored > 0 || !connected || full)) {
            if (stored == 0) {
                readFrom = claim.sequence();
            }
            readTo = claim.sequence();
            stored++;
            storedBytes += payload;
        } else {
            add(queued);
        }
        return true;
    }

    private void add(Queued queued) {
        if (messages == null) {
            messages = new ArrayDeque<>();
        }
        messages.add(queued);
        bytes += queued.publication.message().payloadBytes();
    }

    /** The first, or null if there is none in memory. */
    @Nullable
    Queued peek() {
        return messages == null ? null : messages.peek();
    }

    /** Takes the first. */
    void remove() {
        if (messages != null) {
            bytes -= messages.remove().publication.message().payloadBytes();
            forgetIfEmpty();
        }
    }

    private void forgetIfEmpty() {
        if (messages != null && messages.isEmpty()) {
            messages = null;
        }
    }

    /** Removes all in memory that a condition holds for. */
    void removeIf(Predicate<Queued> condition) {
        if (messages != null) {
            messages.removeIf(queued -> {
                boolean remove = condition.test(queued);
                if (remove) {
                    bytes -= queued.publication.message().payloadBytes();
                }
                return remove;
            });
            forgetIfEmpty();
        }
    }

    // --- what is in the store

    /** The client is away: what the store has need not be in memory. */
    void leaveToStore() {
        reading = false;
        if (messages == null) {
            return;
        }
        long first = 0;
        long last = 0;
        int left = 0;
        for (Queued queued : messages) {
            Claim claim = queued.claim;
            if (claim != null) {
                first = first == 0 ? claim.sequence() : first;
                last = claim.sequence();
                storedBytes += queued.publication.message().payloadBytes();
                left++;
            }
        }
        if (left > 0) {
            removeIf(queued -> queued.claim != null);
            readFrom = first;
            readTo = stored == 0 ? last : readTo;
            stored += left;
        }
    }

    /** The bytes of those that were there at the start, unless some of them have gone since. */
    void counted(long first, long found) {
        if (stored > 0 && readFrom == first) {
            storedBytes += found;
        }
    }

    /** Whether it is time to read on; then the caller does so. */
    boolean wantsMore() {
        if (stored == 0 || reading || inMemory() >= LOW) {
            return false;
        }
        reading = true;
        return true;
    }

    long readFrom() {
        return readFrom;
    }

    long readTo() {
        return readTo;
    }

    /** Whether this was asked for, and is still wanted. */
    boolean expects(long from) {
        return reading && from == readFrom;
    }

    /** What was read, up to a sequence that is next. */
    void read(List<Queued> found, long next) {
        reading = false;
        for (Queued queued : found) {
            add(queued);
            storedBytes -= queued.publication.message().payloadBytes();
        }
        readFrom = next;
        // There may be fewer than counted: some were dropped, or could not be read.
        stored = next > readTo ? 0 : Math.max(1, stored - found.size());
        storedBytes = stored == 0 ? 0 : Math.max(0, storedBytes);
    }
}
