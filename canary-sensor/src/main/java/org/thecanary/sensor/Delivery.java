// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import org.jspecify.annotations.Nullable;
import org.thecanary.client.PublishResult;
import org.thecanary.sensor.backlog.Backlog;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/**
 * Brings measurements to the broker in the order in which they were taken, at least once: each one is kept first, and
 * leaves the {@link Backlog} when its PUBACK came. What waits is sent before what is new.
 *
 * <p>Owner: the sensor's thread.
 */
final class Delivery {
    /** Sent and not acknowledged at a time, and so what a killed sensor sends twice at most. */
    private static final int WINDOW = 64;

    /** What the way to the broker is made of. */
    interface Wire {

        /** Publishes with QoS 1; answered on any thread. */
        CompletableFuture<PublishResult> publish(byte[] payload);

        /** Runs something on the sensor's thread, soon. */
        void post(Runnable task);

        /** Runs something on the sensor's thread, when a refusal may have been taken back. */
        void postLater(Runnable task);

        /** Tells a person, once. */
        void tell(String sentence);
    }

    /** One that is on its way. */
    private static final class Sending {
        private final long index;
        private boolean arrived;

        Sending(long index) {
            this.index = index;
        }
    }

    private final Backlog backlog;
    private final Wire wire;
    private final Deque<Sending> window = new ArrayDeque<>();
    private boolean connected;
    private boolean held;
    private long lost;

    Delivery(Backlog backlog, Wire wire) {
        this.backlog = backlog;
        this.wire = wire;
    }

    void connected() {
        connected = true;
        pump();
    }

    /** What is on its way stays so: the client sends it again. */
    void disconnected() {
        connected = false;
    }

    /** Nothing more is sent; what has not arrived stays. */
    void close() {
        connected = false;
        window.clear();
        backlog.close();
    }

    /** Takes a measurement. */
    void add(byte[] payload) {
        long droppedBefore = backlog.dropped();
        try {
            backlog.add(payload);
        } catch (IOException e) {
            wire.tell("Measurements cannot be kept, and are lost without a connection: "
                    + e.getMessage() + ".");
            addUnkept(payload);
            return;
        }
        if (backlog.dropped() > droppedBefore) {
            wire.tell(
                    "There is no more room for what cannot be sent: the oldest measurements are given up.");
        }
        pump();
    }

    private void addUnkept(byte[] payload) {
        if (connected && !held && backlog.waiting() == 0) {
            var _ = wire.publish(payload);
        } else {
            lost++;
        }
    }

    long waiting() {
        return backlog.waiting();
    }

    long dropped() {
        return backlog.dropped() + lost;
    }

    private void pump() {
        try {
            while (connected && !held && window.size() < WINDOW) {
                Backlog.Entry next = backlog.next();
                if (next == null) {
                    return;
                }
                send(next);
            }
        } catch (IOException e) {
            broken(e);
        }
    }

    private void send(Backlog.Entry entry) {
        Sending sending = new Sending(entry.index());
        window.add(sending);
        var _ = wire.publish(entry.payload())
                .whenComplete((result, failure) ->
                        wire.post(() -> answered(sending, failure == null ? result : null)));
    }

    private void answered(Sending sending, @Nullable PublishResult result) {
        if (held || !window.contains(sending)) {
            return; // it is sent again
        }
        if (result == null || result.reason().isError()) {
            hold();
            return;
        }
        sending.arrived = true;
        long last = -1;
        while (!window.isEmpty() && window.getFirst().arrived) {
            last = window.removeFirst().index;
        }
        if (last >= 0) {
            try {
                backlog.acknowledge(last);
            } catch (IOException e) {
                broken(e);
            }
            pump();
        }
    }

    /** The broker does not take it now. Nothing may overtake it. */
    private void hold() {
        held = true;
        window.clear();
        wire.postLater(() -> {
            held = false;
            backlog.rewind();
            pump();
        });
    }

    private void broken(IOException e) {
        wire.tell("What was kept cannot be read or written: " + e.getMessage() + ".");
    }
}
