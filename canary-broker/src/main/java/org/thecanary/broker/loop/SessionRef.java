// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.loop;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.session.Outbox;
import org.thecanary.broker.session.Publication;
import org.thecanary.broker.session.Session;
import org.thecanary.broker.session.SessionSubscription;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a session lives: the one thing about it that any thread may hold.
 *
 * <p>Any thread reads {@link #owner} and {@link #isAvailable}. All else is touched by the owner alone, and is handed
 * over by the write of {@code owner}.
 */
public final class SessionRef {
    private final String clientId;
    private volatile BrokerLoop owner;
    private volatile boolean available;

    // for the life of the Session, on the owner's loop
    final Session session;
    Outbox outbox;

    @Nullable
    Link link;

    @Nullable
    Runnable timer;

    boolean ended;

    /** Nothing is left of the session but a will that waits. */
    boolean onlyWill;

    // while the session moves to another loop
    /** The former owner until the fence is through: it still delivers what was on its way. Read by that loop alone. */
    @Nullable
    BrokerLoop departing;
    /** What reached the new owner before the session did; null when the session is there. */
    @Nullable
    List<Runnable> parked;

    SessionRef(String clientId, BrokerLoop owner, Session session, OutboxFactory outboxes) {
        this.clientId = clientId;
        this.owner = owner;
        this.session = session;
        this.outbox = outboxes.outbox(this, owner);
    }

    /** Makes the outbox of a session on a loop; the Router does, who alone knows what to do with a message. */
    public interface OutboxFactory {
        Outbox outbox(SessionRef ref, BrokerLoop loop);
    }

    public String clientId() {
        return clientId;
    }

    public BrokerLoop owner() {
        return owner;
    }

    /** Whether the client is connected and takes messages without a queue. */
    public boolean isAvailable() {
        return available;
    }

    /** Whether the session lives on a loop, and has not ended. On that loop only. */
    public boolean isAt(BrokerLoop loop) {
        return owner == loop && parked == null && !ended;
    }

    /** Owner only. */
    public void available(boolean now) {
        available = now;
    }

    /** The session; owner only. */
    public Session session() {
        return session;
    }

    /** What the session asks; owner only. */
    public Outbox outbox() {
        return outbox;
    }

    /** The Network Connection, or null while the client is away; owner only. */
    public @Nullable Link link() {
        return link;
    }

    /** From now on everybody sends to the new owner, who parks until {@link SessionDirectory} brings the session. */
    void moveTo(BrokerLoop next) {
        departing = owner;
        parked = new ArrayList<>();
        owner = next;
    }

    /**
     * Delivers a message to the session, keeping the order of calls: at once where it lives here, by the turn's batch
     * where it lives on another loop, later where it is still on its way here.
     *
     * @param here the loop this runs on
     */
    public void deliver(
            BrokerLoop here, Publication publication, SessionSubscription subscription) {
        BrokerLoop now = owner;
        if (now == here) {
            if (parked != null) {
                parked.add(() -> deliver(here, publication, subscription));
            } else if (!ended) {
                session.deliver(publication, subscription, outbox);
            } else if (subscription.filter().isShared()) {
                outbox.reroute(publication, subscription); // it ended after it was chosen
            }
        } else if (departing == here) {
            session.deliver(publication, subscription, outbox);
        } else {
            here.batchFor(now).add(this, publication, subscription);
        }
    }
}
