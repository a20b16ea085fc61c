// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicFilter;

/**
 * That one session is owed one stored message, and how it is to be sent.
 *
 * @param session the session's number in the store
 * @param sequence the place in the session's queue, growing from 1; 0 if it never stood there
 * @param message the message's number
 * @param sole whether no other claim to the message was ever made, so that the message goes with this one
 * @param identifier the Subscription Identifier, or 0
 * @param shared the Shared Subscription it came through, or null
 */
public record Claim(
        long session,
        long sequence,
        long message,
        boolean sole,
        QoS qos,
        boolean retain,
        int identifier,
        @Nullable TopicFilter shared) {}
