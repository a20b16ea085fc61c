// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.probe;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A room that is not there: its temperature and humidity follow the day, wander off and come back, shake a little, and
 * now and then something fails. Two with the same seed and times say the same.
 *
 * <p>Owner: the sensor's thread.
 */
public final class Simulator implements Probe {
    private static final double SECONDS_A_DAY = 86_400;

    /** How a simulated value behaves. */
    public record Behaviour(double drift, double noise, double faults) {
        /** As a cheap sensor that is well made. */
        public static final Behaviour DEFAULT = new Behaviour(1, 0.05, 0.001);

        /**
         * How a simulated value behaves.
         *
         * @param drift degrees by which the temperature wanders within an hour; 0 or more
         * @param noise degrees by which one reading differs from the next; 0 or more
         * @param faults the share of readings with which a fault begins, 0 to 1
         * @throws IllegalArgumentException if one is out of its range
         */
        public Behaviour {
            if (!(drift >= 0 && noise >= 0 && drift < 1000 && noise < 1000)
                    || !(faults >= 0 && faults <= 1)) {
                throw new IllegalArgumentException(
                        "drift and noise are 0 to 1000, and faults are 0 to 1");
            }
        }
    }

    private enum Fault {
        /** It answers nothing. */
        SILENT,
        /** It says the same again and again. */
        STUCK,
        /** It says something far off. */
        SPIKE
    }

    private final Behaviour behaviour;
    private final RandomGenerator random;
    private final InstantSource clock;
    private final double mean;
    private double wander;
    private double last;
    private Instant lastRead;
    private Fault fault = Fault.SPIKE;
    private int faultsLeft;

    /**
     * Makes a room.
     *
     * @param seed chooses the room
     */
    public Simulator(Behaviour behaviour, long seed, InstantSource clock) {
        this.behaviour = behaviour;
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        this.clock = clock;
        this.mean = random.nextDouble(16, 24);
        this.last = mean;
        this.lastRead = clock.instant();
    }

    @Override
    public String what() {
        return "the simulated room";
    }

    @Override
    public List<Reading> read() throws IOException {
        Instant now = clock.instant();
        double hours = Math.clamp(Duration.between(lastRead, now).toNanos() / 3.6e12, 0, 1);
        lastRead = now;
        // An Ornstein-Uhlenbeck process: it wanders, and is drawn back within some hours.
        wander += behaviour.drift() * Math.sqrt(hours) * random.nextGaussian() - wander * hours / 4;
        double day = now.getEpochSecond() % SECONDS_A_DAY / SECONDS_A_DAY;
        double temperature = mean
                + 3 * Math.sin(2 * Math.PI * (day - 0.375))
                + wander
                + behaviour.noise() * random.nextGaussian();
        return readings(disturbed(temperature));
    }

    private double disturbed(double temperature) throws IOException {
        if (faultsLeft == 0 && random.nextDouble() < behaviour.faults()) {
            fault = Fault.values()[random.nextInt(Fault.values().length)];
            faultsLeft = fault == Fault.SPIKE ? 1 : random.nextInt(3, 30);
        }
        if (faultsLeft > 0) {
            faultsLeft--;
            return switch (fault) {
                case SILENT -> throw new IOException("a simulated fault");
                case STUCK -> last;
                case SPIKE -> temperature + (random.nextBoolean() ? 40 : -40);
            };
        }
        last = temperature;
        return temperature;
    }

    private static List<Reading> readings(double temperature) {
        // The same water in warmer air is less of what the air could hold.
        double humidity = Math.clamp(55 - 2.5 * (temperature - 20), 0, 100);
        return List.of(
                new Reading("temperature", Math.round(temperature * 100) / 100.0, "Cel"),
                new Reading("humidity", Math.round(humidity * 10) / 10.0, "%"));
    }
}
