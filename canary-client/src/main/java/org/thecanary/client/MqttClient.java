// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

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
public final class MqttClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MqttClient.class);

    /** Requests handled in one turn of the loop, so that what came from the Server gets its turn too. */
    private static final int REQUESTS_A_TURN = 1_024;

    private final ClientLoop loop;
    private final ConnectionKeeper keeper;
    private final Semaphore pending;
    private final int maxPending;

    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /**
     * A client that does nothing until {@link #connect}.
     *
     * @param threads owned by the caller, who closes it after the client
     */
    public MqttClient(ClientOptions options, ClientThreads threads, ClientEvents events) {
        loop = threads.next();
        keeper = new ConnectionKeeper(options, loop, events, this::acknowledgement);
        pending = new Semaphore(options.maxPending());
        maxPending = options.maxPending();
    }

    /**
     * Connects. With a {@link ReconnectPolicy} it goes on trying, and each failure is an event; the future fails when the
     * Server refuses for good or {@link #disconnect} comes first. Without one it fails at the first failure.
     *
     * <p>A client that has ended may connect again: with Clean Start as a new Session, else with the one it had.
     */
    public CompletableFuture<Connected> connect() {
        var answer = new Answer<Connected>();
        post(new Request() {
            @Override
            public void run() {
                keeper.connect(answer);
            }

            @Override
            public void failed(ClientException why) {
                answer.failed(why);
            }
        });
        return answer;
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
        check(message);
        if (!pending.tryAcquire()) {
            return CompletableFuture.failedFuture(new ClientException("cannot publish to "
                    + message.topic() + ": " + maxPending + " messages are pending already"));
        }
        return publishPermitted(message, topicAlias);
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
        if (loop.executor().inEventLoop()) {
            throw new IllegalStateException("publishBlocking on the client's event loop");
        }
        check(message);
        pending.acquire();
        return publishPermitted(message, 0);
    }

    /** Whether {@link #publish} would take one more. */
    public boolean isWritable() {
        return pending.availablePermits() > 0;
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
        check(subscriptions);
        var answer = new Answer<SubAck>();
        ask(
                answer,
                () -> keeper.session()
                        .subscribe(subscriptions, subscriptionIdentifier, userProperties, answer));
        return answer;
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
        check(filters);
        var answer = new Answer<UnsubAck>();
        ask(answer, () -> keeper.session().unsubscribe(filters, userProperties, answer));
        return answer;
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
        var left = new CompletableFuture<Void>();
        leave(packet, left);
        return left;
    }

    /**
     * Stops reading from the socket until {@link #resumeReceiving}, so that a Server which sends faster than the
     * application can take has to wait. A few messages that were read already still arrive.
     */
    public void pauseReceiving() {
        post(() -> keeper.pause(true));
    }

    /** Ends {@link #pauseReceiving}. */
    public void resumeReceiving() {
        post(() -> keeper.pause(false));
    }

    /** Ends the wait before the next attempt to reconnect, where there is one. */
    public void retryNow() {
        post(keeper::retryNow);
    }

    /** Whether a connection is established now. */
    public boolean isConnected() {
        return keeper.isConnected();
    }

    /**
     * Ends the client at once without DISCONNECT, so the Server publishes the Will; does nothing if it has ended, as
     * after {@link #disconnect}. Does not wait.
     */
    @Override
    public void close() {
        leave(null, new CompletableFuture<>());
    }

    // --- To the loop

    /** What another thread wants done on the loop. */
    private interface Request {
        void run();

        /** It could not be done: the loop is gone, or we broke. */
        default void failed(ClientException why) {}
    }

    /** The future of a request. */
    private static class Answer<T> extends CompletableFuture<T> implements Reply<T> {
        @Override
        public void done(T result) {
            complete(result);
        }

        @Override
        public void failed(ClientException why) {
            completeExceptionally(why);
        }
    }

    /** A publish on its way: its own request and its own future, as there may be many. */
    private final class Publishing extends Answer<PublishResult> implements Request {
        private final Message message;
        private final int topicAlias;

        private Publishing(Message message, int topicAlias) {
            this.message = message;
            this.topicAlias = topicAlias;
        }

        @Override
        public void run() {
            ClientException end = keeper.end();
            if (end != null) {
                failed(end);
            } else {
                keeper.session().publish(message, topicAlias, this);
            }
        }

        @Override
        public void done(PublishResult result) {
            pending.release();
            super.done(result);
        }

        @Override
        public void failed(ClientException why) {
            pending.release();
            super.failed(why);
        }
    }

    private static void check(Message message) {
        if (message.topic().isEmpty()) {
            throw new IllegalArgumentException("a message without a topic");
        }
    }

    private static void check(List<?> filters) {
        if (filters.isEmpty()) {
            throw new IllegalArgumentException(
                    "no Topic Filter"); // [MQTT-3.8.3-2], [MQTT-3.10.3-2]
        }
    }

    private CompletableFuture<PublishResult> publishPermitted(Message message, int topicAlias) {
        var publishing = new Publishing(message, topicAlias);
        post(publishing);
        return publishing;
    }

    private void leave(@Nullable Disconnect packet, CompletableFuture<Void> left) {
        post(new Request() {
            @Override
            public void run() {
                keeper.leave(packet, () -> left.complete(null));
            }

            @Override
            public void failed(ClientException why) {
                left.complete(null);
            }
        });
    }

    private Acknowledgement acknowledgement(Received received) {
        return reason -> post(() -> keeper.session().acknowledge(received, reason));
    }

    /** Asks something of the session, which fails where there will be no connection any more. */
    private <T> void ask(Answer<T> answer, Runnable what) {
        post(new Request() {
            @Override
            public void run() {
                ClientException end = keeper.end();
                if (end != null) {
                    answer.failed(end);
                } else {
                    what.run();
                }
            }

            @Override
            public void failed(ClientException why) {
                answer.failed(why);
            }
        });
    }

    private void post(Request request) {
        requests.add(request);
        schedule();
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            try {
                loop.executor().execute(this::runRequests);
            } catch (RejectedExecutionException _) {
                scheduled.set(false);
                var why = new ClientException("the client's threads are closed");
                for (Request next = requests.poll(); next != null; next = requests.poll()) {
                    next.failed(why);
                }
            }
        }
    }

    /** All that was asked meanwhile, and one flush for it. */
    private void runRequests() {
        scheduled.set(false);
        Request next = requests.poll();
        for (int done = 1; next != null; done++) {
            try {
                next.run();
            } catch (RuntimeException mistake) {
                LOG.error("internal error in a request", mistake);
                next.failed(new ClientException("internal error: " + mistake));
            }
            next = done < REQUESTS_A_TURN ? requests.poll() : null;
        }
        keeper.flush();
        if (!requests.isEmpty()) {
            schedule();
        }
    }
}
