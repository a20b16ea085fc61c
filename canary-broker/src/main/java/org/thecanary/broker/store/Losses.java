// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

/** Counts entries of a store by what they mean to people. Owner: confined to its creator. */
final class Losses {
    private long sessions;
    private long subscriptions;
    private long queued;
    private long inflight;
    private long retained;

    /** One entry, by its table. */
    void add(byte table) {
        switch (table) {
            case Schema.SESSION -> sessions++;
            case Schema.SUBSCRIPTION -> subscriptions++;
            case Schema.QUEUE -> queued++;
            case Schema.SENT, Schema.HELD -> inflight++;
            case Schema.RETAINED -> retained++;
            default -> {} // no loss of its own
        }
    }

    @Override
    public String toString() {
        return sessions + " sessions, " + subscriptions + " subscriptions, " + queued
                + " waiting messages, " + inflight + " messages in flight, " + retained
                + " Retained Messages";
    }
}
