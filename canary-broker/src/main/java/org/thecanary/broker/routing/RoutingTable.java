// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.loop.SessionRef;
import org.thecanary.broker.routing.Subscriber.ToGroup;
import org.thecanary.broker.routing.Subscriber.ToSession;
import org.thecanary.broker.session.SessionSubscription;
import org.thecanary.mqtt.topic.TopicFilter;

import java.util.HashMap;
import java.util.Map;

/**
 * All subscriptions and Retained Messages of a broker, which every loop reads.
 *
 * <p>Any thread.
 */
public final class RoutingTable {
    private final SubscriptionTrie<Subscriber> trie = new SubscriptionTrie<>();
    private final RetainedMessages retained = new RetainedMessages();
    private final Map<TopicFilter, SharedGroup> groups = new HashMap<>(); // guarded by itself
    private int members; // of all groups; guarded by them

    /** Retained Messages of all topics. */
    public RetainedMessages retained() {
        return retained;
    }

    SubscriptionTrie<Subscriber> trie() {
        return trie;
    }

    /** Subscriptions that are not shared. */
    public int subscriptionCount() {
        synchronized (groups) {
            return trie.size() - groups.size();
        }
    }

    /** Shared Subscriptions of all sessions: a group counts as often as it has members. */
    public int sharedSubscriptionCount() {
        synchronized (groups) {
            return members;
        }
    }

    /** Enters a subscription; whether the session had one with the same filter, which is replaced. */
    boolean subscribe(SessionRef ref, SessionSubscription subscription) {
        TopicFilter filter = subscription.filter();
        ToSession subscriber = new ToSession(ref, subscription);
        if (!filter.isShared()) {
            return trie.put(filter, ref, subscriber) != null;
        }
        synchronized (groups) {
            SharedGroup group = groups.get(filter);
            if (group == null) {
                group = new SharedGroup();
                groups.put(filter, group);
                trie.put(filter, group, new ToGroup(group));
            }
            boolean replaced = group.put(subscriber);
            members += replaced ? 0 : 1;
            return replaced;
        }
    }

    void unsubscribe(SessionRef ref, SessionSubscription subscription) {
        TopicFilter filter = subscription.filter();
        if (!filter.isShared()) {
            trie.remove(filter, ref);
            return;
        }
        synchronized (groups) {
            SharedGroup group = groups.get(filter);
            if (group != null) {
                members -= group.remove(ref) ? 1 : 0;
                if (group.isEmpty()) {
                    groups.remove(filter);
                    trie.remove(filter, group);
                }
            }
        }
    }

    /** The group of a Shared Subscription, or null if its last member has left. */
    @Nullable
    SharedGroup group(TopicFilter filter) {
        synchronized (groups) {
            return groups.get(filter);
        }
    }
}
