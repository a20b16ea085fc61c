// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
import org.thecanary.mqtt.topic.TopicName;
import org.thecanary.web.payload.PayloadReader;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The MQTT client: a session that outlives connections and restarts, QoS 1, each message acknowledged by whoever took it.
 *
 * <p>Any thread; messages are handed on by the client's loop.
 */
final class BrokerLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("web");

    /** After this time the broker may forget us, and what it keeps for us. */
    private static final Duration SESSION = Duration.ofDays(7);

    /** A payload that is read, and the longest topic, and some. */
    private static final int LARGEST_PACKET = PayloadReader.LARGEST + 70_000;

    private static final Duration SLOWEST_RETRY = Duration.ofSeconds(5);

    private final ClientThreads threads;
    private final MqttClient client;
    private final String broker;

    private volatile State state = new State(false, System.currentTimeMillis(), "", 0);

    /** @param retryMillis when it is tried again; 0: it is not */
    private record State(boolean connected, long sinceMillis, String sentence, long retryMillis) {}

    BrokerLink(WebOptions options, Consumer<Arrival> taker) {
        ClientOptions.Builder client = ClientOptions.builder(options.broker())
                .clientId(options.clientId())
                .cleanStart(false)
                .sessionExpiry(SESSION)
                .keepAlive(Duration.ofSeconds(15))
                .manualAcknowledgement(true)
                .maximumPacketSize(LARGEST_PACKET)
                .reconnect(new ReconnectPolicy(
                        true,
                        Duration.ofMillis(500),
                        SLOWEST_RETRY,
                        Duration.ofSeconds(10),
                        false));
        if (options.credential() != null) {
            client.credentials(
                    options.credential().username(), options.credential().password());
        }
        this.broker = options.broker().describe();
        this.threads = new ClientThreads();
        this.client = new MqttClient(client.build(), threads, new Events(taker));
    }

    /** Connects, and goes on trying. */
    void start() {
        client.connect();
        client.subscribe("sensor/#", QoS.AT_LEAST_ONCE);
        client.subscribe("$SYS/#", QoS.AT_MOST_ONCE);
    }

    void pause(boolean paused) {
        if (paused) {
            client.pauseReceiving();
        } else {
            client.resumeReceiving();
        }
    }

    /** Publishes at QoS 1; completes when the broker has it. */
    CompletableFuture<PublishResult> publish(String topic, byte[] payload, boolean retain) {
        return client.publish(new Message(
                TopicName.of(topic), QoS.AT_LEAST_ONCE, retain, payload, MessageProperties.NONE));
    }

    /** Somebody does not want to wait for the next attempt. */
    void tryNow() {
        client.retryNow();
    }

    boolean isConnected() {
        return state.connected;
    }

    /** For a page. */
    Map<String, Object> view() {
        State now = state;
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("address", broker);
        view.put("connected", now.connected);
        view.put("since", now.sinceMillis);
        view.put("sentence", now.sentence);
        view.put("retry", now.retryMillis);
        return view;
    }

    @Override
    public void close() {
        try {
            client.disconnect().get(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException
                | java.util.concurrent.TimeoutException e) {
            client.close();
        }
        threads.close();
    }

    /** Owner: the client's loop. */
    private final class Events implements ClientEvents {
        private final Consumer<Arrival> taker;
        private @Nullable String said;

        Events(Consumer<Arrival> taker) {
            this.taker = taker;
        }

        @Override
        public void received(Publish publish, Acknowledgement acknowledgement) {
            Message message = publish.message();
            taker.accept(new Arrival(
                    message.topic().toString(),
                    message.payload(),
                    message.retain(),
                    System.currentTimeMillis(),
                    acknowledgement));
        }

        @Override
        public void connected(Connected connected) {
            state = new State(true, System.currentTimeMillis(), "", 0);
            if (said != null) {
                LOG.warn("web: connected to {} again", broker);
                said = null;
            }
        }

        @Override
        public void disconnected(Disconnected end) {
            long now = System.currentTimeMillis();
            State before = state;
            Duration retry = end.retryIn();
            state = new State(
                    false,
                    before.connected || before.sentence.isEmpty() ? now : before.sinceMillis,
                    end.sentence(),
                    retry == null ? 0 : now + retry.toMillis());
            if (end.cause() != Disconnected.Cause.APPLICATION && !end.sentence().equals(said)) {
                said = end.sentence();
                LOG.warn(
                        "web: {}{}",
                        end.sentence(),
                        retry == null ? "" : "; trying again until it works");
            }
        }
    }
}
