// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.Will;

/**
 * What is kept of a session besides its subscriptions and messages.
 *
 * @param number the session's number in the store, used once
 * @param username of the latest Network Connection; null: anonymous
 * @param expirySeconds the Session Expiry Interval, 0xFFFFFFFF: never
 * @param connected whether a Network Connection served it
 * @param endsAtMillis when a session that is not connected ends, or {@link Long#MAX_VALUE}
 * @param will what is to be published if the client does not return, or null
 * @param willDueAtMillis when, or {@link Long#MAX_VALUE} while the client is connected
 * @param nextPacketId the Packet Identifier after the last that was given, 1 to 65,535
 */
public record KeptSession(
        long number,
        String clientId,
        @Nullable String username,
        boolean v5,
        long expirySeconds,
        boolean connected,
        long endsAtMillis,
        @Nullable Will will,
        long willDueAtMillis,
        int nextPacketId) {}
