// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.auth.Admission;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.Limits;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.session.Permissions;
import org.thecanary.broker.session.SessionLimits;
import org.thecanary.mqtt.packet.Connect;

/**
 * All that one listener holds its clients to, from one reading of the configuration; a reload makes another.
 *
 * <p>Immutable; any thread.
 */
record ListenerRules(
        BrokerConfig config,
        ListenerConfig listener,
        AccessRules access,
        Admission admission,
        SessionLimits limits,
        @Nullable MountPoint mountPoint) {
    private static final int MAX_SUBSCRIPTIONS = 100_000;

    ListenerRules(BrokerConfig config, ListenerConfig listener, AccessRules access) {
        this(
                config,
                listener,
                access,
                new Admission(config.clientIdPrefix(), listener, access),
                limits(config, listener),
                listener.mountPoint() == null ? null : new MountPoint(listener.mountPoint()));
    }

    static SessionLimits limits(BrokerConfig config, ListenerConfig listener) {
        Limits limits = config.limits();
        return new SessionLimits(
                limits.maxInflightMessages(),
                limits.maxInflightBytes(),
                limits.maxQueuedMessages(),
                limits.maxQueuedBytes(),
                limits.messageSizeLimit(),
                listener.maxQos(),
                listener.maxTopicAlias(),
                config.retainAvailable(),
                config.queueQos0Messages(),
                config.upgradeOutgoingQos(),
                config.persistentClientExpiration() == null
                        ? Connect.NEVER_EXPIRES
                        : config.persistentClientExpiration().toSeconds(),
                MAX_SUBSCRIPTIONS,
                config.allowDuplicateMessages());
    }

    Permissions permissions(@Nullable String username, String clientId) {
        return access.permissions(username, clientId);
    }
}
