// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.Will;

/**
 * The Will of a session's latest Network Connection, and when it is to be published.
 *
 * <p>Owner: the session's loop.
 */
final class WillState {
    private @Nullable Will will;
    private long dueAtMillis = Publication.NEVER;

    /** A new Network Connection: the former will and its delay are void [MQTT-3.1.3-9]. */
    void replace(@Nullable Will will) {
        this.will = will;
        dueAtMillis = Publication.NEVER;
    }

    /** The client said goodbye [MQTT-3.14.4-3]. */
    void clear() {
        replace(null);
    }

    /**
     * The Network Connection ended without goodbye: the will is due after its delay or when the session ends, whichever
     * comes first [MQTT-3.1.2-8].
     */
    void connectionLost(long nowMillis, long sessionEndsAtMillis) {
        if (will != null) {
            dueAtMillis = Math.min(nowMillis + will.delaySeconds() * 1000, sessionEndsAtMillis);
        }
    }

    /** What is to be published if the client does not come back, or null. */
    @Nullable
    Will will() {
        return will;
    }

    /** As it was before the Server stopped. */
    void restore(@Nullable Will was, long due) {
        will = was;
        dueAtMillis = due;
    }

    /** When it is to be published, or {@link Publication#NEVER}. */
    long dueAtMillis() {
        return dueAtMillis;
    }

    /** Takes the will out if it is due, else null. */
    @Nullable
    Will takeIfDue(long nowMillis) {
        if (dueAtMillis > nowMillis) {
            return null;
        }
        Will due = will;
        clear();
        return due;
    }
}
