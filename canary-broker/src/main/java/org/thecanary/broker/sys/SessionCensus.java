// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.sys;

import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.loop.BrokerLoops;
import org.thecanary.broker.loop.SessionRef;
import org.thecanary.broker.session.Session;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Counts what waits in all sessions: each loop looks at its own, a few at a time, so that none is held up and no message
 * has to be counted when it comes or goes.
 *
 * <p>A session that moves meanwhile may be missed. Any thread.
 */
public final class SessionCensus {
    private static final int AT_A_TIME = 1000;

    private final LongAdder messages = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final AtomicInteger open;
    private final Consumer<Waiting> then;

    /**
     * Messages that wait for clients or were not acknowledged yet.
     *
     * @param bytes of their payloads
     */
    public record Waiting(long messages, long bytes) {
        static final Waiting NONE = new Waiting(0, 0);
    }

    private record Part(BrokerLoop loop, List<SessionRef> refs) {}

    private SessionCensus(int parts, Consumer<Waiting> then) {
        this.open = new AtomicInteger(parts);
        this.then = then;
    }

    /** Counts, and tells on one of the loops; never, if the loops have ended. */
    static void take(BrokerLoops loops, Collection<SessionRef> sessions, Consumer<Waiting> then) {
        List<Part> parts = new ArrayList<>();
        Part[] growing = new Part[loops.all().size()];
        for (BrokerLoop loop : loops.all()) {
            growing[loop.index()] = new Part(loop, new ArrayList<>());
            parts.add(growing[loop.index()]);
        }
        for (SessionRef ref : sessions) {
            BrokerLoop owner = ref.owner();
            if (growing[owner.index()].refs.size() == AT_A_TIME) {
                growing[owner.index()] = new Part(owner, new ArrayList<>());
                parts.add(growing[owner.index()]);
            }
            growing[owner.index()].refs.add(ref);
        }
        SessionCensus census = new SessionCensus(parts.size(), then);
        parts.forEach(part -> part.loop.post(() -> census.count(part)));
    }

    private void count(Part part) {
        for (SessionRef ref : part.refs) {
            if (ref.isAt(part.loop)) {
                Session session = ref.session();
                messages.add(session.queuedMessages() + session.inflightMessages());
                bytes.add(session.queuedBytes() + session.inflightBytes());
            }
        }
        if (open.decrementAndGet() == 0) {
            then.accept(new Waiting(messages.sum(), bytes.sum()));
        }
    }
}
