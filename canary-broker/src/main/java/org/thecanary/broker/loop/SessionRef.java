// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.loop;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.session.Outbox;
import org.thecanary.broker.session.Publication;
import org.thecanary.broker.session.Session;
import org.thecanary.broker.session.SessionSubscription;
import org.thecanary.broker.store.Claim;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

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
    private volatile long number; // in the store, or 0
    private final AtomicLong lastSequence = new AtomicLong();

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

    // of what the session is owed, whoever routed it
    private long lastDelivered;
    /** What overtook an earlier one on its way from another loop. */
    private @Nullable TreeMap<Long, Early> early;

    private record Early(Publication publication, SessionSubscription subscription, Claim claim) {}

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

    /** The session's number in the store, or 0 if it is not kept. Any thread. */
    public long number() {
        return number;
    }

    /** From now on the session is kept; what it is owed follows this sequence. Owner only. */
    public void keptAs(long stored, long sequence) {
        lastDelivered = sequence;
        lastSequence.set(sequence);
        number = stored;
    }

    /** The place in the session's queue of a message that is delivered next, to be taken once for each. Any thread. */
    public long nextSequence() {
        return lastSequence.incrementAndGet();
    }

    /** Runs a task where the session lives, when it is there. Any thread. */
    public void run(Runnable task) {
        BrokerLoop now = owner;
        if (!now.inLoop()) {
            now.post(() -> run(task));
        } else if (parked != null) {
            parked.add(task);
        } else {
            task.run();
        }
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
     * @param claim how the store knows that the session is owed it, or null
     */
    public void deliver(
            BrokerLoop here,
            Publication publication,
            SessionSubscription subscription,
            @Nullable Claim claim) {
        BrokerLoop now = owner;
        if (now == here) {
            if (parked != null) {
                parked.add(() -> deliver(here, publication, subscription, claim));
            } else if (!ended) {
                arrived(publication, subscription, claim);
            } else if (claim == null && subscription.filter().isShared()) {
                outbox.reroute(publication, subscription); // it ended after it was chosen
            }
        } else if (departing == here) {
            arrived(publication, subscription, claim);
        } else {
            here.batchFor(now).add(this, publication, subscription, claim);
        }
    }

    /** What the session is owed is delivered in the order in which the store has it. */
    private void arrived(
            Publication publication, SessionSubscription subscription, @Nullable Claim claim) {
        if (claim == null) {
            session.deliver(publication, subscription, outbox);
        } else if (claim.sequence() != lastDelivered + 1) {
            if (early == null) {
                early = new TreeMap<>();
            }
            early.put(claim.sequence(), new Early(publication, subscription, claim));
        } else {
            lastDelivered++;
            session.deliver(publication, subscription, claim, outbox);
            deliverEarly();
        }
    }

    private void deliverEarly() {
        while (early != null) {
            Early next = early.remove(lastDelivered + 1);
            if (next == null) {
                return;
            }
            if (early.isEmpty()) {
                early = null;
            }
            lastDelivered++;
            session.deliver(next.publication, next.subscription, next.claim, outbox);
        }
    }
}
