// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.session.Outbox.Report;
import org.thecanary.broker.session.Session;
import org.thecanary.mqtt.topic.TopicName;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What clients were lately kept from, and by which line of which file: at most one for each client, topic and minute, as
 * in the log. Those who may not even come in are kept apart, so that somebody who guesses passwords does not displace the
 * rest.
 *
 * <p>Any thread.
 */
public final class Denials {
    private static final int MOST = 200;
    private static final int MOST_REFUSED = 50;
    private static final long QUIET_MILLIS = 60_000;

    private final ArrayDeque<Denial> latest = new ArrayDeque<>(); // guarded by latest
    private final ArrayDeque<Denial> refused = new ArrayDeque<>(); // guarded by latest

    /**
     * Something that was denied.
     *
     * @param atMillis since the epoch
     * @param address of a client that was not let in; null for one that is connected
     * @param action publish, receive or connect
     * @param topic empty for connect
     * @param rule file and line that denies it, or the file in which nothing allows it; empty for topics that the broker
     *     keeps for itself
     */
    public record Denial(
            long atMillis,
            String clientId,
            @Nullable String username,
            @Nullable String address,
            String action,
            String topic,
            String rule) {
        private Denial at(long millis) {
            return new Denial(millis, clientId, username, address, action, topic, rule);
        }
    }

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
                null,
                publish ? "publish" : "receive",
                topic,
                rule);
        synchronized (latest) {
            add(latest, denial, MOST);
        }
    }

    private static void add(ArrayDeque<Denial> denials, Denial denial, int most) {
        if (denials.size() == most) {
            denials.removeFirst();
        }
        denials.add(denial);
    }

    /**
     * A client was not let in; the same again within a minute is no news.
     *
     * @param why with file and line, if they are known
     */
    public void refused(String clientId, @Nullable String username, String address, String why) {
        long now = System.currentTimeMillis();
        Denial denial = new Denial(now, clientId, username, address, "connect", "", why);
        synchronized (latest) {
            for (Denial other : refused) {
                if (now - other.atMillis < QUIET_MILLIS && denial.equals(other.at(now))) {
                    return;
                }
            }
            add(refused, denial, MOST_REFUSED);
        }
    }

    /** The latest last. */
    public List<Denial> latest() {
        List<Denial> all;
        synchronized (latest) {
            all = new ArrayList<>(latest);
            all.addAll(refused);
        }
        all.sort(Comparator.comparingLong(Denial::atMillis));
        return all;
    }
}
