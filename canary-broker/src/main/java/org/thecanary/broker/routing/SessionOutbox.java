// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.loop.Durability;
import org.thecanary.broker.loop.Link;
import org.thecanary.broker.loop.SessionRef;
import org.thecanary.broker.session.Outbox;
import org.thecanary.broker.session.Publication;
import org.thecanary.broker.session.ReservedTopics;
import org.thecanary.broker.session.SessionSubscription;
import org.thecanary.broker.store.Change;
import org.thecanary.broker.store.Store;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.topic.TopicName;

import java.util.Objects;

/**
 * The outbox of a session on one loop: routing goes to the loop's {@link Router}, sending to the Network Connection if
 * there is one. A session that is away can still route its Will.
 *
 * <p>Owner: the session's loop.
 */
public final class SessionOutbox implements Outbox {
    private static final int PAGE_MESSAGES = 256;
    private static final int PAGE_BYTES = 256 * 1024;

    private final SessionRef ref;
    private final Router router;
    private final Reports reports;
    private final RetainSource retainSource;
    private final Control control;
    private boolean goingOn;

    /** Whether what is sent next says that a change of this turn has happened. */
    private boolean promised;

    private int held;
    private boolean unanswered;

    /** Whether the publisher of a Retained Message may publish there still: {@code check_retain_source}. Any thread. */
    public interface RetainSource {
        boolean mayStillPublish(Publication retained);
    }

    /** Answers what is published below {@code $CONTROL/}. Any thread. */
    public interface Control {
        boolean isOn();

        /** What goes to those who subscribe to the answers. */
        Publication answer(Publication asked);
    }

    public SessionOutbox(
            SessionRef ref,
            Router router,
            Reports reports,
            RetainSource retainSource,
            Control control) {
        this.ref = ref;
        this.router = router;
        this.reports = reports;
        this.retainSource = retainSource;
        this.control = control;
    }

    @Override
    public long nowMillis() {
        return loop().nowMillis();
    }

    private BrokerLoop loop() {
        return router.loop();
    }

    @Override
    public boolean isReserved(TopicName topic) {
        return ReservedTopics.contains(topic)
                && !(ReservedTopics.isControl(topic) && control.isOn());
    }

    @Override
    public int route(Publication publication) {
        if (ReservedTopics.isControl(publication.message().topic())) {
            router.route(control.answer(publication));
            return 1;
        }
        int before = loop().durability().promises();
        int matched = router.route(publication);
        promised |= loop().durability().promises() != before;
        return matched;
    }

    @Override
    public void reroute(Publication publication, SessionSubscription subscription) {
        router.reroute(publication, subscription);
    }

    @Override
    public boolean writable() {
        Link link = ref.link();
        return link != null && link.writable();
    }

    @Override
    public boolean overloaded() {
        Link link = ref.link();
        return link == null || link.overloaded();
    }

    @Override
    public boolean memoryFull() {
        return loop().memory() == BrokerLoop.Memory.FULL;
    }

    @Override
    public boolean takeToStay(int bytes) {
        return loop().takeToStay(bytes);
    }

    @Override
    public boolean takeForAliases(int bytes) {
        Link link = ref.link();
        return link != null && link.takeForAliases(bytes);
    }

    @Override
    public boolean cannotRetain(Message message) {
        return router.cannotRetain(message);
    }

    @Override
    public boolean sendPublish(
            Publication publication,
            SessionSubscription subscription,
            QoS qos,
            boolean retain,
            boolean dup,
            int packetId) {
        Link link = ref.link();
        if (link == null) {
            return false;
        }
        if (qos == QoS.AT_MOST_ONCE || !mustWait()) {
            return link.sendPublish(publication, subscription, qos, retain, dup, packetId);
        }
        hold(link, () -> {
            if (!link.sendPublish(publication, subscription, qos, retain, dup, packetId)
                    && link.equals(ref.link())) {
                ref.session().onTooLarge(packetId, this);
            }
        });
        return true;
    }

    /** Whether a packet follows a change of this turn, or a packet that waits itself. */
    private boolean mustWait() {
        boolean must = promised || held > 0;
        promised = false;
        return must;
    }

    private void hold(Link link, Durability.Promise promise) {
        held++;
        link.held(1);
        loop().durability().hold(new Durability.Promise() {
            @Override
            public void kept() {
                held--;
                link.held(-1);
                promise.kept();
            }

            @Override
            public boolean refused() {
                boolean refused = promise.refused();
                if (refused) {
                    held--;
                    link.held(-1);
                }
                return refused;
            }
        });
    }

    @Override
    public void send(Packet packet) {
        Link link = ref.link();
        if (link == null) {
            return;
        }
        if (mustWait()) {
            hold(link, new HeldPacket(link, packet));
        } else {
            link.send(packet);
        }
    }

    /** A packet that waits for the disk. */
    private final class HeldPacket implements Durability.Promise {
        private final Link link;
        private final Packet packet;

        HeldPacket(Link link, Packet packet) {
            this.link = link;
            this.packet = packet;
        }

        @Override
        public void kept() {
            link.send(packet);
        }

        /** A version 5 publisher is told that its message is not kept; one of version 3 waits. */
        @Override
        public boolean refused() {
            if (!link.isV5()) {
                return false;
            }
            switch (packet) {
                case PubAck ack
                when !ack.reason().isError() ->
                    link.send(new PubAck(ack.packetId(), ReasonCode.QUOTA_EXCEEDED));
                case PubRec ack
                when !ack.reason().isError() -> {
                    if (link.equals(ref.link())) {
                        ref.session().onNotKept(ack.packetId(), SessionOutbox.this);
                        promised = false;
                    }
                    link.send(new PubRec(ack.packetId(), ReasonCode.QUOTA_EXCEEDED));
                }
                default -> {
                    return false;
                }
            }
            return true;
        }
    }

    // --- what is kept

    @Override
    public long keep() {
        Store store = loop().durability().store();
        if (store == null) {
            return 0;
        }
        long number = store.nextSession();
        ref.keptAs(number, 0);
        return number;
    }

    @Override
    public long nextMessage() {
        return Objects.requireNonNull(loop().durability().store()).nextMessage();
    }

    @Override
    public void persist(Change change) {
        loop().durability().add(change);
        promised |= change.isPromised();
    }

    @Override
    public boolean cannotKeep(Publication publication) {
        return router.cannotKeep(publication);
    }

    @Override
    public void leaveUnanswered() {
        unanswered = true;
    }

    /** What could not be kept can be: a client that was not answered is made to send again. */
    public void onRecovered() {
        Link link = ref.link();
        if (unanswered && link != null && ref.outbox() == this) {
            unanswered = false;
            link.hangUp(ReasonCode.QUOTA_EXCEEDED, "a message was not kept; send it again");
        }
    }

    @Override
    public void readQueue(long from, long to) {
        Durability durability = loop().durability();
        Store store = Objects.requireNonNull(durability.store());
        durability.ask(() -> store.read(
                ref.number(),
                from,
                to,
                PAGE_MESSAGES,
                PAGE_BYTES,
                page -> ref.run(() -> ref.session().onQueueRead(from, page, ref.outbox()))));
    }

    @Override
    public boolean subscribe(SessionSubscription subscription) {
        reports.subscribed(ref.session(), subscription);
        return router.table().subscribe(ref, subscription);
    }

    @Override
    public void unsubscribe(SessionSubscription subscription) {
        router.table().unsubscribe(ref, subscription);
    }

    @Override
    public RetainedReplay retained(SessionSubscription subscription) {
        return new Replay(router.table().retained().cursor(subscription.filter()), retainSource);
    }

    /** Looks for Retained Messages a stretch at a time, so that a search among millions does not hold up the loop. */
    private static final class Replay implements RetainedReplay {
        private static final int STRETCH = 2000;

        private final RetainedMessages.Cursor cursor;
        private final RetainSource retainSource;

        Replay(RetainedMessages.Cursor cursor, RetainSource retainSource) {
            this.cursor = cursor;
            this.retainSource = retainSource;
        }

        @Override
        public @Nullable Publication next(long nowMillis) {
            Publication found = cursor.next(nowMillis, STRETCH);
            return found == null || retainSource.mayStillPublish(found) ? found : null;
        }

        @Override
        public boolean paused() {
            return !cursor.isExhausted();
        }
    }

    @Override
    public void goOnLater() {
        if (!goingOn) {
            goingOn = true;
            loop().post(this::goOn);
        }
    }

    private void goOn() {
        goingOn = false;
        if (ref.outbox() == this && ref.owner() == loop()) {
            ref.session().onWritable(this);
        }
    }

    @Override
    public void available(boolean available) {
        ref.available(available);
    }

    @Override
    public void arrived(Publish packet, Message message) {
        reports.arrived(ref.session(), packet, message);
    }

    @Override
    public void refused(Report report, Publish packet, Message message) {
        reports.refused(loop().counters(), ref.session(), report, packet, message);
    }

    @Override
    public void report(Report report, String topic) {
        reports.report(loop().counters(), ref.session(), report, topic);
    }
}
