// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.sys;

import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicFilter;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Subscriptions by the levels of their filters, as mosquitto prints them at SIGUSR2, in alphabetical order.
 *
 * <p>Any thread.
 */
public final class SubscriptionTree {
    private record Entry(String filter, String clientId) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byFilter = filter.compareTo(other.filter);
            return byFilter != 0 ? byFilter : clientId.compareTo(other.clientId);
        }
    }

    private static final class Level {
        private final Map<String, Level> below = new TreeMap<>();
        private final StringBuilder clients = new StringBuilder();
    }

    private final Map<Entry, QoS> subscriptions = new ConcurrentSkipListMap<>();

    void add(TopicFilter filter, String clientId, QoS qos) {
        subscriptions.put(new Entry(filter.toString(), clientId), qos);
    }

    /** A line for each level, each with those who subscribed to the filter that ends there, and their QoS. */
    @Override
    public String toString() {
        Level top = new Level();
        subscriptions.forEach((entry, qos) -> levelOf(top, entry.filter)
                .clients
                .append(" (")
                .append(entry.clientId)
                .append(", ")
                .append(qos.code())
                .append(')'));
        StringBuilder text = new StringBuilder();
        write(top, "    ", text);
        return text.toString();
    }

    /** mosquitto keeps filters that begin with $ below a root of their own. */
    private static Level levelOf(Level top, String filter) {
        boolean shared = filter.startsWith("$share/");
        String[] words = (shared ? filter.substring("$share/".length()) : filter).split("/", -1);
        String root = shared ? "$share" : filter.startsWith("$") ? words[0] : "";
        Level level = below(top, root);
        for (String word : words) {
            level = below(level, word);
        }
        return level;
    }

    private static Level below(Level level, String word) {
        return level.below.computeIfAbsent(word, _ -> new Level());
    }

    private static void write(Level level, String indent, StringBuilder text) {
        level.below.forEach((word, next) -> {
            text.append(indent).append(word).append(next.clients).append('\n');
            write(next, indent + "  ", text);
        });
    }
}
