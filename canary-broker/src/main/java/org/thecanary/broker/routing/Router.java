// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.routing.RetainedMessages.Retained;
import org.thecanary.broker.routing.Subscriber.ToGroup;
import org.thecanary.broker.routing.Subscriber.ToSession;
import org.thecanary.broker.session.Publication;
import org.thecanary.broker.session.SessionSubscription;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.topic.TopicName;

/**
 * Decides who gets a message, and keeps it if it is to be retained.
 *
 * <p>Owner: its loop. Each loop has its own, over the {@link RoutingTable} they share.
 */
public final class Router {
    /*
     * Most messages go to a topic that had one before. The subscribers of the latest topics are remembered, each as long
     * as the trie says that nothing has changed for it. A power of two places, a topic in the one its hash names.
     */
    private static final int REMEMBERED = 1024;

    private record Route(TopicName topic, long version, Subscriber[] subscribers) {}

    private final BrokerLoop loop;
    private final RoutingTable table;
    private final @Nullable Route[] routes = new @Nullable Route[REMEMBERED];
    private final SubscriptionTrie.Matches<Subscriber> matches = new SubscriptionTrie.Matches<>();

    public Router(BrokerLoop loop, RoutingTable table) {
        this.loop = loop;
        this.table = table;
    }

    /** The loop that owns it. */
    public BrokerLoop loop() {
        return loop;
    }

    RoutingTable table() {
        return table;
    }

    /**
     * Gives a message to everybody who is owed it, this loop's sessions at once and others by their loops.
     *
     * @return how many subscriptions matched
     */
    public int route(Publication publication) {
        Message message = publication.message();
        if (message.retain()) {
            retain(publication);
        }
        Subscriber[] subscribers = subscribers(message.topic());
        for (Subscriber subscriber : subscribers) {
            switch (subscriber) {
                case ToSession(var ref, var subscription) ->
                    ref.deliver(loop, publication, subscription);
                case ToGroup(var group) -> deliver(group, publication);
            }
        }
        return subscribers.length;
    }

    private void deliver(SharedGroup group, Publication publication) {
        ToSession member = group.next();
        if (member != null) {
            member.ref().deliver(loop, publication, member.subscription());
        }
    }

    /** Gives a message of a Shared Subscription to a member, after the one that had it has left. */
    void reroute(Publication publication, SessionSubscription subscription) {
        SharedGroup group = table.group(subscription.filter());
        if (group != null) {
            deliver(group, publication);
        }
    }

    /** An empty payload removes what was retained [MQTT-3.3.1-6], [MQTT-3.3.1-7]; else it replaces it [MQTT-3.3.1-5]. */
    private void retain(Publication publication) {
        Message message = publication.message();
        if (message.payload().length == 0) {
            table.retained().remove(message.topic());
        } else {
            table.retained()
                    .put(new Retained(
                            message,
                            publication.expiresAtMillis(),
                            publication.publisher().clientId(),
                            publication.publisher().username()));
        }
    }

    private Subscriber[] subscribers(TopicName topic) {
        int place = topic.hashCode() & (REMEMBERED - 1);
        Route known = routes[place];
        long version = table.trie()
                .version(topic); // before the match, or a change in between would be missed
        if (known != null && known.version == version && known.topic.equals(topic)) {
            return known.subscribers;
        }
        matches.clear();
        table.trie().match(topic, matches);
        Subscriber[] found = new Subscriber[matches.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = matches.get(i);
        }
        routes[place] = new Route(topic, version, found);
        return found;
    }
}
