// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.loop;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.broker.config.LogMarkers;
import org.thecanary.broker.session.Publication;
import org.thecanary.broker.session.Session;
import org.thecanary.broker.session.SessionSubscription;
import org.thecanary.mqtt.packet.ReasonCode;

import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Consumer;

/**
 * All sessions by Client Identifier, and how a connecting client comes to its own.
 *
 * <p>Any thread reads. A session begins, moves and ends on its owner's loop.
 */
public final class SessionDirectory {
    private static final Logger LOG = LoggerFactory.getLogger("broker");

    private final ConcurrentHashMap<String, SessionRef> sessions = new ConcurrentHashMap<>();
    private final BrokerLoops loops;
    private final SessionRef.OutboxFactory outboxes;

    public SessionDirectory(BrokerLoops loops, SessionRef.OutboxFactory outboxes) {
        this.loops = loops;
        this.outboxes = outboxes;
    }

    /** Told, on the new owner's loop, which session a client has. */
    public interface Taker {
        /**
         * The client may connect to this session, or, if it is gone by now, give it back by {@link #released}.
         *
         * @param present whether there was one [MQTT-3.2.2-2], [MQTT-3.2.2-3]
         */
        void taken(SessionRef ref, boolean present);
    }

    public int size() {
        return sessions.size();
    }

    public Collection<SessionRef> all() {
        return sessions.values();
    }

    public @Nullable SessionRef find(String clientId) {
        return sessions.get(clientId);
    }

    /**
     * Gets a client its session, wherever it lives, onto this loop. A client connected with the same identifier is
     * disconnected first [MQTT-3.1.4-3].
     *
     * @param cleanStart whether an existing session is to end [MQTT-3.1.2-4]
     */
    public void take(String clientId, boolean cleanStart, BrokerLoop here, Taker taker) {
        assert here.inLoop();
        SessionRef ref = sessions.get(clientId);
        if (ref == null) {
            SessionRef made = new SessionRef(clientId, here, new Session(clientId), outboxes);
            ref = sessions.putIfAbsent(clientId, made);
            if (ref == null) {
                taker.taken(made, false);
                return;
            }
        }
        SessionRef existing = ref;
        existing.owner().run(() -> give(existing, cleanStart, here, taker));
    }

    private void give(SessionRef ref, boolean cleanStart, BrokerLoop taking, Taker taker) {
        BrokerLoop owner = ref.owner();
        if (!owner.inLoop()) {
            owner.post(() -> give(ref, cleanStart, taking, taker)); // it moved meanwhile
            return;
        }
        if (ref.parked != null) {
            ref.parked.add(
                    () -> give(ref, cleanStart, taking, taker)); // it is still on its way here
            return;
        }
        if (!ref.ended && ref.link != null) {
            Link former = ref.link;
            former.end(
                    ReasonCode.SESSION_TAKEN_OVER,
                    "another client connected with this Client Identifier");
            ref.link = null;
            if (cleanStart) {
                ref.session.onConnectionEnded(ref.outbox);
            } else {
                ref.session.onTakenOver(ref.outbox);
            }
        }
        if (!ref.ended) {
            ref.session.forgetWill();
            if (cleanStart || ref.session.hasEnded(owner.nowMillis())) {
                end(ref);
            }
        }
        if (ref.ended) {
            taking.run(() -> take(ref.clientId(), cleanStart, taking, taker));
            return;
        }
        cancelTimer(ref);
        if (taking == owner) {
            taker.taken(ref, true);
        } else {
            SessionHandover.start(ref, taking, loops.all(), () -> {
                ref.outbox = outboxes.outbox(ref, taking);
                taker.taken(ref, true);
            });
        }
    }

    /**
     * Has every session do something, each on its owner's loop. A session on its way to another loop is left out: its
     * client is just connecting.
     */
    public void forEach(Consumer<Session> task) {
        for (BrokerLoop loop : loops.all()) {
            loop.post(() -> {
                for (SessionRef ref : sessions.values()) {
                    if (ref.owner() == loop && ref.parked == null && !ref.ended) {
                        task.accept(ref.session);
                    }
                }
            });
        }
    }

    /** A Network Connection begins to serve a session. On its owner's loop. */
    public void attached(SessionRef ref, Link link) {
        assert ref.owner().inLoop();
        ref.link = link;
    }

    /**
     * The Network Connection of a session has ended, or never came to be: the session is told, and ends or waits for its
     * deadline. On its owner's loop.
     */
    public void released(SessionRef ref) {
        BrokerLoop loop = ref.owner();
        assert loop.inLoop();
        if (ref.ended) {
            return;
        }
        ref.link = null;
        ref.session.onConnectionEnded(ref.outbox);
        endOrWait(ref);
    }

    /**
     * A session that was kept. Before the loops run, but for what is left to them: it ends or waits for its deadline, and
     * if a client was connected to it when the Server stopped, that connection ends now.
     */
    public SessionRef restore(Session session, long lastSequence, BrokerLoop loop) {
        SessionRef ref = new SessionRef(session.clientId(), loop, session, outboxes);
        ref.keptAs(session.number(), lastSequence);
        SessionRef other = sessions.put(session.clientId(), ref);
        if (other != null) { // the former did not come to its end
            if (other.number() > ref.number()) {
                sessions.put(session.clientId(), other);
                loop.post(() -> endSuperseded(ref));
                return ref;
            }
            other.owner().post(() -> endSuperseded(other));
        }
        for (SessionSubscription subscription : session.subscriptions()) {
            ref.outbox.subscribe(subscription);
        }
        loop.post(() -> {
            if (ref.ended || ref.link != null) {
                return;
            }
            if (session.isConnected()) {
                session.onConnectionEnded(ref.outbox);
            }
            endOrWait(ref);
        });
        return ref;
    }

    private static void endSuperseded(SessionRef ref) {
        ref.ended = true;
        ref.session.forgetWill();
        ref.session.end(ref.outbox);
    }

    /**
     * Disconnects a client, if it is connected. Any thread.
     *
     * @param done told whether it was, on a loop
     */
    public void disconnect(SessionRef ref, ReasonCode reason, String why, Consumer<Boolean> done) {
        BrokerLoop owner = ref.owner();
        owner.run(() -> {
            Link link = ref.link;
            if (ref.owner() != owner) {
                disconnect(ref, reason, why, done); // it moved meanwhile
            } else if (ref.parked != null) {
                ref.parked.add(() -> disconnect(ref, reason, why, done));
            } else if (link == null) {
                done.accept(false);
            } else {
                link.end(reason, why);
                released(ref);
                done.accept(true);
            }
        });
    }

    private void endOrWait(SessionRef ref) {
        BrokerLoop loop = ref.owner();
        long now = loop.nowMillis();
        long deadline = ref.session.nextDeadlineMillis();
        if (ref.session.hasEnded(now)) {
            deadline = ref.session.willDueAtMillis();
            if (deadline == Publication.NEVER) {
                end(ref);
                return;
            }
            ref.session.endButWill(ref.outbox);
            ref.onlyWill = true;
        }
        if (deadline != Publication.NEVER) {
            ScheduledFuture<?> scheduled = loop.schedule(() -> onDeadline(ref), deadline - now);
            ref.timer = () -> scheduled.cancel(false);
        }
    }

    private void onDeadline(SessionRef ref) {
        // Cancelled when the session is taken, so it is here and nobody is connected.
        ref.timer = null;
        if (!ref.ended && ref.link == null && ref.owner().inLoop()) {
            ref.session.onDeadline(ref.outbox);
            if (!ref.onlyWill && ref.session.hasEnded(ref.owner().nowMillis())) {
                ref.owner().counters().sessionsExpired++;
                LOG.info(LogMarkers.NOTICE, "Expiring client {} due to timeout.", ref.clientId());
            }
            endOrWait(ref);
        }
    }

    private static void cancelTimer(SessionRef ref) {
        if (ref.timer != null) {
            ref.timer.run();
            ref.timer = null;
        }
    }

    private void end(SessionRef ref) {
        cancelTimer(ref);
        ref.session.end(ref.outbox);
        ref.ended = true;
        sessions.remove(ref.clientId(), ref);
    }
}
