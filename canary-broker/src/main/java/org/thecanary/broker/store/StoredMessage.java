// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.Message;

/**
 * A message as the store knows it.
 *
 * @param number of this message, growing; 0 for a Retained Message, which its topic names
 * @param publisherId the publisher's Client Identifier; empty for the Server itself
 * @param publisherUser null: anonymous
 * @param expiresAtMillis milliseconds since the epoch, or {@link Long#MAX_VALUE}: never
 */
public record StoredMessage(
        long number,
        Message message,
        String publisherId,
        @Nullable String publisherUser,
        long expiresAtMillis) {}
