// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.loop.Durability;
import org.thecanary.broker.loop.SessionRef;
import org.thecanary.broker.routing.Subscriber.ToGroup;
import org.thecanary.broker.routing.Subscriber.ToSession;
import org.thecanary.broker.session.Publication;
import org.thecanary.broker.session.SessionSubscription;
import org.thecanary.broker.store.Change;
import org.thecanary.broker.store.Claim;
import org.thecanary.broker.store.Store;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicName;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

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

    private static final int LONGEST_REMEMBERED = 1024; // bytes
    private static final @Nullable Claim[] NO_CLAIMS = {};

    /** Where a session is sent one copy only, it is the first of them. */
    private static final Comparator<Subscriber> HIGHEST_QOS_FIRST =
            Comparator.<Subscriber, QoS>comparing(subscriber -> switch (subscriber) {
                        case ToSession session ->
                            session.subscription().options().qos();
                        case ToGroup _ -> QoS.AT_MOST_ONCE;
                    })
                    .reversed();

    private record Route(
            TopicName topic,
            SubscriptionTrie<Subscriber>.Watch watch,
            long version,
            Subscriber[] subscribers) {

        boolean leads(TopicName to) {
            return topic.equals(to) && watch.version() == version;
        }
    }

    private final BrokerLoop loop;
    private final RoutingTable table;
    private final @Nullable Route[] routes = new @Nullable Route[REMEMBERED];
    private boolean queueQos0;
    private boolean upgradeOutgoingQos;
    private boolean allowDuplicates;
    private final SubscriptionTrie.Matches<Subscriber> matches = new SubscriptionTrie.Matches<>();

    /**
     * @param queueQos0 {@code queue_qos0_messages}
     * @param upgradeOutgoingQos {@code upgrade_outgoing_qos}
     * @param allowDuplicates {@code allow_duplicate_messages}
     */
    public Router(
            BrokerLoop loop,
            RoutingTable table,
            boolean queueQos0,
            boolean upgradeOutgoingQos,
            boolean allowDuplicates) {
        this.loop = loop;
        this.table = table;
        this.queueQos0 = queueQos0;
        this.upgradeOutgoingQos = upgradeOutgoingQos;
        this.allowDuplicates = allowDuplicates;
    }

    /** Takes over what a reload has changed of what {@link #Router} was given. */
    public void reload(boolean queue, boolean upgrade, boolean duplicates) {
        assert loop.inLoop();
        queueQos0 = queue;
        upgradeOutgoingQos = upgrade;
        allowDuplicates = duplicates;
        Arrays.fill(routes, null); // whose order may be another now
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
        if (message.retain() && !cannotRetain(message)) {
            retain(publication);
        }
        Subscriber[] subscribers = subscribers(message.topic());
        deliver(subscribers, publication);
        return subscribers.length;
    }

    private void deliver(Subscriber[] subscribers, Publication publication) {
        if (mayBeOwed(publication.message())) {
            deliverOwed(subscribers, publication);
        } else {
            for (Subscriber subscriber : subscribers) {
                ToSession receiver = receiver(subscriber);
                if (receiver != null) {
                    receiver.ref().deliver(loop, publication, receiver.subscription(), null);
                }
            }
        }
    }

    /** Who gets a message of those that a subscriber stands for; null if its last member has just left. */
    private static @Nullable ToSession receiver(Subscriber subscriber) {
        return switch (subscriber) {
            case ToSession session -> session;
            case ToGroup(var group) -> group.next();
        };
    }

    // --- What sessions are owed that are kept

    private boolean mayBeOwed(Message message) {
        Store store = loop.durability().store();
        return store != null
                && (message.qos() != QoS.AT_MOST_ONCE
                        // which may be lost, and is not to pile up in front of a full disk
                        || ((queueQos0 || upgradeOutgoingQos) && !store.isFailing()));
    }

    /** As a message is delivered to sessions that are kept: it is stored once, for all of them together. */
    private void deliverOwed(Subscriber[] subscribers, Publication publication) {
        @Nullable ToSession[] receivers = new @Nullable ToSession[subscribers.length];
        int owed = 0;
        for (int i = 0; i < subscribers.length; i++) {
            ToSession receiver = receiver(subscribers[i]);
            receivers[i] = receiver;
            if (receiver != null && isOwed(receiver, publication)) {
                owed++;
            }
        }
        @Nullable Claim[] claims = owed == 0 ? NO_CLAIMS : claims(receivers, publication, owed);
        for (int i = 0; i < receivers.length; i++) {
            ToSession receiver = receivers[i];
            if (receiver != null) {
                receiver.ref()
                        .deliver(
                                loop,
                                publication,
                                receiver.subscription(),
                                owed == 0 ? null : claims[i]);
            }
        }
    }

    private @Nullable Claim[] claims(
            @Nullable ToSession[] receivers, Publication publication, int owed) {
        Durability durability = loop.durability();
        long number = Objects.requireNonNull(durability.store()).nextMessage();
        @Nullable Claim[] claims = new @Nullable Claim[receivers.length];
        List<Claim> made = new ArrayList<>(owed);
        for (int i = 0; i < receivers.length; i++) {
            ToSession receiver = receivers[i];
            if (receiver != null && made.size() < owed && isOwed(receiver, publication)) {
                Claim claim = claim(receiver, publication.message(), number, owed == 1);
                claims[i] = claim;
                made.add(claim);
            }
        }
        durability.add(new Change.Published(publication.stored(number), made));
        return claims;
    }

    private Claim claim(ToSession receiver, Message message, long number, boolean sole) {
        SessionSubscription subscription = receiver.subscription();
        SessionRef ref = receiver.ref();
        return new Claim(
                ref.number(),
                ref.nextSequence(),
                number,
                sole,
                qos(subscription, message),
                message.retain() && subscription.options().retainAsPublished(),
                subscription.identifier(),
                subscription.filter().isShared() ? subscription.filter() : null);
    }

    private QoS qos(SessionSubscription subscription, Message message) {
        QoS granted = subscription.options().qos();
        return upgradeOutgoingQos ? granted : message.qos().min(granted);
    }

    private boolean isOwed(ToSession receiver, Publication publication) {
        SessionRef ref = receiver.ref();
        SessionSubscription subscription = receiver.subscription();
        if (ref.number() == 0
                || (subscription.options().noLocal()
                        && publication.publisher().clientId().equals(ref.clientId()))) {
            return false;
        }
        return qos(subscription, publication.message()) != QoS.AT_MOST_ONCE
                || (queueQos0 && !ref.isAvailable());
    }

    /** Whether a message would have to be kept, and cannot be at present. */
    boolean cannotKeep(Publication publication) {
        Store store = loop.durability().store();
        if (store == null || !store.isFailing()) {
            return false;
        }
        Message message = publication.message();
        if (message.retain() && !message.topic().startsWithDollar()) {
            return true;
        }
        for (Subscriber subscriber : subscribers(message.topic())) {
            boolean owed = switch (subscriber) {
                case ToSession session -> isOwed(session, publication);
                case ToGroup(var group) -> group.hasKept();
            };
            if (owed) {
                return true;
            }
        }
        return false;
    }

    /** Whether a message would be retained and take memory that there is not; what the broker says itself is little. */
    boolean cannotRetain(Message message) {
        RetainedMessages retained = table.retained();
        return message.retain()
                && message.payloadBytes() > 0
                && (loop.memory() == BrokerLoop.Memory.FULL || !retained.hasRoomFor(message))
                && !message.topic().startsWithDollar()
                && !retained.takesNoMore(message);
    }

    /** Gives a message of a Shared Subscription to a member, after the one that had it has left. */
    public void reroute(Publication publication, SessionSubscription subscription) {
        SharedGroup group = table.group(subscription.filter());
        if (group != null) {
            deliver(new Subscriber[] {new ToGroup(group)}, publication);
        }
    }

    /** An empty payload removes what was retained [MQTT-3.3.1-6], [MQTT-3.3.1-7]; else it replaces it [MQTT-3.3.1-5]. */
    private void retain(Publication publication) {
        Message message = publication.message();
        if (message.payload().length == 0) {
            table.retained().remove(message.topic());
        } else {
            table.retained().put(publication);
        }
        Store store = loop.durability().store();
        if (store == null || message.topic().startsWithDollar()) {
            return;
        }
        boolean acknowledged = message.qos() != QoS.AT_MOST_ONCE;
        if (acknowledged || !store.isFailing() || !store.defer(message.topic())) {
            loop.durability().add(new Change.Retained(message.topic(), acknowledged));
        }
    }

    private Subscriber[] subscribers(TopicName topic) {
        int place = topic.hashCode() & (REMEMBERED - 1);
        Route known = routes[place];
        if (known != null && known.leads(topic)) {
            return known.subscribers;
        }
        var watch = table.trie().watch(topic);
        long version = watch.version(); // before the match, or a change in between would be missed
        matches.clear();
        table.trie().match(topic, matches);
        Subscriber[] found = new Subscriber[matches.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = matches.get(i);
        }
        if (!allowDuplicates) {
            Arrays.sort(found, HIGHEST_QOS_FIRST);
        }
        if (topic.utf8().length <= LONGEST_REMEMBERED) {
            routes[place] = new Route(topic, watch, version, found);
        }
        return found;
    }
}
