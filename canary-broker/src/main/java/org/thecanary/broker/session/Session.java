// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.session.MessageQueue.Queued;
import org.thecanary.broker.session.Outbox.Report;
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

    // for the life of the Network Connection
    private boolean connected;
    private boolean available;
    private boolean problemInformation;
    private boolean replayTurn;
    private int receiveMaximum;
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
        receiveMaximum = Math.min(terms.receiveMaximum(), limits.maxInflightMessages());
        aliases = null;
        if (terms.will() != null || will != null) {
            willState().replace(terms.will());
        }
        available = false;
        sendOwed(outbox);
        if (!available) {
            available(queue == null || queue.isEmpty(), outbox);
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
    }

    /** The session is over, and only its will waits. */
    public void endButWill(Outbox outbox) {
        connected = false;
        for (SessionSubscription subscription : subscriptions.values()) {
            outbox.unsubscribe(subscription);
        }
        subscriptions = Map.of();
        rerouteShared(null, outbox);
        window = null;
        queue = null;
        received = null;
        replays = null;
    }

    /** Gives away what waits from Shared Subscriptions; with a filter, only what waits unsent from that one. */
    private void rerouteShared(@Nullable TopicFilter filter, Outbox outbox) {
        List<Queued> leaving = new ArrayList<>();
        if (filter == null && window != null) {
            window.forEach((packetId, publication, subscription) -> {
                // A QoS 2 message on its way may not be given to anybody else [MQTT-4.8.2-5].
                if (publication != null
                        && subscription != null
                        && subscription.filter().isShared()
                        && windowOf(packetId) == SendWindow.State.PUBACK) {
                    leaving.add(new Queued(publication, subscription, QoS.AT_LEAST_ONCE, false));
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
        leaving.forEach(queued -> outbox.reroute(queued.publication(), queued.subscription()));
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
            message = message.withTopic(aliases.resolve(packet));
        }
        // validate
        if (message.qos().compareTo(limits.maxQoS()) > 0) {
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
        if (ReservedTopics.contains(message.topic()) || !permissions.mayPublish(message.topic())) {
            outbox.refused(Report.PUBLISH_DENIED, packet, message);
            refuse(
                    packet,
                    message.qos(),
                    ReasonCode.NOT_AUTHORIZED,
                    "not allowed to publish to this topic",
                    outbox);
            return;
        }
        // apply and acknowledge
        Publication publication = Publication.arriving(message, publisher, outbox.nowMillis());
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
                if (received.size() == limits.maxInflightMessages() + 1) {
                    // ~[MQTT-3.3.4-7]: logged and not cut, since enforcing it broke honest clients
                    // of mosquitto's
                    outbox.report(Report.RECEIVE_MAXIMUM_EXCEEDED, topic);
                }
            }
            case DUPLICATE -> {} // [MQTT-4.3.3-10]
            case REUSED -> outbox.report(Report.PACKET_ID_REUSED, topic);
            case FLOOD ->
                throw ProtocolException.protocolError(
                        "[MQTT-4.4.0-1]", "PUBLISH resent again and again");
        }
        outbox.send(new PubRec(packetId, ReasonCode.SUCCESS)); // [MQTT-4.3.3-8]
    }

    /** A 3.x client cannot be told, and is acknowledged as if it had succeeded [MQTT-3.3.5-2] v3. */
    private void refuse(Publish packet, QoS qos, ReasonCode reason, String why, Outbox outbox) {
        ReasonCode told = v5 ? reason : ReasonCode.SUCCESS;
        String reasonString = v5 && problemInformation ? why : null;
        switch (qos) {
            case AT_MOST_ONCE -> {}
            case AT_LEAST_ONCE ->
                outbox.send(new PubAck(packet.packetId(), told, reasonString, List.of()));
            case EXACTLY_ONCE -> {
                if (told.isError() && received != null) {
                    received.release(packet.packetId()); // what follows is new [MQTT-4.3.3-9]
                }
                outbox.send(new PubRec(packet.packetId(), told, reasonString, List.of()));
            }
        }
    }

    /** PUBREL came: the message is routed now, once, unless it has expired [MQTT-4.3.3-11], [MQTT-4.3.3-13]. */
    public void pubRel(PubRel packet, Outbox outbox) {
        Publication publication = received == null ? null : received.release(packet.packetId());
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

    /** A message matched a subscription of this session. */
    public void deliver(Publication publication, SessionSubscription subscription, Outbox outbox) {
        Message message = publication.message();
        if (isOwnAndUnwanted(publication, subscription)) {
            return;
        }
        if (!limits.allowDuplicates() && !v5 && isSecondCopy(publication)) {
            return;
        }
        if (!permissions.mayReceive(message.topic())) {
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
            deliverAtMostOnce(publication, subscription, retain, outbox);
        } else if (connected
                && (queue == null || queue.isEmpty())
                && hasRoom(message.payloadBytes())
                && outbox.writable()) {
            sendNew(publication, subscription, qos, retain, outbox);
        } else {
            enqueue(new Queued(publication, subscription, qos, retain), outbox);
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
            Outbox outbox) {
        boolean others = queue != null && !queue.isEmpty(); // which it may not overtake
        if (limits.queueQos0() && (!connected || others)) {
            enqueue(new Queued(publication, subscription, QoS.AT_MOST_ONCE, retain), outbox);
        } else if (connected && !outbox.overloaded()) {
            outbox.sendPublish(publication, subscription, QoS.AT_MOST_ONCE, retain, false, 0);
        } else {
            outbox.report(Report.DROPPED, publication.message().topic().toString());
        }
    }

    private boolean hasRoom(int payloadBytes) {
        if (window == null || window.isEmpty()) {
            return true;
        }
        return window.sent() == window.size() // nothing new before what is to be resent
                && window.size() < receiveMaximum // [MQTT-3.3.4-9]
                && window.bytes() + payloadBytes <= limits.maxInflightBytes();
    }

    private void sendNew(
            Publication publication,
            SessionSubscription subscription,
            QoS qos,
            boolean retain,
            Outbox outbox) {
        SendWindow window = window();
        int packetId = window.add(publication, subscription, qos, retain);
        if (!outbox.sendPublish(publication, subscription, qos, retain, false, packetId)) {
            window.remove(packetId); // [MQTT-3.1.2-25]: as if it had been delivered
        }
    }

    private void enqueue(Queued queued, Outbox outbox) {
        if (queue == null) {
            queue = new MessageQueue();
        }
        int besides = connected || window == null ? 0 : window.size();
        if (outbox.memoryFull() || !queue.offer(queued, limits, besides)) {
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
                window.remove(id); // as mosquitto; a QoS 2 message once sent does not expire
                // [MQTT-4.3.3-7]
                outbox.report(
                        Report.EXPIRED, publication.message().topic().toString()); // [MQTT-3.3.2-5]
            } else if (publication == null || subscription == null) {
                outbox.send(new PubRel(id, ReasonCode.SUCCESS));
            } else {
                QoS qos = qos1 ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE;
                if (!outbox.sendPublish(
                        publication, subscription, qos, window.retain(id), true, id)) {
                    window.remove(id);
                }
            }
        }
    }

    /** Sends the first of the queue. False if there is none or the window has no room for it. */
    private boolean sendQueued(MessageQueue queue, long nowMillis, Outbox outbox) {
        Queued first = queue.peek();
        if (first == null) {
            return false;
        }
        Publication publication = first.publication();
        String topic = publication.message().topic().toString();
        if (publication.isExpired(nowMillis)) {
            queue.remove();
            if (first.qos() != QoS.AT_MOST_ONCE) {
                window().skipId(); // mosquitto numbers a message when it comes
            }
            outbox.report(Report.EXPIRED, topic); // [MQTT-3.3.2-5]
        } else if (!permissions.mayReceive(publication.message().topic())) {
            queue.remove(); // the rules may have changed since it was queued
            outbox.report(Report.DELIVERY_DENIED, topic);
        } else if (first.qos() == QoS.AT_MOST_ONCE) {
            queue.remove();
            outbox.sendPublish(
                    publication, first.subscription(), QoS.AT_MOST_ONCE, first.retain(), false, 0);
        } else if (hasRoom(publication.message().payloadBytes())) {
            queue.remove();
            sendNew(publication, first.subscription(), first.qos(), first.retain(), outbox);
        } else {
            return false;
        }
        return true;
    }

    /** Sends the next Retained Message. False if there is none or the window has no room for it. */
    private boolean replayOne(long nowMillis, Outbox outbox) {
        if (replays == null || !hasRoom(0)) {
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
            sendNew(publication, replay.subscription, qos, true, outbox);
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
            outbox.report(Report.UNKNOWN_PACKET_ID, "");
            if (!packet.reason().isError()) {
                outbox.send(new PubRel(id, ReasonCode.SUCCESS));
            }
        } else if (state == SendWindow.State.PUBACK) {
            throw ProtocolException.protocolError("4.3.2", "PUBREC for a QoS 1 message");
        } else if (packet.reason().isError()) {
            acknowledged(id, state, outbox); // [MQTT-4.3.3-4]: no PUBREL follows
        } else {
            if (state == SendWindow.State.PUBREC) {
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
        window.remove(packetId);
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
        if (subscriptions.isEmpty()) {
            subscriptions = new LinkedHashMap<>(4);
        }
        if (subscriptions.size() >= limits.maxSubscriptions()
                && !subscriptions.containsKey(filter)) {
            return ReasonCode.QUOTA_EXCEEDED;
        }
        QoS granted = asked.options().qos().min(limits.maxQoS());
        SessionSubscription subscription =
                new SessionSubscription(filter, asked.options().withQoS(granted), identifier);
        if (subscriptions.put(filter, subscription) != null && replays != null) {
            replays.replaceAll(replay -> replay.through(subscription)); // [MQTT-3.8.4-3]
        }
        boolean existed = outbox.subscribe(subscription); // [MQTT-3.8.4-3]
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

    /** UNSUBSCRIBE came, specification 3.10.4. */
    public void unsubscribe(Unsubscribe packet, Outbox outbox) {
        List<ReasonCode> reasons = new ArrayList<>(packet.filters().size());
        for (TopicFilter filter : packet.filters()) {
            SessionSubscription subscription =
                    subscriptions.isEmpty() ? null : subscriptions.remove(filter);
            if (subscription == null) {
                reasons.add(ReasonCode.NO_SUBSCRIPTION_EXISTED);
            } else {
                outbox.unsubscribe(subscription); // [MQTT-3.10.4-1]
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
