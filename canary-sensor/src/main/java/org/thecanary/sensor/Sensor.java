// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.client.Acknowledgement;
import org.thecanary.client.ClientEvents;
import org.thecanary.client.ClientOptions;
import org.thecanary.client.Connected;
import org.thecanary.client.Disconnected;
import org.thecanary.client.MqttClient;
import org.thecanary.client.PublishResult;
import org.thecanary.client.ReconnectPolicy;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.Will;
import org.thecanary.mqtt.topic.TopicName;
import org.thecanary.sensor.backlog.Backlog;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A running sensor: a {@link SensorAgent}, what it keeps, and its connection to the broker, which it gets again when it
 * is lost.
 *
 * <p>Any thread.
 */
public final class Sensor implements AutoCloseable {
    /** How long a stop waits for the broker. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private static final CompletableFuture<?> NOTHING = CompletableFuture.completedFuture(true);

    /** How long until what the broker refused is offered again. */
    private static final Duration AFTER_REFUSAL = Duration.ofSeconds(30);

    private final SensorOptions options;
    private final SensorEvents events;
    private final SensorThreads threads;
    private final boolean ownsThreads;
    private final Backlog backlog;
    private final MqttClient client;
    private final CompletableFuture<Disconnected> ended = new CompletableFuture<>();

    // Of the sensor's thread.
    private final SensorAgent agent;
    private final Delivery delivery;
    private final Set<String> toldOnce = new HashSet<>();
    private CompletableFuture<?> lastSent = NOTHING;
    private @Nullable ScheduledFuture<?> nextTurn;

    private Sensor(
            SensorOptions options,
            SensorEvents events,
            SensorThreads threads,
            boolean ownsThreads,
            Backlog backlog) {
        this.options = options;
        this.events = events;
        this.threads = threads;
        this.ownsThreads = ownsThreads;
        this.backlog = backlog;
        String boot = "%016x".formatted(new SecureRandom().nextLong());
        this.client =
                new MqttClient(clientOptions(options, boot), threads.network(), new Incoming());
        this.delivery = new Delivery(backlog, new Way());
        this.agent = new SensorAgent(
                options.probes(),
                options.sampling(),
                options.limits(),
                boot,
                Instant.now(),
                new Sink(),
                events);
    }

    private static ClientOptions clientOptions(SensorOptions options, String boot) {
        Will will = new Will(
                message(
                        options.topics().status(),
                        new SensorStatus.Offline(boot, SensorStatus.Offline.LOST)
                                .json()
                                .getBytes(UTF_8),
                        true),
                0);
        ClientOptions.Builder builder = ClientOptions.builder(options.broker())
                .clientId(options.clientId())
                .keepAlive(Duration.ofSeconds(15))
                .will(will)
                .reconnect(ReconnectPolicy.backOff(Duration.ofMillis(500), Duration.ofSeconds(15)));
        if (options.credential() != null) {
            builder.credentials(
                    options.credential().username(), options.credential().password());
        }
        return builder.build();
    }

    /**
     * Starts a sensor, which goes on trying until it is connected, closed, or refused for good.
     *
     * @throws IOException with a sentence, if its store cannot be used
     */
    public static Sensor start(SensorOptions options, SensorEvents events) throws IOException {
        SensorThreads threads = new SensorThreads();
        try {
            return start(options, events, threads, true);
        } catch (IOException e) {
            threads.close();
            throw e;
        }
    }

    /** Starts a sensor as {@link #start(SensorOptions, SensorEvents)}, on threads that others use too. */
    public static Sensor start(SensorOptions options, SensorEvents events, SensorThreads threads)
            throws IOException {
        return start(options, events, threads, false);
    }

    private static Sensor start(
            SensorOptions options, SensorEvents events, SensorThreads threads, boolean ownsThreads)
            throws IOException {
        Backlog backlog = options.store().open();
        threads.keepOnDisk(backlog);
        Sensor sensor = new Sensor(options, events, threads, ownsThreads, backlog);
        sensor.post(() -> {
            sensor.agent.begin(System.nanoTime());
            sensor.schedule();
        });
        // How an attempt went is told by events.
        sensor.client.connect().exceptionally(_ -> null);
        return sensor;
    }

    /** Completes when the broker has refused the sensor for good: with why. */
    public CompletableFuture<Disconnected> ended() {
        return ended.copy();
    }

    /**
     * Says that it stops, waits a moment for the broker to hear it, and disconnects. What has not arrived by then stays
     * in the store.
     */
    @Override
    public void close() {
        try {
            CompletableFuture<?> said = CompletableFuture.supplyAsync(
                            this::farewell, threads.sensors())
                    .thenCompose(sent -> sent);
            if (client.isConnected()) {
                said.get(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
                client.disconnect().get(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
            // The broker did not hear it; the Will says it then.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            client.close();
            threads.forget(backlog);
            post(delivery::close);
            if (ownsThreads) {
                threads.close();
            }
        }
    }

    private CompletableFuture<?> farewell() {
        lastSent = NOTHING;
        agent.stop();
        schedule();
        return lastSent;
    }

    private CompletableFuture<PublishResult> publish(String topic, byte[] payload, boolean retain) {
        CompletableFuture<PublishResult> sent = client.publish(message(topic, payload, retain));
        lastSent = sent;
        var _ = sent.whenComplete((result, _) -> {
            if (result != null && result.reason().isError()) {
                post(() -> refused(
                        "The broker does not take what is published to " + topic,
                        result.reason().name()));
            }
        });
        return sent;
    }

    private void refused(String what, String reason) {
        tellOnce(what + ": " + reason.toLowerCase(Locale.ROOT).replace('_', ' ') + ".");
    }

    private void tellOnce(String sentence) {
        if (toldOnce.add(sentence)) {
            events.told(sentence);
        }
    }

    private static Message message(String topic, byte[] payload, boolean retain) {
        return new Message(
                TopicName.of(topic), QoS.AT_LEAST_ONCE, retain, payload, MessageProperties.NONE);
    }

    private void post(Runnable task) {
        try {
            threads.sensors().execute(task);
        } catch (RejectedExecutionException e) {
            // The sensor was closed.
        }
    }

    private void turn() {
        agent.turn(System.nanoTime(), Instant.now());
        schedule();
    }

    private void schedule() {
        if (nextTurn != null) {
            nextTurn.cancel(false);
            nextTurn = null;
        }
        long nanos = agent.nanosUntilNext(System.nanoTime());
        if (nanos != Long.MAX_VALUE) {
            try {
                nextTurn = threads.sensors().schedule(this::turn, nanos, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                // The sensor was closed.
            }
        }
    }

    private void subscribe() {
        client.subscribe(options.topics().sampling(), QoS.AT_LEAST_ONCE)
                .whenComplete((answer, _) -> {
                    if (answer != null && answer.reasons().getFirst().isError()) {
                        post(() -> refused(
                                "The broker does not let the sensor read "
                                        + options.topics().sampling(),
                                answer.reasons().getFirst().name()));
                    }
                });
    }

    /** What the agent has to say. */
    private final class Sink implements Link {

        @Override
        public void measurement(String json) {
            delivery.add(json.getBytes(UTF_8));
        }

        @Override
        public void status(String json) {
            if (client.isConnected()) {
                var _ = publish(options.topics().status(), json.getBytes(UTF_8), true);
            }
        }

        @Override
        public long waiting() {
            return delivery.waiting();
        }

        @Override
        public long dropped() {
            return delivery.dropped();
        }
    }

    /** How measurements go. */
    private final class Way implements Delivery.Wire {

        @Override
        public CompletableFuture<PublishResult> publish(byte[] payload) {
            return Sensor.this.publish(options.topics().data(), payload, false);
        }

        @Override
        public void post(Runnable task) {
            Sensor.this.post(task);
        }

        @Override
        public void postLater(Runnable task) {
            try {
                var _ = threads.sensors()
                        .schedule(task, AFTER_REFUSAL.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                // The sensor was closed.
            }
        }

        @Override
        public void tell(String sentence) {
            tellOnce(sentence);
        }
    }

    /** Carries what happens on the network over to the sensor's thread. */
    private final class Incoming implements ClientEvents {
        // Of the client's loop.
        private boolean connected;

        @Override
        public void received(Publish publish, Acknowledgement acknowledgement) {
            byte[] payload = publish.message().payload();
            post(() -> {
                agent.instructed(payload, System.nanoTime());
                schedule();
            });
        }

        @Override
        public void connected(Connected accepted) {
            connected = true;
            subscribe();
            post(() -> {
                events.connected();
                agent.connected();
                delivery.connected();
            });
        }

        @Override
        public void disconnected(Disconnected disconnected) {
            boolean was = connected;
            connected = false;
            post(() -> {
                delivery.disconnected();
                if (was) {
                    agent.disconnected(disconnected.sentence(), Instant.now());
                }
                events.disconnected(disconnected);
            });
            if (!disconnected.willReconnect()) {
                ended.complete(disconnected);
            }
        }
    }
}
