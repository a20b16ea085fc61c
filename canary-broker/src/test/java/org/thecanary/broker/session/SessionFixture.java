// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.packet.SubscriptionOptions.RetainHandling;
import org.thecanary.mqtt.packet.Unsubscribe;
import org.thecanary.mqtt.packet.Will;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A session, its recorded world, and the terms its client connects on, all to be changed at will. */
final class SessionFixture {
    static final QoS QOS_0 = QoS.AT_MOST_ONCE;
    static final QoS QOS_1 = QoS.AT_LEAST_ONCE;
    static final QoS QOS_2 = QoS.EXACTLY_ONCE;

    final Session session = new Session("c");
    final RecordingOutbox outbox = new RecordingOutbox();

    ProtocolVersion version = ProtocolVersion.MQTT_5;
    int receiveMaximum = Connect.DEFAULT_RECEIVE_MAXIMUM;
    long sessionExpirySeconds = Connect.NEVER_EXPIRES;
    boolean problemInformation = true;
    Permissions permissions = Permissions.ALL;

    @Nullable
    Will will;

    Limits limits = new Limits();

    /** {@link SessionLimits}, one by one. */
    static final class Limits {
        int maxInflightMessages = 20;
        long maxInflightBytes = Long.MAX_VALUE;
        int maxQueuedMessages = 1000;
        long maxQueuedBytes = Long.MAX_VALUE;
        int messageSizeLimit = Integer.MAX_VALUE;
        QoS maxQoS = QOS_2;
        boolean retainAvailable = true;
        boolean queueQos0;
        boolean upgradeOutgoingQos;
        long maxExpirySeconds = Connect.NEVER_EXPIRES;
        int maxSubscriptions = 100;
        boolean allowDuplicates = true;

        SessionLimits build() {
            return new SessionLimits(
                    maxInflightMessages,
                    maxInflightBytes,
                    maxQueuedMessages,
                    maxQueuedBytes,
                    messageSizeLimit,
                    maxQoS,
                    10,
                    retainAvailable,
                    queueQos0,
                    upgradeOutgoingQos,
                    maxExpirySeconds,
                    maxSubscriptions,
                    allowDuplicates);
        }
    }

    // --- the connection

    void connect() {
        session.onConnected(
                new ConnectionTerms(
                        version,
                        receiveMaximum,
                        sessionExpirySeconds,
                        problemInformation,
                        "user",
                        rules,
                        will),
                outbox);
    }

    /** A reload that changes what the client may do. */
    void reload(Permissions permissions) {
        this.permissions = permissions;
        session.onRulesChanged();
    }

    private final SessionRules rules = new SessionRules() {
        @Override
        public Permissions permissions(@Nullable String username, String clientId) {
            return permissions;
        }

        @Override
        public SessionLimits limits() {
            return limits.build();
        }
    };

    static SessionFixture connected() {
        SessionFixture fixture = new SessionFixture();
        fixture.connect();
        fixture.outbox.take();
        return fixture;
    }

    void loseConnection() {
        session.onConnectionEnded(outbox);
    }

    void reconnect() {
        loseConnection();
        connect();
    }

    // --- what the client sends

    void publish(Publish packet) {
        session.publish(packet, outbox);
    }

    void publish(String topic, String payload, QoS qos, int packetId) {
        publish(new Publish(message(topic, payload, qos), packetId, false));
    }

    void pubAck(int packetId) {
        session.pubAck(new PubAck(packetId, ReasonCode.SUCCESS), outbox);
    }

    void pubRec(int packetId) {
        session.pubRec(new PubRec(packetId, ReasonCode.SUCCESS), outbox);
    }

    void pubRel(int packetId) {
        session.pubRel(new PubRel(packetId, ReasonCode.SUCCESS), outbox);
    }

    void pubComp(int packetId) {
        session.pubComp(new PubComp(packetId, ReasonCode.SUCCESS), outbox);
    }

    /** Subscribes and returns the subscription as the Router has it. */
    SessionSubscription subscribe(String filter, QoS qos) {
        return subscribe(filter, SubscriptionOptions.of(qos), 0);
    }

    SessionSubscription subscribe(String filter, SubscriptionOptions options, int identifier) {
        TopicFilter parsed = TopicFilter.of(filter);
        session.subscribe(
                new Subscribe(1, List.of(new Subscription(parsed, options)), identifier, List.of()),
                outbox);
        SessionSubscription made = outbox.subscriptions.get(parsed);
        if (made == null) {
            throw new AssertionError("not subscribed to " + filter);
        }
        return made;
    }

    static SubscriptionOptions options(QoS qos, RetainHandling handling) {
        return new SubscriptionOptions(qos, false, false, handling);
    }

    void unsubscribe(String... filters) {
        session.unsubscribe(
                new Unsubscribe(7, Arrays.stream(filters).map(TopicFilter::of).toList()), outbox);
    }

    // --- what the Router brings

    void deliver(SessionSubscription subscription, String payload, QoS qos) {
        deliver(subscription, publication("t", payload, qos));
    }

    void deliver(SessionSubscription subscription, Publication publication) {
        session.deliver(publication, subscription, outbox);
    }

    static Message message(String topic, String payload, QoS qos) {
        return new Message(
                TopicName.of(topic), qos, false, payload.getBytes(UTF_8), MessageProperties.NONE);
    }

    static Message retained(String topic, String payload, QoS qos) {
        return new Message(
                TopicName.of(topic), qos, true, payload.getBytes(UTF_8), MessageProperties.NONE);
    }

    static Message expiring(Message message, long seconds) {
        return message.withProperties(MessageProperties.NONE.withMessageExpiryInterval(seconds));
    }

    static Publication publication(String topic, String payload, QoS qos) {
        return publishedBy("other", message(topic, payload, qos));
    }

    static Publication publishedBy(String clientId, Message message) {
        return Publication.arriving(message, new Publisher(clientId, null), 1_000_000);
    }

    /** "1" to "n", all of one QoS. */
    void deliverMany(SessionSubscription subscription, int count, QoS qos) {
        for (int i = 1; i <= count; i++) {
            deliver(subscription, Integer.toString(i), qos);
        }
    }

    /** "a:b" for each of ids and payloads that are both the numbers from one to the other. */
    static List<String> numbered(int from, int to) {
        List<String> numbered = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            numbered.add(i + ":" + i);
        }
        return numbered;
    }
}
