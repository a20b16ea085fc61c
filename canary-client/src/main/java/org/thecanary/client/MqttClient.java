// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.packet.UnsubAck;
import org.thecanary.mqtt.packet.UserProperty;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * An MQTT client: one Session with one Server, over one Network Connection after another.
 *
 * <pre>{@code
 * try (var threads = new ClientThreads();
 *         var client = new MqttClient(ClientOptions.builder("localhost", 1883).build(), threads, events)) {
 *     client.connect().join();
 *     client.subscribe("sensor/#", QoS.AT_LEAST_ONCE).join();
 *     client.publish("sensor/data", payload, QoS.AT_LEAST_ONCE).join();
 *     client.disconnect().join();
 * }
 * }</pre>
 *
 * <p>Nothing blocks but what says so. Futures complete on the client's event loop, and what hangs on them must not block
 * either; they fail with {@link ClientException}. Requests may be made before and between connections: they wait for the
 * next one, and fail when there will be none.
 *
 * <p>Any thread.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class MqttClient implements AutoCloseable {

    /**
     * A client that does nothing until {@link #connect}.
     *
     * @param threads owned by the caller, who closes it after the client
     */
    public MqttClient(ClientOptions options, ClientThreads threads, ClientEvents events) {}

    /**
     * Connects. With a {@link ReconnectPolicy} it goes on trying, and each failure is an event; the future fails when the
     * Server refuses for good or {@link #disconnect} comes first. Without one it fails at the first failure.
     *
     * <p>A client that has ended may connect again; it then starts with the Session it had.
     */
    public CompletableFuture<Connected> connect() {
        throw new UnsupportedOperationException();
    }

    /**
     * Publishes; completes when QoS 0 is written to the socket, QoS 1 acknowledged, QoS 2 complete.
     *
     * <p>Fails at once when {@link ClientOptions#maxPending} publishes are pending ({@link #isWritable}), or the message is
     * more than the Server accepts. QoS 0 fails if its connection ends before it is written; QoS 1 and 2 outlive
     * connections.
     */
    public CompletableFuture<PublishResult> publish(Message message) {
        return publish(message, 0);
    }

    /**
     * Publishes with a Topic Alias of the application's choice. The Topic Name always goes along, so nothing depends on
     * what went before.
     *
     * @param topicAlias 1 to the Server's Topic Alias Maximum, or 0: none
     */
    public CompletableFuture<PublishResult> publish(Message message, int topicAlias) {
        throw new UnsupportedOperationException();
    }

    /**
     * Publishes without properties, not retained.
     *
     * @param payload not to be modified until the future completes
     */
    public CompletableFuture<PublishResult> publish(String topic, byte[] payload, QoS qos) {
        return publish(
                new Message(TopicName.of(topic), qos, false, payload, MessageProperties.NONE));
    }

    /**
     * Publishes as {@link #publish(Message)}, but first waits until fewer than {@link ClientOptions#maxPending} are pending.
     *
     * @throws IllegalStateException on the client's event loop, which must not wait for itself
     */
    public CompletableFuture<PublishResult> publishBlocking(Message message)
            throws InterruptedException {
        throw new UnsupportedOperationException();
    }

    /** Whether {@link #publish} would take one more. */
    public boolean isWritable() {
        throw new UnsupportedOperationException();
    }

    /** Subscribes; the SUBACK tells for each line what the Server granted. Outlives connections. */
    public CompletableFuture<SubAck> subscribe(List<Subscription> subscriptions) {
        return subscribe(subscriptions, 0, List.of());
    }

    /**
     * Subscribes.
     *
     * @param subscriptionIdentifier 1 to 268,435,455, or 0: none; version 5
     */
    public CompletableFuture<SubAck> subscribe(
            List<Subscription> subscriptions,
            int subscriptionIdentifier,
            List<UserProperty> userProperties) {
        throw new UnsupportedOperationException();
    }

    /** Subscribes to one filter. */
    public CompletableFuture<SubAck> subscribe(String filter, QoS qos) {
        return subscribe(
                List.of(new Subscription(TopicFilter.of(filter), SubscriptionOptions.of(qos))));
    }

    /** Unsubscribes; for 3.x the UNSUBACK has no reasons. */
    public CompletableFuture<UnsubAck> unsubscribe(List<TopicFilter> filters) {
        return unsubscribe(filters, List.of());
    }

    /** Unsubscribes with User Properties; version 5. */
    public CompletableFuture<UnsubAck> unsubscribe(
            List<TopicFilter> filters, List<UserProperty> userProperties) {
        throw new UnsupportedOperationException();
    }

    /** Leaves with a normal DISCONNECT: the Server discards the Will. */
    public CompletableFuture<Void> disconnect() {
        return disconnect(Disconnect.NORMAL);
    }

    /**
     * Leaves; completes when the connection is closed. What was requested before is sent first, but not waited for: wait
     * for its futures. What is still pending then fails.
     *
     * @param packet {@link ReasonCode#DISCONNECT_WITH_WILL_MESSAGE} publishes the Will; 3.x can only leave normally
     */
    public CompletableFuture<Void> disconnect(Disconnect packet) {
        throw new UnsupportedOperationException();
    }

    /**
     * Stops reading from the socket until {@link #resumeReceiving}, so that a Server which sends faster than the
     * application can take has to wait. A few messages that were read already still arrive.
     */
    public void pauseReceiving() {
        throw new UnsupportedOperationException();
    }

    /** Ends {@link #pauseReceiving}. */
    public void resumeReceiving() {
        throw new UnsupportedOperationException();
    }

    /** Whether a connection is established now. */
    public boolean isConnected() {
        throw new UnsupportedOperationException();
    }

    /**
     * Ends the client at once without DISCONNECT, so the Server publishes the Will; does nothing if it has ended, as
     * after {@link #disconnect}. Does not wait.
     */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
