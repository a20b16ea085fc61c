// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.routing;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.loop.Link;
import org.thecanary.broker.loop.SessionRef;
import org.thecanary.broker.routing.RetainedMessages.Retained;
import org.thecanary.broker.session.Outbox;
import org.thecanary.broker.session.Publication;
import org.thecanary.broker.session.Publisher;
import org.thecanary.broker.session.SessionSubscription;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;

/**
 * The outbox of a session on one loop: routing goes to the loop's {@link Router}, sending to the Network Connection if
 * there is one. A session that is away can still route its Will.
 *
 * <p>Owner: the session's loop.
 */
public final class SessionOutbox implements Outbox {
    private final SessionRef ref;
    private final Router router;
    private final Reports reports;
    private final RetainSource retainSource;
    private boolean goingOn;

    /** Whether the publisher of a Retained Message may publish there still: {@code check_retain_source}. Any thread. */
    public interface RetainSource {
        boolean mayStillPublish(Retained retained);
    }

    public SessionOutbox(
            SessionRef ref, Router router, Reports reports, RetainSource retainSource) {
        this.ref = ref;
        this.router = router;
        this.reports = reports;
        this.retainSource = retainSource;
    }

    @Override
    public long nowMillis() {
        return loop().nowMillis();
    }

    private BrokerLoop loop() {
        return router.loop();
    }

    @Override
    public int route(Publication publication) {
        return router.route(publication);
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
    public boolean sendPublish(
            Publication publication,
            SessionSubscription subscription,
            QoS qos,
            boolean retain,
            boolean dup,
            int packetId) {
        Link link = ref.link();
        return link != null
                && link.sendPublish(publication, subscription, qos, retain, dup, packetId);
    }

    @Override
    public void send(Packet packet) {
        Link link = ref.link();
        if (link != null) {
            link.send(packet);
        }
    }

    @Override
    public boolean subscribe(SessionSubscription subscription) {
        reports.subscribed(ref.session(), subscription);
        return router.table().subscribe(ref, subscription);
    }

    @Override
    public void unsubscribe(SessionSubscription subscription) {
        reports.unsubscribed(ref.session(), subscription);
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
            Retained found = cursor.next(nowMillis, STRETCH);
            if (found == null || !retainSource.mayStillPublish(found)) {
                return null;
            }
            String clientId = found.publisherClientId();
            return new Publication(
                    found.message(),
                    new Publisher(clientId == null ? "" : clientId, found.publisherUsername()),
                    found.expiresAtMillis());
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
    public void refused(Report report, Publish packet, Message message) {
        reports.refused(loop().counters(), ref.session(), report, packet, message);
    }

    @Override
    public void report(Report report, String topic) {
        reports.report(loop().counters(), ref.session(), report, topic);
    }
}
