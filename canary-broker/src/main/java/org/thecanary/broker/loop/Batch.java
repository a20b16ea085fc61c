// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.loop;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.session.Publication;
import org.thecanary.broker.session.SessionSubscription;
import org.thecanary.broker.store.Claim;

import java.util.Arrays;

/**
 * The deliveries that one loop has for another in one turn, in order; itself the task that the other loop runs.
 *
 * <p>Owner: the sending loop until it is posted, then the receiving loop.
 */
final class Batch implements Runnable {
    private static final int FIELDS = 4;

    private final BrokerLoop target;
    private @Nullable Object[] entries = new @Nullable Object[FIELDS * 16];
    private int length;

    Batch(BrokerLoop target) {
        this.target = target;
    }

    BrokerLoop target() {
        return target;
    }

    void add(
            SessionRef ref,
            Publication publication,
            SessionSubscription subscription,
            @Nullable Claim claim) {
        if (length == entries.length) {
            entries = Arrays.copyOf(entries, length * 2);
        }
        entries[length] = ref;
        entries[length + 1] = publication;
        entries[length + 2] = subscription;
        entries[length + 3] = claim;
        length += FIELDS;
    }

    @Override
    public void run() {
        target.turn();
        for (int i = 0; i < length; i += FIELDS) {
            if (entries[i] instanceof SessionRef ref
                    && entries[i + 1] instanceof Publication publication
                    && entries[i + 2] instanceof SessionSubscription subscription) {
                ref.deliver(target, publication, subscription, (Claim) entries[i + 3]);
            }
        }
    }
}
