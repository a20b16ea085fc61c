// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.session.Outbox.Report;
import org.thecanary.broker.session.Session;
import org.thecanary.mqtt.topic.TopicName;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * What clients were lately kept from, and by which line of which file: at most one for each client, topic and minute, as
 * in the log.
 *
 * <p>Any thread.
 */
public final class Denials {
    private static final int MOST = 200;

    private final ArrayDeque<Denial> latest = new ArrayDeque<>(); // guarded by itself

    /**
     * Something that was denied.
     *
     * @param atMillis since the epoch
     * @param action publish or receive
     * @param rule file and line that denies it, or the file in which nothing allows it; empty for topics that the broker
     *     keeps for itself
     */
    public record Denial(
            long atMillis,
            String clientId,
            @Nullable String username,
            String action,
            String topic,
            String rule) {}

    void add(Session session, Report report, String topic) {
        boolean publish = report == Report.PUBLISH_DENIED;
        TopicName name = TopicName.of(topic);
        String rule = publish
                ? session.permissions().mayPublish(name)
                        ? ""
                        : session.permissions().publishRuleText(name)
                : session.permissions().receiveRuleText(name);
        Denial denial = new Denial(
                System.currentTimeMillis(),
                session.clientId(),
                session.username(),
                publish ? "publish" : "receive",
                topic,
                rule);
        synchronized (latest) {
            if (latest.size() == MOST) {
                latest.removeFirst();
            }
            latest.add(denial);
        }
    }

    /** The latest last. */
    public List<Denial> latest() {
        synchronized (latest) {
            return new ArrayList<>(latest);
        }
    }
}
