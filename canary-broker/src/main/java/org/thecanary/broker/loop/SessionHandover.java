// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.loop;

import java.util.List;

/**
 * Moves a session from the loop of its former connection to the loop of its new one, so that no message overtakes
 * another [MQTT-4.6.0-5].
 *
 * <p>Owner: the former loop, which makes it.
 */
final class SessionHandover {
    /*
     * 1. The former owner F writes ref.owner = N. Whoever reads the owner afterwards sends to N, where it is parked.
     * 2. F sends a fence through every loop X and back. X read the owner either before the fence, and then its batch is
     *    in F's queue before the fence's answer since X flushes its batches first; or after, and then it sent to N.
     * 3. When all have answered, nothing older can reach F. The session is passed to N, which delivers what it parked.
     * Messages from one X to the session therefore arrive in the order X routed them: all by F, then all by N.
     */
    private final SessionRef ref;
    private final BrokerLoop next;
    private final Runnable arrived;
    private int answersAwaited;

    private SessionHandover(SessionRef ref, BrokerLoop next, Runnable arrived) {
        this.ref = ref;
        this.next = next;
        this.arrived = arrived;
    }

    /**
     * Starts moving; on the former owner's loop.
     *
     * @param arrived runs on the next loop when the session is there, before what was parked
     */
    static void start(SessionRef ref, BrokerLoop next, List<BrokerLoop> loops, Runnable arrived) {
        BrokerLoop former = ref.owner();
        assert former.inLoop();
        SessionHandover handover = new SessionHandover(ref, next, arrived);
        ref.moveTo(next);
        former.flushBatches();
        handover.answersAwaited = loops.size() - 1;
        for (BrokerLoop loop : loops) {
            if (loop != former) {
                loop.post(() -> {
                    loop.flushBatches();
                    former.post(handover::answered);
                });
            }
        }
    }

    private void answered() {
        if (--answersAwaited == 0) {
            ref.departing = null;
            next.post(this::arrive);
        }
    }

    private void arrive() {
        List<Runnable> parked = ref.parked;
        ref.parked = null;
        arrived.run();
        if (parked != null) {
            parked.forEach(Runnable::run);
        }
    }
}
