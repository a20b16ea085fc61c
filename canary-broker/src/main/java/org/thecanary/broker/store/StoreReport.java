// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a store holds.
 *
 * @param queued messages that wait, each for every session it waits for
 * @param inflight messages that were sent and are not acknowledged
 * @param messages what is stored of those: each once
 * @param bytes on disk
 * @param unreadable entries that cannot be read
 */
public record StoreReport(
        long sessions,
        long subscriptions,
        long queued,
        long inflight,
        long messages,
        long retained,
        long bytes,
        long unreadable) {
    static final StoreReport EMPTY = new StoreReport(0, 0, 0, 0, 0, 0, 0, 0);

    /** What people look for in it. */
    String words() {
        return sessions + " sessions, " + subscriptions + " subscriptions, " + queued
                + " waiting messages, " + inflight + " messages in flight, " + retained
                + " Retained Messages";
    }

    /** By the names that programs know it by. */
    public Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("sessions", sessions);
        members.put("subscriptions", subscriptions);
        members.put("queued", queued);
        members.put("inflight", inflight);
        members.put("messages", messages);
        members.put("retained", retained);
        members.put("bytes", bytes);
        members.put("unreadable", unreadable);
        return members;
    }
}
