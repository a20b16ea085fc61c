// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.session.MessageQueue.Queued;
import org.thecanary.broker.session.Outbox.Report;
import org.thecanary.broker.store.Change;
import org.thecanary.broker.store.Claim;
import org.thecanary.broker.store.KeptSession;
import org.thecanary.broker.store.QueuePage;
import org.thecanary.broker.store.RestoredSession;
import org.thecanary.broker.store.StoredMessage;
import org.thecanary.broker.store.Waiting;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.packet.SubscriptionOptions.RetainHandling;
import org.thecanary.mqtt.packet.UnsubAck;
import org.thecanary.mqtt.packet.Unsubscribe;
import org.thecanary.mqtt.packet.Will;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The state a Client and the Server share, over one Network Connection or many, specification 4.1: subscriptions,
 * unacknowledged messages both ways, the queue, and the Will.
 *
 * <p>Told what happened by {@code on…} methods and by one method for each packet; asks its {@link Outbox} for the rest.
 * A broken rule is a {@link ProtocolException}, which ends the Network Connection.
 *
 * <p>Owner: the loop of its latest Network Connection.
 */
public final class Session {
    private static final int SUBSCRIPTION_BYTES = 300;
    private static final int LEVEL_BYTES = 250;

    private static final TopicFilter ANY = TopicFilter.of("#");

    // for the life of the Session
    private final String clientId;
    private Publisher publisher;
    private Map<TopicFilter, SessionSubscription> subscriptions =
            Map.of(); // replaced at the first SUBSCRIBE
    private @Nullable SendWindow window; // made when first needed, as are queue and received
    private @Nullable MessageQueue queue;
    private @Nullable ReceiveWindow received;
    private @Nullable List<Replay> replays;
    private @Nullable Publication latest; // kept only where duplicates are not allowed
    private @Nullable WillState will;
    private @Nullable SessionRules rules; // null until a client has connected
    private SessionLimits limits = SessionLimits.DEFAULTS;
    private Permissions permissions = Permissions.ALL;
    private long expirySeconds;
    private long endsAtMillis = Publication.NEVER;
    private boolean v5;
    private long number; // in the store, or 0: this session is not kept
    private long sent; // messages, for their order in the store

    // for the life of the Network Connection
    private boolean connected;
    private boolean available;
    private boolean problemInformation;
    private boolean replayTurn;
    private int receiveMaximum;
    private QoS maxQoS = QoS.EXACTLY_ONCE; // as CONNACK said, whatever is reloaded later
    private @Nullable TopicAliases aliases;

    /** A Retained Message replay that has not come to its end. */
    private record Replay(SessionSubscription subscription, Outbox.RetainedReplay messages) {
        Replay through(SessionSubscription changed) {
            return changed.filter().equals(subscription.filter())
                    ? new Replay(changed, messages)
                    : this;
        }
    }

    /** A session that no client has connected to yet. */
    public Session(String clientId) {
        this.clientId = clientId;
        this.publisher = new Publisher(clientId, null);
    }

    /** A session that was kept, as it was left; its client is away. */
    public static Session restored(RestoredSession restored, SessionLimits limits) {
        KeptSession kept = restored.session();
        Session session = new Session(kept.clientId());
        session.number = kept.number();
        session.publisher = new Publisher(kept.clientId(), kept.username());
        session.v5 = kept.v5();
        session.limits = limits;
        session.expirySeconds = kept.expirySeconds();
        session.endsAtMillis = kept.endsAtMillis();
        session.connected = kept.connected(); // until onConnectionEnded says that it is not
        if (kept.will() != null) {
            session.willState().restore(kept.will(), kept.willDueAtMillis());
        }
        if (!restored.subscriptions().isEmpty()) {
            session.subscriptions = new LinkedHashMap<>();
        }
        for (Change.Subscribed made : restored.subscriptions()) {
            session.subscriptions.put(
                    made.filter(),
                    new SessionSubscription(made.filter(), made.options(), made.identifier()));
        }
        for (RestoredSession.Exchange exchange : restored.exchanges()) {
            session.restore(exchange);
        }
        if (kept.nextPacketId() != 1) {
            session.window().goOn(kept.nextPacketId());
        }
        for (Change.Held held : restored.held()) {
            if (session.received == null) {
                session.received = new ReceiveWindow();
            }
            session.received.restore(held.packetId(), Publication.of(held.message()));
        }
        if (restored.firstQueued() != 0) {
            session.queue = MessageQueue.stored(restored.firstQueued(), restored.lastQueued());
        }
        return session;
    }

    private void restore(RestoredSession.Exchange exchange) {
        Claim claim = exchange.claim();
        StoredMessage message = exchange.message();
        sent = exchange.order();
        if (claim == null || message == null) {
            window().restore(exchange.packetId(), null, null, null);
        } else {
            window().restore(
                            exchange.packetId(),
                            Publication.of(message),
                            through(claim),
                            new Change.Sent(claim, exchange.packetId(), exchange.order(), null));
        }
    }

    /** The subscription a kept message came through, as far as sending it needs that. */
    private static SessionSubscription through(Claim claim) {
        TopicFilter filter = claim.shared() == null ? ANY : claim.shared();
        return new SessionSubscription(
                filter, SubscriptionOptions.of(claim.qos()), claim.identifier());
    }

    /** The session's number in the store, or 0 if it is not kept. */
    public long number() {
        return number;
    }

    public String clientId() {
        return clientId;
    }

    public boolean isConnected() {
        return connected;
    }

    /** The user of the latest Network Connection, or null. */
    public @Nullable String username() {
        return publisher.username();
    }

    /** What the client may do. */
    public Permissions permissions() {
        return permissions;
    }

    /** Subscriptions of the client. */
    public int subscriptionCount() {
        return subscriptions.size();
    }

    /** Messages that wait for the client or its acknowledgements. */
    public int queuedMessages() {
        return queue == null ? 0 : queue.size();
    }

    /** Bytes of the payloads of those that wait. */
    public long queuedBytes() {
        return queue == null ? 0 : queue.bytes();
    }

    /** Messages that the client has been sent and has not acknowledged. */
    public int inflightMessages() {
        return window == null ? 0 : window.size();
    }

    /** Bytes of the payloads of those that were sent. */
    public long inflightBytes() {
        return window == null ? 0 : window.bytes();
    }

    /** The rules were reloaded: what holds now holds at once, for the client that is connected and the one away. */
    public void onRulesChanged() {
        if (rules != null) {
            permissions = rules.permissions(publisher.username(), clientId);
            limits = rules.limits();
        }
    }

    /** The subscriptions, in the order they were made. */
    public Iterable<SessionSubscription> subscriptions() {
        return subscriptions.values();
    }

    // --- The Network Connection comes and goes
    // ------------------------------------------------------------------

    /** The client is connected and has its CONNACK: what it is owed is sent [MQTT-4.4.0-1]. */
    public void onConnected(ConnectionTerms terms, Outbox outbox) {
        connected = true;
        v5 = terms.version().isV5();
        problemInformation = terms.problemInformation();
        rules = terms.rules();
        publisher = new Publisher(clientId, terms.username());
        onRulesChanged();
        expirySeconds = terms.sessionExpirySeconds();
        endsAtMillis = Publication.NEVER;
        maxQoS = limits.maxQoS();
        receiveMaximum = Math.min(terms.receiveMaximum(), limits.maxInflightMessages());
        aliases = null;
        if (terms.will() != null || will != null) {
            willState().replace(terms.will());
        }
        available = false;
        keep(outbox);
        sendOwed(outbox);
        if (!available) {
            available(queue == null || queue.isEmpty(), outbox);
        }
    }

    /** From its first connection with a Session Expiry Interval on, a session is kept until it ends. */
    private void keep(Outbox outbox) {
        boolean begins = number == 0 && expirySeconds > 0;
        if (begins) {
            number = outbox.keep();
        }
        keepRecord(outbox);
        if (begins && number != 0) {
            for (SessionSubscription made : subscriptions.values()) {
                outbox.persist(new Change.Subscribed(
                        number, made.filter(), made.options(), made.identifier()));
            }
        }
    }

    private void keepRecord(Outbox outbox) {
        if (number != 0) {
            outbox.persist(new Change.SessionKept(new KeptSession(
                    number,
                    clientId,
                    publisher.username(),
                    v5,
                    expirySeconds,
                    connected,
                    endsAtMillis,
                    will == null ? null : will.will(),
                    willDueAtMillis(),
                    window == null ? 1 : window.next())));
        }
    }

    /** The client said goodbye; the Network Connection ends next. */
    public void disconnect(Disconnect packet) {
        if (packet.sessionExpiryInterval() != MessageProperties.ABSENT) {
            if (expirySeconds == 0 && packet.sessionExpiryInterval() != 0) {
                throw ProtocolException.protocolError(
                        "3.14.2.2.2",
                        "Session Expiry Interval cannot grow from zero at DISCONNECT");
            }
            expirySeconds = Math.min(packet.sessionExpiryInterval(), limits.maxExpirySeconds());
        }
        if (packet.reason() == ReasonCode.NORMAL_DISCONNECTION && will != null) {
            will.clear(); // [MQTT-3.14.4-3]
        }
    }

    /**
     * The Network Connection ended, by whoever's doing. Afterwards {@link #nextDeadlineMillis} says when
     * {@link #onDeadline} is to be called.
     */
    public void onConnectionEnded(Outbox outbox) {
        connected = false;
        available(false, outbox);
        aliases = null;
        if (window != null) {
            window.connectionEnded();
        }
        if (received != null) {
            received.connectionEnded();
        }
        if (queue != null && number != 0) {
            queue.leaveToStore();
        }
        long now = outbox.nowMillis();
        endsAtMillis = expirySeconds == Connect.NEVER_EXPIRES
                ? Publication.NEVER
                : now + expirySeconds * 1000;
        if (will != null) {
            // A session without expiry ends here, and its will waits for its delay all the same,
            // as mosquitto reads [MQTT-3.1.2-8].
            will.connectionLost(now, expirySeconds == 0 ? Publication.NEVER : endsAtMillis);
            publishWill(will.takeIfDue(now), outbox);
        }
        keepRecord(outbox);
    }

    /**
     * Another Network Connection takes the session over, which goes on: the will is not published, since the client is
     * there. mosquitto reads [MQTT-3.1.2-8] so, too.
     */
    public void onTakenOver(Outbox outbox) {
        if (will != null && expirySeconds != 0) {
            will.clear();
        }
        onConnectionEnded(outbox);
    }

    /** When {@link #onDeadline} wants to be called next, or {@link Publication#NEVER}. */
    public long nextDeadlineMillis() {
        return connected
                ? Publication.NEVER
                : Math.min(endsAtMillis, will == null ? endsAtMillis : will.dueAtMillis());
    }

    /** Whether the session of a client that is away has come to its end [MQTT-3.1.2-23]. */
    public boolean hasEnded(long nowMillis) {
        return !connected && endsAtMillis <= nowMillis;
    }

    /** When a will is to be published that outlives its session, or {@link Publication#NEVER}. */
    public long willDueAtMillis() {
        return will == null ? Publication.NEVER : will.dueAtMillis();
    }

    /** The client is back before the delay of its will was over, to this session or another [MQTT-3.1.2-8]. */
    public void forgetWill() {
        if (will != null) {
            will.clear();
        }
    }

    /** Publishes the will when its delay is over. Whether the session is over says {@link #hasEnded}. */
    public void onDeadline(Outbox outbox) {
        if (will != null) {
            publishWill(will.takeIfDue(outbox.nowMillis()), outbox);
            keepRecord(outbox);
        }
    }

    private void publishWill(@Nullable Will due, Outbox outbox) {
        if (due == null) {
            return;
        }
        TopicName topic = due.message().topic();
        if (ReservedTopics.contains(topic) || !permissions.mayPublish(topic)) {
            outbox.report(Report.PUBLISH_DENIED, topic.toString());
            return;
        }
        outbox.route(Publication.arriving(
                due.message(), publisher, outbox.nowMillis())); // [MQTT-3.1.2-8]
    }

    /**
     * The session is over: its will is published if it still waits [MQTT-3.1.2-8], its subscriptions end, and messages
     * that came through a Shared Subscription and were not received go to another member.
     */
    public void end(Outbox outbox) {
        if (will != null && will.dueAtMillis() != Publication.NEVER) {
            publishWill(will.takeIfDue(will.dueAtMillis()), outbox);
        }
        endButWill(outbox);
        if (number != 0) {
            outbox.persist(new Change.SessionEnded(number));
        }
    }

    /** The session is over, and only its will waits. */
    public void endButWill(Outbox outbox) {
        connected = false;
        for (SessionSubscription subscription : subscriptions.values()) {
            unsubscribe(subscription, outbox);
        }
        subscriptions = Map.of();
        rerouteShared(null, outbox);
        window = null;
        queue = null;
        received = null;
        replays = null;
    }

    private void unsubscribe(SessionSubscription subscription, Outbox outbox) {
        outbox.unsubscribe(subscription);
        if (number != 0) {
            outbox.persist(new Change.Unsubscribed(number, subscription.filter()));
        }
    }

    /**
     * Gives away what waits from Shared Subscriptions; with a filter, only what waits unsent from that one. At the end of
     * a session that is kept, the store does.
     */
    private void rerouteShared(@Nullable TopicFilter filter, Outbox outbox) {
        if (filter == null && number != 0) {
            return;
        }
        List<Queued> leaving = new ArrayList<>();
        if (filter == null && window != null) {
            window.forEach((packetId, publication, subscription) -> {
                // A QoS 2 message on its way may not be given to anybody else [MQTT-4.8.2-5].
                if (publication != null
                        && subscription != null
                        && subscription.filter().isShared()
                        && windowOf(packetId) == SendWindow.State.PUBACK) {
                    leaving.add(
                            new Queued(publication, subscription, QoS.AT_LEAST_ONCE, false, null));
                }
            });
        }
        if (queue != null) {
            queue.removeIf(queued -> {
                TopicFilter through = queued.subscription().filter();
                boolean leaves = through.isShared() && (filter == null || filter.equals(through));
                if (leaves) {
                    leaving.add(queued);
                }
                return leaves;
            });
        }
        for (Queued queued : leaving) {
            drop(queued.claim(), outbox);
            outbox.reroute(queued.publication(), queued.subscription());
        }
    }

    private SendWindow window() {
        if (window == null) {
            window = new SendWindow();
        }
        return window;
    }

    private SendWindow.@Nullable State windowOf(int packetId) {
        return window == null ? null : window.state(packetId);
    }

    // --- The client publishes
    // -----------------------------------------------------------------------------------

    /** PUBLISH came, specification 3.3.4 and 4.3. */
    public void publish(Publish packet, Outbox outbox) {
        Message message = packet.message();
        // resolve
        if (packet.topicAlias() != 0) {
            if (aliases == null) {
                aliases = new TopicAliases(limits.topicAliasMaximum());
            }
            message = message.withTopic(aliases.resolve(packet, outbox::takeForAliases));
        }
        // validate
        if (message.qos().compareTo(maxQoS) > 0) {
            throw new ProtocolException(
                    ReasonCode.QOS_NOT_SUPPORTED,
                    "[MQTT-3.2.2-11]",
                    "QoS is above our Maximum QoS");
        }
        if (message.retain() && !limits.retainAvailable()) {
            throw new ProtocolException(
                    ReasonCode.RETAIN_NOT_SUPPORTED,
                    "[MQTT-3.2.2-14]",
                    "Retained Messages are not available");
        }
        if (message.payload().length > limits.messageSizeLimit()) {
            outbox.refused(Report.TOO_LARGE, packet, message);
            refuse(
                    packet,
                    message.qos(),
                    ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, // 0x95 is not for PUBACK and PUBREC
                    "payload exceeds message_size_limit",
                    outbox);
            return;
        }
        // authorize
        if (outbox.isReserved(message.topic()) || !permissions.mayPublish(message.topic())) {
            outbox.refused(Report.PUBLISH_DENIED, packet, message);
            refuse(
                    packet,
                    message.qos(),
                    ReasonCode.NOT_AUTHORIZED,
                    "not allowed to publish to this topic",
                    outbox);
            return;
        }
        outbox.arrived(packet, message);
        // apply and acknowledge
        Publication publication = Publication.arriving(message, publisher, outbox.nowMillis());
        if (message.qos() != QoS.AT_MOST_ONCE && outbox.cannotKeep(publication)) {
            outbox.report(Report.NOT_KEPT, message.topic().toString());
            if (v5) {
                refuse(
                        packet,
                        message.qos(),
                        ReasonCode.QUOTA_EXCEEDED,
                        "the message cannot be kept now",
                        outbox);
            } else {
                outbox.leaveUnanswered();
            }
            return;
        }
        if (message.retain() && outbox.cannotRetain(message)) {
            outbox.report(Report.NOT_RETAINED, message.topic().toString());
            if (v5 && message.qos() != QoS.AT_MOST_ONCE) {
                refuse(
                        packet,
                        message.qos(),
                        ReasonCode.QUOTA_EXCEEDED,
                        "the message cannot be retained now",
                        outbox);
                return;
            }
        }
        switch (message.qos()) {
            case AT_MOST_ONCE -> outbox.route(publication);
            case AT_LEAST_ONCE -> {
                int matched = outbox.route(publication);
                outbox.send(new PubAck(
                        packet.packetId(), // [MQTT-4.3.2-4]
                        matched == 0 && v5
                                ? ReasonCode.NO_MATCHING_SUBSCRIBERS
                                : ReasonCode.SUCCESS));
            }
            case EXACTLY_ONCE -> hold(packet.packetId(), publication, outbox);
        }
    }

    private void hold(int packetId, Publication publication, Outbox outbox) {
        if (received == null) {
            received = new ReceiveWindow();
        }
        String topic = publication.message().topic().toString();
        switch (received.arrive(packetId, publication)) {
            case NEW -> {
                keepHeld(packetId, publication, outbox);
                if (received.size() == limits.maxInflightMessages() + 1) {
                    // ~[MQTT-3.3.4-7]: logged and not cut, since enforcing it broke honest clients
                    // of mosquitto's
                    outbox.report(Report.RECEIVE_MAXIMUM_EXCEEDED, topic);
                }
            }
            case DUPLICATE -> {} // [MQTT-4.3.3-10]
            case REUSED -> {
                keepHeld(packetId, publication, outbox);
                outbox.report(Report.PACKET_ID_REUSED, topic);
            }
            case FLOOD ->
                throw ProtocolException.protocolError(
                        "[MQTT-4.4.0-1]", "PUBLISH resent again and again");
        }
        outbox.send(new PubRec(packetId, ReasonCode.SUCCESS)); // [MQTT-4.3.3-8]
    }

    private void keepHeld(int packetId, Publication publication, Outbox outbox) {
        if (number != 0) {
            outbox.persist(new Change.Held(number, packetId, publication.stored(0)));
        }
    }

    /** The message held under a Packet Identifier, which is free from now on. */
    private @Nullable Publication release(int packetId, Outbox outbox) {
        Publication publication = received == null ? null : received.release(packetId);
        if (publication != null && number != 0) {
            outbox.persist(new Change.Released(number, packetId));
        }
        return publication;
    }

    /** The message of a PUBLISH turned out not to be kept, and its acknowledgement becomes a refusal. */
    public void onNotKept(int packetId, Outbox outbox) {
        release(packetId, outbox);
    }

    /** For a 3.x client the Reason Code is left out, as if it had succeeded [MQTT-3.3.5-2] v3. */
    private void refuse(Publish packet, QoS qos, ReasonCode reason, String why, Outbox outbox) {
        String reasonString = v5 && problemInformation ? why : null;
        switch (qos) {
            case AT_MOST_ONCE -> {}
            case AT_LEAST_ONCE ->
                outbox.send(new PubAck(packet.packetId(), reason, reasonString, List.of()));
            case EXACTLY_ONCE -> {
                if (v5) {
                    release(packet.packetId(), outbox); // what follows is new [MQTT-4.3.3-9]
                }
                outbox.send(new PubRec(packet.packetId(), reason, reasonString, List.of()));
            }
        }
    }

    /** PUBREL came: the message is routed now, once, unless it has expired [MQTT-4.3.3-11], [MQTT-4.3.3-13]. */
    public void pubRel(PubRel packet, Outbox outbox) {
        Publication publication = release(packet.packetId(), outbox);
        if (publication != null && publication.isExpired(outbox.nowMillis())) {
            outbox.report(Report.EXPIRED, publication.message().topic().toString());
        } else if (publication != null) {
            outbox.route(publication);
        }
        // Also for an identifier we do not know: the PUBREL of an exchange whose PUBCOMP was lost.
        // mosquitto says so too.
        outbox.send(new PubComp(packet.packetId(), ReasonCode.SUCCESS));
    }

    // --- The client is sent messages
    // ----------------------------------------------------------------------------

    /** A message matched a subscription of this session, which is owed nothing if it is not kept. */
    public void deliver(Publication publication, SessionSubscription subscription, Outbox outbox) {
        deliver(publication, subscription, null, outbox);
    }

    /**
     * A message matched a subscription of this session.
     *
     * @param claim how the store knows that, or null if it does not
     */
    public void deliver(
            Publication publication,
            SessionSubscription subscription,
            @Nullable Claim claim,
            Outbox outbox) {
        Message message = publication.message();
        if (isOwnAndUnwanted(publication, subscription)) {
            drop(claim, outbox);
            return;
        }
        if (!limits.allowDuplicates() && !v5 && isSecondCopy(publication)) {
            drop(claim, outbox);
            return;
        }
        if (!permissions.mayReceive(message.topic())) {
            drop(claim, outbox);
            outbox.report(Report.DELIVERY_DENIED, message.topic().toString());
            return;
        }
        boolean retain = message.retain()
                && subscription.options().retainAsPublished(); // [MQTT-3.3.1-12], -13
        QoS granted = subscription.options().qos();
        QoS qos = limits.upgradeOutgoingQos()
                ? granted
                : message.qos().min(granted); // [MQTT-3.8.4-8]
        if (qos == QoS.AT_MOST_ONCE) {
            deliverAtMostOnce(publication, subscription, retain, claim, outbox);
        } else if (connected
                && (queue == null || queue.isEmpty())
                && hasRoom()
                && outbox.writable()) {
            sendNew(publication, subscription, qos, retain, claim, outbox);
        } else {
            enqueue(new Queued(publication, subscription, qos, retain, claim), outbox);
        }
    }

    /** The copies that one session is owed of a message come one after the other. */
    @SuppressWarnings("ReferenceEquality") // the same arrival, not an equal one
    private boolean isSecondCopy(Publication publication) {
        boolean second = latest == publication;
        latest = publication;
        return second;
    }

    /** No Local [MQTT-3.8.3-3]. */
    private boolean isOwnAndUnwanted(Publication publication, SessionSubscription subscription) {
        return subscription.options().noLocal()
                && publication.publisher().clientId().equals(clientId);
    }

    private void deliverAtMostOnce(
            Publication publication,
            SessionSubscription subscription,
            boolean retain,
            @Nullable Claim claim,
            Outbox outbox) {
        boolean others = queue != null && !queue.isEmpty(); // which it may not overtake
        if (limits.queueQos0() && (!connected || others)) {
            enqueue(new Queued(publication, subscription, QoS.AT_MOST_ONCE, retain, claim), outbox);
            return;
        }
        drop(claim, outbox);
        if (!connected) {
            outbox.report(Report.MISSED, ""); // it is owed nothing, so that nothing is dropped
        } else if (!outbox.overloaded()) {
            outbox.sendPublish(publication, subscription, QoS.AT_MOST_ONCE, retain, false, 0);
        } else {
            outbox.report(Report.DROPPED, publication.message().topic().toString());
        }
    }

    private boolean hasRoom() {
        if (window == null || window.isEmpty()) {
            return true;
        }
        return window.sent() == window.size() // nothing new before what is to be resent
                && window.size() < receiveMaximum // [MQTT-3.3.4-9]
                && window.bytes() < limits.maxInflightBytes();
    }

    private void sendNew(
            Publication publication,
            SessionSubscription subscription,
            QoS qos,
            boolean retain,
            @Nullable Claim claim,
            Outbox outbox) {
        SendWindow window = window();
        int packetId = window.add(publication, subscription, qos, retain);
        if (number != 0) {
            keepSent(packetId, publication, subscription, qos, retain, claim, outbox);
        }
        if (!outbox.sendPublish(publication, subscription, qos, retain, false, packetId)) {
            forget(window, packetId, outbox); // [MQTT-3.1.2-25]: as if it had been delivered
        }
    }

    private void keepSent(
            int packetId,
            Publication publication,
            SessionSubscription subscription,
            QoS qos,
            boolean retain,
            @Nullable Claim known,
            Outbox outbox) {
        Claim claim = known;
        StoredMessage unstored = null;
        if (claim
                == null) { // a Retained Message, or one that was queued before the session was kept
            TopicFilter filter = subscription.filter();
            unstored = publication.stored(outbox.nextMessage());
            claim = new Claim(
                    number,
                    0,
                    unstored.number(),
                    true,
                    qos,
                    retain,
                    subscription.identifier(),
                    filter.isShared() ? filter : null);
        }
        Change.Sent change = new Change.Sent(claim, packetId, ++sent, unstored);
        window().keep(unstored == null ? change : new Change.Sent(claim, packetId, sent, null));
        outbox.persist(change);
    }

    /** A message that was sent turned out to be larger than the client takes: it is as if it had been delivered. */
    public void onTooLarge(int packetId, Outbox outbox) {
        if (window != null && window.state(packetId) != null) {
            forget(window, packetId, outbox);
            sendOwed(outbox);
        }
    }

    /** The exchange of a message that was sent is over. */
    private void forget(SendWindow window, int packetId, Outbox outbox) {
        if (number != 0) {
            Change.Sent kept = window.kept(packetId);
            outbox.persist(
                    new Change.Acknowledged(number, packetId, kept == null ? null : kept.claim()));
        }
        window.remove(packetId);
    }

    /** A message that was never sent is owed no more. */
    private static void drop(@Nullable Claim claim, Outbox outbox) {
        if (claim != null) {
            outbox.persist(new Change.Dropped(claim));
        }
    }

    private void enqueue(Queued queued, Outbox outbox) {
        if (queue == null) {
            queue = new MessageQueue();
        }
        int besides = connected || window == null ? 0 : window.size();
        // What the store has needs no memory to wait in.
        boolean full = queued.claim() == null && outbox.memoryFull();
        if (full || !queue.offer(queued, limits, besides, connected)) {
            drop(queued.claim(), outbox);
            outbox.report(Report.DROPPED, queued.publication().message().topic().toString());
        }
        available(false, outbox);
    }

    private void available(boolean now, Outbox outbox) {
        if (available != now) {
            available = now;
            outbox.available(now);
        }
    }

    /** The connection takes more again. */
    public void onWritable(Outbox outbox) {
        sendOwed(outbox);
    }

    /** Sends what waits, as far as the window and the connection take it: resends, the queue, Retained Messages. */
    private void sendOwed(Outbox outbox) {
        if (!connected) {
            return;
        }
        if (window != null) {
            resend(window, outbox);
        }
        long now = outbox.nowMillis();
        while (outbox.writable()) {
            boolean replayed = replays != null
                    && (replayTurn || queue == null || queue.isEmpty())
                    && replayOne(now, outbox);
            boolean sent = !replayed && queue != null && sendQueued(queue, now, outbox);
            if (!replayed && !sent) {
                break;
            }
            replayTurn = sent;
        }
        if (queue != null && queue.isEmpty()) {
            queue = null;
            available(true, outbox);
        }
    }

    /** Sends again what was sent on an earlier Network Connection and not acknowledged, in that order [MQTT-4.4.0-1]. */
    private void resend(SendWindow window, Outbox outbox) {
        for (int id = window.firstUnsent();
                id != 0 && window.sent() < receiveMaximum && outbox.writable();
                id = window.firstUnsent()) {
            window.markSent(id);
            Publication publication = window.publication(id);
            SessionSubscription subscription = window.subscription(id);
            boolean qos1 = window.state(id) == SendWindow.State.PUBACK;
            if (publication != null && qos1 && publication.isExpired(outbox.nowMillis())) {
                forget(
                        window, id,
                        outbox); // as mosquitto; a QoS 2 message once sent does not expire
                // [MQTT-4.3.3-7]
                outbox.report(
                        Report.EXPIRED, publication.message().topic().toString()); // [MQTT-3.3.2-5]
            } else if (publication == null || subscription == null) {
                outbox.send(new PubRel(id, ReasonCode.SUCCESS));
            } else {
                QoS qos = qos1 ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE;
                if (!outbox.sendPublish(
                        publication, subscription, qos, window.retain(id), true, id)) {
                    forget(window, id, outbox);
                }
            }
        }
    }

    /** Sends the first of the queue. False if there is none or the window has no room for it. */
    private boolean sendQueued(MessageQueue queue, long nowMillis, Outbox outbox) {
        Queued first = queue.peek();
        if (queue.wantsMore()) {
            outbox.readQueue(queue.readFrom(), queue.readTo());
        }
        if (first == null) {
            return false;
        }
        Publication publication = first.publication();
        String topic = publication.message().topic().toString();
        if (publication.isExpired(nowMillis)) {
            queue.remove();
            drop(first.claim(), outbox);
            if (first.qos() != QoS.AT_MOST_ONCE) {
                window().skipId(); // mosquitto numbers a message when it comes
            }
            outbox.report(Report.EXPIRED, topic); // [MQTT-3.3.2-5]
        } else if (!permissions.mayReceive(publication.message().topic())) {
            queue.remove(); // the rules may have changed since it was queued
            drop(first.claim(), outbox);
            outbox.report(Report.DELIVERY_DENIED, topic);
        } else if (first.qos() == QoS.AT_MOST_ONCE) {
            queue.remove();
            drop(first.claim(), outbox);
            outbox.sendPublish(
                    publication, first.subscription(), QoS.AT_MOST_ONCE, first.retain(), false, 0);
        } else if (hasRoom()) {
            queue.remove();
            sendNew(
                    publication,
                    first.subscription(),
                    first.qos(),
                    first.retain(),
                    first.claim(),
                    outbox);
        } else {
            return false;
        }
        return true;
    }

    /** What waited on disk at the start, from there on, was counted. */
    public void onQueueCounted(long first, long bytes) {
        if (queue != null) {
            queue.counted(first, bytes);
        }
    }

    /** What waits on disk was read, from there on. */
    public void onQueueRead(long from, QueuePage page, Outbox outbox) {
        if (queue == null || !queue.expects(from)) {
            return; // the client left meanwhile
        }
        List<Queued> found = new ArrayList<>(page.messages().size());
        for (Waiting waiting : page.messages()) {
            Claim claim = waiting.claim();
            found.add(new Queued(
                    Publication.of(waiting.message()),
                    through(claim),
                    claim.qos(),
                    claim.retain(),
                    claim));
        }
        queue.read(found, page.next());
        sendOwed(outbox);
    }

    /** Sends the next Retained Message. False if there is none or the window has no room for it. */
    private boolean replayOne(long nowMillis, Outbox outbox) {
        if (replays == null || !hasRoom()) {
            return false;
        }
        if (replays.isEmpty()) {
            replays = null;
            return false;
        }
        Replay replay = replays.getFirst();
        Publication publication = replay.messages.next(nowMillis);
        if (publication == null && replay.messages.paused()) {
            outbox.goOnLater();
            return false;
        }
        if (publication == null) {
            replays.removeFirst();
            if (replays.isEmpty()) {
                replays = null;
            }
            return true;
        }
        Message message = publication.message();
        if (publication.isExpired(nowMillis)
                || isOwnAndUnwanted(publication, replay.subscription)
                || !permissions.mayReceive(message.topic())) {
            return true;
        }
        QoS granted = replay.subscription.options().qos();
        QoS qos = limits.upgradeOutgoingQos() ? granted : message.qos().min(granted);
        if (qos == QoS.AT_MOST_ONCE) {
            outbox.sendPublish(
                    publication, replay.subscription, qos, true, false, 0); // [MQTT-3.3.1-8]
        } else {
            sendNew(publication, replay.subscription, qos, true, null, outbox);
        }
        return true;
    }

    // --- The client acknowledges
    // --------------------------------------------------------------------------------

    /** PUBACK came: a QoS 1 message is delivered, whatever its Reason Code says [MQTT-4.3.2-3]. */
    public void pubAck(PubAck packet, Outbox outbox) {
        acknowledged(packet.packetId(), SendWindow.State.PUBACK, outbox);
    }

    /** PUBREC came, specification 4.3.3. */
    public void pubRec(PubRec packet, Outbox outbox) {
        int id = packet.packetId();
        SendWindow.State state = windowOf(id);
        if (window == null || state == null) {
            outbox.report(Report.UNKNOWN_PUBREC, Integer.toString(id));
            if (!packet.reason().isError()) {
                outbox.send(new PubRel(id, ReasonCode.SUCCESS));
            }
        } else if (state == SendWindow.State.PUBACK) {
            throw ProtocolException.protocolError("4.3.2", "PUBREC for a QoS 1 message");
        } else if (packet.reason().isError()) {
            acknowledged(id, state, outbox); // [MQTT-4.3.3-4]: no PUBREL follows
        } else {
            if (state == SendWindow.State.PUBREC) {
                Change.Sent kept = window.kept(id);
                if (kept != null) {
                    outbox.persist(new Change.Received(kept.claim(), id, kept.order()));
                }
                window.received(id);
            }
            outbox.send(new PubRel(id, ReasonCode.SUCCESS)); // [MQTT-4.3.3-4]
        }
    }

    /** PUBCOMP came: a QoS 2 message is delivered. */
    public void pubComp(PubComp packet, Outbox outbox) {
        acknowledged(packet.packetId(), SendWindow.State.PUBCOMP, outbox);
    }

    private void acknowledged(int packetId, SendWindow.State expected, Outbox outbox) {
        SendWindow.State state = windowOf(packetId);
        if (window == null || state == null) {
            outbox.report(Report.UNKNOWN_PACKET_ID, "");
            return;
        }
        if (state != expected) {
            throw ProtocolException.protocolError(
                    "4.3", "acknowledgement of another kind than " + state);
        }
        forget(window, packetId, outbox);
        if (queue != null || replays != null || window.sent() < window.size()) {
            sendOwed(outbox);
        }
    }

    // --- The client subscribes
    // ----------------------------------------------------------------------------------

    /** SUBSCRIBE came, specification 3.8.4. */
    public void subscribe(Subscribe packet, Outbox outbox) {
        List<ReasonCode> reasons = new ArrayList<>(packet.subscriptions().size());
        List<Replay> owed = new ArrayList<>();
        for (Subscription asked : packet.subscriptions()) {
            reasons.add(subscribe(asked, packet.subscriptionIdentifier(), owed, outbox));
        }
        outbox.send(new SubAck(packet.packetId(), reasons)); // [MQTT-3.8.4-1]
        if (!owed.isEmpty()) {
            if (replays == null) {
                replays = owed;
            } else {
                replays.addAll(owed);
            }
            sendOwed(outbox);
        }
    }

    private ReasonCode subscribe(
            Subscription asked, int identifier, List<Replay> owed, Outbox outbox) {
        TopicFilter filter = asked.filter();
        if (filter.equals(TopicFilter.NOTHING)) {
            return ReasonCode.granted(asked.options().qos().min(maxQoS));
        }
        if (subscriptions.isEmpty()) {
            subscriptions = new LinkedHashMap<>(4);
        }
        if (!subscriptions.containsKey(filter)
                && (subscriptions.size() >= limits.maxSubscriptions()
                        || !outbox.takeToStay(footprint(filter)))) {
            return ReasonCode.QUOTA_EXCEEDED;
        }
        QoS granted = asked.options().qos().min(maxQoS);
        SessionSubscription subscription =
                new SessionSubscription(filter, asked.options().withQoS(granted), identifier);
        if (subscriptions.put(filter, subscription) != null && replays != null) {
            replays.replaceAll(replay -> replay.through(subscription)); // [MQTT-3.8.4-3]
        }
        boolean existed = outbox.subscribe(subscription); // [MQTT-3.8.4-3]
        if (number != 0) {
            outbox.persist(
                    new Change.Subscribed(number, filter, subscription.options(), identifier));
        }
        RetainHandling handling = asked.options().retainHandling();
        if (!filter.isShared()
                && (handling == RetainHandling.SEND
                        || (handling == RetainHandling.SEND_IF_NEW && !existed))) {
            if (replays != null) {
                replays.removeIf(replay -> replay.subscription.filter().equals(filter));
            }
            owed.add(new Replay(
                    subscription, outbox.retained(subscription))); // [MQTT-3.3.1-9], -10, -11
        }
        return ReasonCode.granted(granted);
    }

    /** About the memory that a subscription takes, here and where the Router finds it, in bytes. */
    private static int footprint(TopicFilter filter) {
        String text = filter.toString();
        int levels = 1;
        for (int at = text.indexOf('/'); at >= 0; at = text.indexOf('/', at + 1)) {
            levels++;
        }
        return SUBSCRIPTION_BYTES + 2 * text.length() + LEVEL_BYTES * levels;
    }

    /** UNSUBSCRIBE came, specification 3.10.4. */
    public void unsubscribe(Unsubscribe packet, Outbox outbox) {
        List<ReasonCode> reasons = new ArrayList<>(packet.filters().size());
        for (TopicFilter filter : packet.filters()) {
            SessionSubscription subscription =
                    subscriptions.isEmpty() ? null : subscriptions.remove(filter);
            if (subscription == null) {
                reasons.add(ReasonCode.NO_SUBSCRIPTION_EXISTED);
            } else {
                unsubscribe(subscription, outbox); // [MQTT-3.10.4-1]
                if (replays != null) {
                    replays.removeIf(replay ->
                            replay.subscription.filter().equals(filter)); // [MQTT-3.10.4-2]
                    replays = replays.isEmpty() ? null : replays;
                }
                if (filter.isShared()) {
                    rerouteShared(filter, outbox);
                }
                reasons.add(ReasonCode.SUCCESS);
            }
        }
        outbox.send(new UnsubAck(packet.packetId(), reasons)); // [MQTT-3.10.4-4]
    }

    private WillState willState() {
        if (will == null) {
            will = new WillState();
        }
        return will;
    }
}
