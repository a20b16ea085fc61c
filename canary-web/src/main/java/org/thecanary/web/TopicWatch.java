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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The topics there are, for the page that shows them. It has a connection of its own, which tells a retained message from
 * a fresh one (Retain As Published), and only while somebody looks: {@link #KEPT_MILLIS} after the last call it leaves.
 *
 * <p>However many topics a broker has and whatever is said on them, this keeps {@value #MOST_TOPICS} of them and
 * {@value #MOST_BYTES} bytes of their messages, the latest; so a page is no larger than a browser can bear.
 *
 * <p>Any thread.
 */
final class TopicWatch implements AutoCloseable {
    private static final long KEPT_MILLIS = 60_000;
    static final int MOST_TOPICS = 5_000;
    static final int MOST_BYTES = 8 << 20;

    /** A name that is longer, or deeper, is nobody's to read. */
    static final int LONGEST_NAME = 500;

    private static final int DEEPEST = 50;
    private static final int LONGEST_LAST = 80;
    private static final int MOST_LEFT_OUT = 100_000;
    private static final int LARGEST_SHOWN = 4_096;
    private static final int MESSAGES = 20;

    private final WebOptions options;
    private final Map<String, Topic> topics = new TreeMap<>();

    /** The messages of all topics, and some that were forgotten already. */
    private final Deque<Kept> oldestFirst = new ArrayDeque<>();

    private int forgotten;
    private long bytes;

    /** Topics there was no room for, by a hash of the name. */
    private final Set<Integer> leftOut = new HashSet<>();

    private @Nullable ClientThreads threads;
    private @Nullable MqttClient client;
    private long lastCall;

    private static final class Kept {
        private final Topic topic;
        private final long timeMillis;
        private final int bytes;
        private final String text;
        private boolean forgotten;

        Kept(Topic topic, long timeMillis, int bytes, String text) {
            this.topic = topic;
            this.timeMillis = timeMillis;
            this.bytes = bytes;
            this.text = text;
        }

        /** Bytes of memory, more or less. */
        int cost() {
            return 2 * text.length() + 100;
        }
    }

    private static final class Topic {
        private final Deque<Kept> messages = new ArrayDeque<>();
        private long sinceMillis;
        private long count;
        private long timeMillis;
        private boolean retained;
        private int qos;
        private String last = "";
    }

    /** What is shown of all topics, and of how many nothing is. */
    record Shown(List<Object> topics, int leftOut) {}

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

    /** A message came. */
    synchronized void heard(Message message, long nowMillis) {
        String name = message.topic().toString();
        Topic topic = topics.get(name);
        if (topic == null) {
            if (topics.size() >= MOST_TOPICS
                    || name.length() > LONGEST_NAME
                    || name.chars().filter(c -> c == '/').count() >= DEEPEST) {
                if (leftOut.size() < MOST_LEFT_OUT) {
                    leftOut.add(name.hashCode());
                }
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
        String text = new String(message.payload(), 0, shown, StandardCharsets.UTF_8);
        topic.last = text.length() > LONGEST_LAST ? text.substring(0, LONGEST_LAST) : text;
        Kept kept = new Kept(topic, nowMillis, message.payloadBytes(), text);
        topic.messages.addFirst(kept);
        oldestFirst.addLast(kept);
        bytes += kept.cost();
        if (topic.messages.size() > MESSAGES) {
            forgetOldestOf(topic);
        }
        while (bytes > MOST_BYTES) {
            Kept oldest = oldestFirst.getFirst();
            if (oldest.forgotten) {
                oldestFirst.removeFirst();
                forgotten--;
            } else {
                forgetOldestOf(oldest.topic);
            }
        }
        if (forgotten > oldestFirst.size() / 2 + MESSAGES) {
            oldestFirst.removeIf(each -> each.forgotten);
            forgotten = 0;
        }
    }

    private void forgetOldestOf(Topic topic) {
        Kept oldest = topic.messages.removeLast();
        oldest.forgotten = true;
        forgotten++;
        bytes -= oldest.cost();
    }

    /** All topics with what they said last. */
    synchronized Shown views(long nowMillis) {
        open(nowMillis);
        return shown(nowMillis);
    }

    synchronized Shown shown(long nowMillis) {
        List<Object> views = new ArrayList<>();
        topics.forEach((name, topic) -> {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("name", name);
            view.put("last", topic.last);
            view.put("time", topic.timeMillis);
            view.put("retained", topic.retained);
            long watched = nowMillis - topic.sinceMillis;
            view.put("rate", watched < 2_000 ? 0 : (topic.count - 1) * 1000.0 / watched);
            views.add(view);
        });
        return new Shown(views, leftOut.size());
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
                "messages",
                        topic.messages.stream()
                                .map(kept -> Map.of(
                                        "time",
                                        kept.timeMillis,
                                        "bytes",
                                        kept.bytes,
                                        "text",
                                        kept.text))
                                .toList());
    }

    /** Leaves the broker where nobody has looked for a while. */
    synchronized void tick(long nowMillis) {
        if (client != null && nowMillis - lastCall > KEPT_MILLIS) {
            close();
            topics.clear();
            oldestFirst.clear();
            forgotten = 0;
            bytes = 0;
            leftOut.clear();
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
