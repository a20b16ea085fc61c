// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.session;

import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.QoS;

/**
 * What the configuration lets one session have. Where mosquitto's option says "no limit", the largest value stands here.
 *
 * @param maxInflightMessages {@code max_inflight_messages}, 1 to 65,535: unacknowledged QoS 1 and 2 messages sent, and
 *     the Receive Maximum a version 5 client is told
 * @param maxInflightBytes {@code max_inflight_bytes}
 * @param maxQueuedMessages {@code max_queued_messages}
 * @param maxQueuedBytes {@code max_queued_bytes}
 * @param messageSizeLimit {@code message_size_limit}, payload bytes
 * @param maxQoS {@code max_qos}
 * @param topicAliasMaximum {@code max_topic_alias}, client to Server
 * @param retainAvailable {@code retain_available}
 * @param queueQos0 {@code queue_qos0_messages}: also QoS 0 waits for a session that is away
 * @param upgradeOutgoingQos {@code upgrade_outgoing_qos}: deliver with the QoS of the subscription
 * @param maxExpirySeconds {@code persistent_client_expiration}: the longest Session Expiry Interval
 * @param maxSubscriptions subscriptions one session may hold; beyond it SUBACK says 0x97
 * @param allowDuplicates {@code allow_duplicate_messages}: a client of version 3 is sent a copy for each subscription
 */
public record SessionLimits(
        int maxInflightMessages,
        long maxInflightBytes,
        int maxQueuedMessages,
        long maxQueuedBytes,
        int messageSizeLimit,
        QoS maxQoS,
        int topicAliasMaximum,
        boolean retainAvailable,
        boolean queueQos0,
        boolean upgradeOutgoingQos,
        long maxExpirySeconds,
        int maxSubscriptions,
        boolean allowDuplicates) {

    /** mosquitto's defaults, and a number of subscriptions that no honest client needs. */
    public static final SessionLimits DEFAULTS = new SessionLimits(
            20,
            Long.MAX_VALUE,
            1000,
            Long.MAX_VALUE,
            Integer.MAX_VALUE,
            QoS.EXACTLY_ONCE,
            10,
            true,
            false,
            false,
            Connect.NEVER_EXPIRES,
            100_000,
            true);
}
