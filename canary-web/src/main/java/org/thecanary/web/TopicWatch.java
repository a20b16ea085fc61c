// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import org.jspecify.annotations.Nullable;
import org.thecanary.client.Acknowledgement;
import org.thecanary.client.ClientEvents;
import org.thecanary.client.ClientOptions;
import org.thecanary.client.ClientThreads;
import org.thecanary.client.MqttClient;
import org.thecanary.client.ReconnectPolicy;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.topic.TopicFilter;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The topics there are, for the page that shows them. It has a connection of its own, which tells a retained message from
 * a fresh one (Retain As Published), and only while somebody looks: {@link #KEPT_MILLIS} after the last call it leaves.
 *
 * <p>Any thread.
 */
final class TopicWatch implements AutoCloseable {
    private static final long KEPT_MILLIS = 60_000;
    private static final int MOST_TOPICS = 20_000;
    private static final int LARGEST_SHOWN = 4_096;
    private static final int MESSAGES = 20;

    private final WebOptions options;
    private final Map<String, Topic> topics = new TreeMap<>();
    private @Nullable ClientThreads threads;
    private @Nullable MqttClient client;
    private long lastCall;

    private static final class Topic {
        private final Deque<Map<String, Object>> messages = new ArrayDeque<>();
        private long sinceMillis;
        private long count;
        private long timeMillis;
        private boolean retained;
        private int qos;
        private String last = "";
    }

    TopicWatch(WebOptions options) {
        this.options = options;
    }

    private void open(long nowMillis) {
        lastCall = nowMillis;
        if (client != null) {
            return;
        }
        ClientOptions.Builder builder = ClientOptions.builder(options.broker())
                .clientId(options.clientId() + "-topics")
                .maximumPacketSize(1 << 20)
                .reconnect(ReconnectPolicy.DEFAULT);
        if (options.credential() != null) {
            builder.credentials(
                    options.credential().username(), options.credential().password());
        }
        ClientThreads ownThreads = new ClientThreads();
        MqttClient watching = new MqttClient(builder.build(), ownThreads, new ClientEvents() {
            @Override
            public void received(Publish publish, Acknowledgement acknowledgement) {
                heard(publish.message(), System.currentTimeMillis());
            }
        });
        watching.connect();
        var asPublished = new SubscriptionOptions(
                QoS.AT_MOST_ONCE, false, true, SubscriptionOptions.RetainHandling.SEND);
        watching.subscribe(List.of(
                new Subscription(TopicFilter.of("#"), asPublished),
                new Subscription(TopicFilter.of("$SYS/#"), asPublished)));
        threads = ownThreads;
        client = watching;
    }

    private synchronized void heard(Message message, long nowMillis) {
        String name = message.topic().toString();
        Topic topic = topics.get(name);
        if (topic == null) {
            if (topics.size() >= MOST_TOPICS) {
                return;
            }
            topic = new Topic();
            topic.sinceMillis = nowMillis;
            topics.put(name, topic);
        }
        if (message.retain()) {
            topic.retained = message.payloadBytes() > 0;
        }
        topic.count++;
        topic.timeMillis = nowMillis;
        topic.qos = message.qos().code();
        int shown = Math.min(message.payloadBytes(), LARGEST_SHOWN);
        topic.last = new String(message.payload(), 0, shown, StandardCharsets.UTF_8);
        Map<String, Object> kept = new LinkedHashMap<>();
        kept.put("time", nowMillis);
        kept.put("bytes", message.payloadBytes());
        kept.put("text", topic.last);
        topic.messages.addFirst(kept);
        if (topic.messages.size() > MESSAGES) {
            topic.messages.removeLast();
        }
    }

    /** All topics with what they said last. */
    synchronized List<Object> views(long nowMillis) {
        open(nowMillis);
        List<Object> views = new ArrayList<>();
        topics.forEach((name, topic) -> {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("name", name);
            view.put("last", topic.last.length() > 80 ? topic.last.substring(0, 80) : topic.last);
            view.put("time", topic.timeMillis);
            view.put("retained", topic.retained);
            long watched = nowMillis - topic.sinceMillis;
            view.put("rate", watched < 2_000 ? 0 : (topic.count - 1) * 1000.0 / watched);
            views.add(view);
        });
        return views;
    }

    /** One topic with its latest messages; empty where there is none. */
    synchronized Map<String, Object> view(String name, long nowMillis) {
        open(nowMillis);
        Topic topic = topics.get(name);
        if (topic == null) {
            return Map.of();
        }
        return Map.of(
                "name", name,
                "retained", topic.retained,
                "qos", topic.qos,
                "count", topic.count,
                "messages", List.copyOf(topic.messages));
    }

    /** Leaves the broker where nobody has looked for a while. */
    synchronized void tick(long nowMillis) {
        if (client != null && nowMillis - lastCall > KEPT_MILLIS) {
            close();
            topics.clear();
        }
    }

    @Override
    public synchronized void close() {
        MqttClient leaving = client;
        ClientThreads ending = threads;
        client = null;
        threads = null;
        if (leaving != null && ending != null) {
            leaving.disconnect().whenComplete((_, _) -> ending.close());
        }
    }
}
