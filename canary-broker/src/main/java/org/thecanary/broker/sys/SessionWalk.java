// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.sys;

import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.loop.BrokerLoops;
import org.thecanary.broker.loop.SessionRef;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A look at many sessions: each loop looks at its own, a few at a time, so that none is held up.
 *
 * <p>A session that moves meanwhile may be missed. Any thread.
 */
final class SessionWalk {
    private static final int AT_A_TIME = 1000;

    private final Consumer<SessionRef> visit;
    private final Runnable then;
    private final AtomicInteger open;

    private record Part(BrokerLoop loop, List<SessionRef> refs) {}

    private SessionWalk(Consumer<SessionRef> visit, Runnable then, int parts) {
        this.visit = visit;
        this.then = then;
        this.open = new AtomicInteger(parts);
    }

    /**
     * Looks at each session on its loop.
     *
     * @param visit called by several loops at a time
     * @param then called when all were visited, on one of the loops; never, if these have ended
     */
    static void over(
            BrokerLoops loops,
            Collection<SessionRef> sessions,
            Consumer<SessionRef> visit,
            Runnable then) {
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
        SessionWalk walk = new SessionWalk(visit, then, parts.size());
        parts.forEach(part -> part.loop.post(() -> walk.visit(part)));
    }

    private void visit(Part part) {
        for (SessionRef ref : part.refs) {
            if (ref.isAt(part.loop)) {
                visit.accept(ref);
            }
        }
        if (open.decrementAndGet() == 0) {
            then.run();
        }
    }
}
