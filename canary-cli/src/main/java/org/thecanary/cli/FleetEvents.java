// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.thecanary.client.Disconnected;
import org.thecanary.sensor.Measurement;
import org.thecanary.sensor.Sampling;
import org.thecanary.sensor.SensorEvents;
import org.thecanary.sensor.SensorTopics;

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

    /**
     * For one of them.
     *
     * @param print gets each measurement, behind its topic
     */
    SensorEvents ofOne(SensorTopics topics, Consumer<String> print) {
        return new One(topics, print);
    }

    private final class One implements SensorEvents {
        private final SensorTopics topics;
        private final Consumer<String> print;
        private boolean isConnected;

        One(SensorTopics topics, Consumer<String> print) {
            this.topics = topics;
            this.print = print;
        }

        @Override
        public void measured(Measurement measurement, Sampling sampling) {
            print.accept(topics.data() + " " + measurement.json());
        }

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
