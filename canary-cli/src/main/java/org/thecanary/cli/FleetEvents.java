// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.thecanary.client.Disconnected;
import org.thecanary.sensor.SensorEvents;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Tells a person what happens to one sensor or several, each thing once. Owner: the sensors' thread. */
final class FleetEvents {
    private final String broker;
    private final int size;
    private final Consumer<String> say;
    private final CompletableFuture<Integer> exit;
    private final Set<String> told = new HashSet<>();
    private int connected;
    private String lastEnd = "";

    /**
     * Events of a fleet.
     *
     * @param broker where it connects to, for a person
     * @param exit completes where the broker refuses a sensor for good, with the code to exit with
     */
    FleetEvents(String broker, int size, Consumer<String> say, CompletableFuture<Integer> exit) {
        this.broker = broker;
        this.size = size;
        this.say = say;
        this.exit = exit;
    }

    /** For one of them. */
    SensorEvents ofOne() {
        return new One();
    }

    private final class One implements SensorEvents {
        private boolean isConnected;

        @Override
        public void told(String sentence) {
            if (size == 1 || told.add(sentence)) {
                say.accept(sentence);
            }
        }

        @Override
        public void connected() {
            isConnected = true;
            connected++;
            lastEnd = "";
            if (connected == size) {
                say.accept("Connected to " + broker
                        + (size == 1 ? "." : ": all " + size + " sensors."));
            }
        }

        @Override
        public void disconnected(Disconnected end) {
            if (isConnected) {
                isConnected = false;
                connected--;
            }
            if (end.cause() == Disconnected.Cause.APPLICATION) {
                return;
            }
            String sentence = end.sentence() + (end.sentence().endsWith("?") ? "" : ".");
            if (!end.willReconnect()) {
                say.accept(sentence);
                exit.complete(end.reason() == null ? 1 : end.reason().code());
            } else if (!end.sentence().equals(lastEnd)) {
                say.accept(sentence + " Trying again until it works.");
                lastEnd = end.sentence();
            }
        }
    }
}
