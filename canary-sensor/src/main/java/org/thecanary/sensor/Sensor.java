// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.client.Acknowledgement;
import org.thecanary.client.ClientEvents;
import org.thecanary.client.ClientOptions;
import org.thecanary.client.ClientThreads;
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

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A running sensor: a {@link SensorAgent}, its thread, and its connection to the broker, which it gets again when it is
 * lost.
 *
 * <p>Any thread.
 */
public final class Sensor implements AutoCloseable {
    /** How long a stop waits for the broker. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private static final CompletableFuture<?> NOTHING = CompletableFuture.completedFuture(true);

    private final SensorOptions options;
    private final SensorEvents events;
    private final ClientThreads network = new ClientThreads();
    private final ScheduledExecutorService thread;
    private final MqttClient client;
    private final CompletableFuture<Disconnected> ended = new CompletableFuture<>();

    // Of the sensor's thread.
    private final SensorAgent agent;
    private final Set<String> refusedTopics = new HashSet<>();
    private CompletableFuture<?> lastSent = NOTHING;
    private @Nullable ScheduledFuture<?> nextTurn;

    private Sensor(SensorOptions options, SensorEvents events) {
        this.options = options;
        this.events = events;
        this.thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("sensor").factory());
        String boot = "%016x".formatted(new SecureRandom().nextLong());
        this.client = new MqttClient(clientOptions(options, boot), network, new Incoming());
        this.agent = new SensorAgent(
                options.topics(),
                Probes.find(options.root()),
                options.sampling(),
                options.limits(),
                boot,
                Instant.now(),
                this::send,
                events);
    }

    private static ClientOptions clientOptions(SensorOptions options, String boot) {
        Will will = new Will(
                message(
                        options.topics().status(),
                        new SensorStatus.Offline(boot, SensorStatus.Offline.LOST).json(),
                        true),
                0);
        ClientOptions.Builder builder = ClientOptions.builder(options.broker())
                .clientId("sensor-" + boot)
                .keepAlive(Duration.ofSeconds(15))
                .will(will)
                .reconnect(ReconnectPolicy.backOff(Duration.ofMillis(500), Duration.ofSeconds(15)));
        if (options.credential() != null) {
            builder.credentials(
                    options.credential().username(), options.credential().password());
        }
        return builder.build();
    }

    /** Starts a sensor, which goes on trying until it is connected, closed, or refused for good. */
    public static Sensor start(SensorOptions options, SensorEvents events) {
        Sensor sensor = new Sensor(options, events);
        sensor.post(sensor.agent::begin);
        // How an attempt went is told by events.
        sensor.client.connect().exceptionally(_ -> null);
        return sensor;
    }

    /** Completes when the broker has refused the sensor for good: with why. */
    public CompletableFuture<Disconnected> ended() {
        return ended.copy();
    }

    /** Says that it stops, waits a moment for the broker to hear it, and disconnects. */
    @Override
    public void close() {
        try {
            if (client.isConnected()) {
                CompletableFuture.supplyAsync(this::farewell, thread)
                        .thenCompose(sent -> sent)
                        .get(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
                client.disconnect().get(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
            // The broker did not hear it; the Will says it then.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            thread.shutdownNow();
            client.close();
            network.close();
        }
    }

    private CompletableFuture<?> farewell() {
        lastSent = NOTHING;
        agent.stop();
        return lastSent;
    }

    private boolean send(String topic, String payload, boolean retain) {
        if (!client.isConnected() || !client.isWritable()) {
            return false;
        }
        CompletableFuture<PublishResult> sent = client.publish(message(topic, payload, retain));
        lastSent = sent;
        sent.whenComplete((result, _) -> {
            if (result != null && result.reason().isError()) {
                post(() -> refused(
                        "The broker does not take what is published to " + topic,
                        result.reason().name()));
            }
        });
        return true;
    }

    private void refused(String what, String reason) {
        String sentence = what + ": " + reason.toLowerCase(Locale.ROOT).replace('_', ' ') + ".";
        if (refusedTopics.add(sentence)) {
            events.told(sentence);
        }
    }

    private static Message message(String topic, String payload, boolean retain) {
        return new Message(
                TopicName.of(topic),
                QoS.AT_LEAST_ONCE,
                retain,
                payload.getBytes(UTF_8),
                MessageProperties.NONE);
    }

    private void post(Runnable task) {
        try {
            thread.execute(task);
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
        }
        long nanos = agent.nanosUntilNext(System.nanoTime());
        if (nanos != Long.MAX_VALUE) {
            try {
                nextTurn = thread.schedule(this::turn, nanos, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                nextTurn = null; // the sensor was closed
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
                agent.connected(System.nanoTime());
                schedule();
            });
        }

        @Override
        public void disconnected(Disconnected disconnected) {
            boolean was = connected;
            connected = false;
            post(() -> {
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
