// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.loop.BrokerLoops;
import org.thecanary.broker.loop.SessionDirectory;
import org.thecanary.broker.loop.SessionRef;
import org.thecanary.broker.routing.Router;
import org.thecanary.broker.routing.RoutingTable;
import org.thecanary.broker.routing.SessionOutbox;
import org.thecanary.broker.session.Publication;
import org.thecanary.broker.session.Session;
import org.thecanary.broker.session.SessionLimits;
import org.thecanary.broker.session.SessionSubscription;
import org.thecanary.broker.store.RestoredSession;
import org.thecanary.broker.store.Store;
import org.thecanary.broker.store.StoreListener;
import org.thecanary.broker.store.StoredMessage;
import org.thecanary.broker.store.Waiting;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.util.List;

/**
 * What the store has to do with the rest: what it asks, and what comes back from it.
 *
 * <p>Any thread.
 */
final class Kept implements StoreListener {
    private static final int COUNTED_AT_ONCE = 1000;

    private final RoutingTable table;
    private final SessionDirectory directory;
    private final BrokerLoops loops;
    private final List<Router> routers;

    Kept(RoutingTable table, SessionDirectory directory, BrokerLoops loops, List<Router> routers) {
        this.table = table;
        this.directory = directory;
        this.loops = loops;
        this.routers = routers;
    }

    @Override
    public @Nullable StoredMessage retained(TopicName topic) {
        Publication now = table.retained().get(topic, System.currentTimeMillis());
        return now == null ? null : now.stored(0);
    }

    @Override
    public void orphaned(StoredMessage message, TopicFilter filter) {
        BrokerLoop loop = loops.all().getFirst();
        SessionSubscription through =
                new SessionSubscription(filter, SubscriptionOptions.of(QoS.EXACTLY_ONCE), 0);
        loop.post(() -> routers.getFirst().reroute(Publication.of(message), through));
    }

    @Override
    public void recovered() {
        for (SessionRef ref : directory.all()) {
            ref.run(() -> {
                if (ref.outbox() instanceof SessionOutbox outbox) {
                    outbox.onRecovered();
                }
            });
        }
    }

    /** Puts back what was kept. Where there is a limit to the bytes of a queue, they are counted by and by. */
    Store.Restoration restoration(SessionLimits limits, Store store) {
        return new Store.Restoration() {
            private int sessions;

            @Override
            public void retained(StoredMessage message) {
                if (message.expiresAtMillis() > System.currentTimeMillis()) {
                    table.retained().put(Publication.of(message));
                }
            }

            @Override
            public void session(RestoredSession restored) {
                BrokerLoop loop = loops.all().get(sessions++ % loops.all().size());
                SessionRef ref = directory.restore(
                        Session.restored(restored, limits), restored.lastQueued(), loop);
                if (restored.firstQueued() != 0 && limits.maxQueuedBytes() != Long.MAX_VALUE) {
                    count(store, ref, restored, restored.firstQueued(), 0);
                }
            }
        };
    }

    private static void count(
            Store store, SessionRef ref, RestoredSession restored, long from, long before) {
        long last = restored.lastQueued();
        store.read(restored.session().number(), from, last, COUNTED_AT_ONCE, 1 << 20, page -> {
            long bytes = before;
            for (Waiting waiting : page.messages()) {
                bytes += waiting.message().message().payloadBytes();
            }
            if (page.next() <= last) {
                count(store, ref, restored, page.next(), bytes);
            } else {
                long all = bytes;
                ref.run(() -> ref.session().onQueueCounted(restored.firstQueued(), all));
            }
        });
    }
}
