// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything a broker is told before it starts, in the order of decision already settled: what differs by listener
 * stands in its {@link ListenerConfig} only.
 *
 * <p>Immutable; any thread.
 *
 * @param listeners at least one, in the order of the file
 * @param localOnly whether the file opens no port (or there is no file): the listeners are then 127.0.0.1 and
 *     ::1 of each port, and one of the two that cannot be bound is no error as long as the other can
 * @param limits what clients may ask for
 * @param log where log lines go
 * @param retainAvailable {@code retain_available}: if not, a retained PUBLISH ends the connection
 * @param checkRetainSource {@code check_retain_source}: whether a retained message is delivered only while its
 *     publisher may still write the topic
 * @param queueQos0Messages {@code queue_qos0_messages}: whether QoS 0 waits for an offline Session too
 * @param upgradeOutgoingQos {@code upgrade_outgoing_qos}: whether to deliver at the QoS of the subscription even where
 *     the message came with less
 * @param persistentClientExpiration {@code persistent_client_expiration}: how long a Session of MQTT 3 without Clean
 *     Session, or of MQTT 5 with a longer expiry, lives offline; null for ever
 * @param clientIdPrefix {@code clientid_prefixes}: what every Client Identifier has to begin with; null for anything
 * @param connectionMessages {@code connection_messages}: whether connects and disconnects are logged
 * @param allowDuplicateMessages {@code allow_duplicate_messages}: whether a client of MQTT 3 is sent a copy for each of
 *     its subscriptions that match, and not only one
 * @param enableControlApi {@code enable_control_api}: whether {@code $CONTROL/} is answered
 * @param retainExpiryMinutes {@code retain_expiry_interval}: time between sweeps for expired Retained Messages; 0 for no
 *     sweeps
 * @param sysIntervalSeconds {@code sys_interval}: time between updates of $SYS; 0 for no $SYS
 * @param pidFile {@code pid_file}; null for none
 * @param user {@code user}: whom root becomes; null where the file does not say
 * @param persistence where {@code persistence} keeps what outlives the program; null for nowhere
 */
public record BrokerConfig(
        List<ListenerConfig> listeners,
        boolean localOnly,
        Limits limits,
        LogConfig log,
        boolean retainAvailable,
        boolean checkRetainSource,
        boolean queueQos0Messages,
        boolean upgradeOutgoingQos,
        @Nullable Duration persistentClientExpiration,
        @Nullable String clientIdPrefix,
        boolean connectionMessages,
        boolean allowDuplicateMessages,
        boolean enableControlApi,
        int retainExpiryMinutes,
        int sysIntervalSeconds,
        @Nullable Path pidFile,
        @Nullable String user,
        @Nullable Persistence persistence) {
    /** The port of MQTT without TLS, registered with IANA. */
    public static final int DEFAULT_PORT = 1883;

    public BrokerConfig {
        listeners = List.copyOf(listeners);
        if (listeners.isEmpty()) {
            throw new IllegalArgumentException("a broker without a listener");
        }
    }

    /** What runs without a file: 127.0.0.1 and ::1 on this port, anonymous clients allowed. */
    public static BrokerConfig localOnly(int port) {
        Builder builder = new Builder();
        builder.localOnly = true;
        builder.listeners = localListeners(port);
        return builder.build();
    }

    static List<ListenerConfig> localListeners(int port) {
        List<ListenerConfig> listeners = new ArrayList<>();
        for (String host : List.of("127.0.0.1", "::1")) {
            ListenerConfig.Builder listener = new ListenerConfig.Builder();
            listener.port = port;
            listener.host = host;
            listener.allowAnonymous = true;
            listeners.add(listener.build());
        }
        return listeners;
    }

    /** The mutable form, for the loader and for tests. Owner: confined to its creator. */
    public static final class Builder {
        public List<ListenerConfig> listeners = List.of();
        public boolean localOnly;
        public Limits.Builder limits = new Limits.Builder();
        public LogConfig.Builder log = new LogConfig.Builder();
        public boolean retainAvailable = true;
        public boolean checkRetainSource = true;
        public boolean queueQos0Messages;
        public boolean upgradeOutgoingQos;
        public @Nullable Duration persistentClientExpiration;
        public @Nullable String clientIdPrefix;
        public boolean connectionMessages = true;
        public boolean allowDuplicateMessages = true;
        public boolean enableControlApi;
        public int retainExpiryMinutes;
        public int sysIntervalSeconds = 10;
        public @Nullable Path pidFile;
        public @Nullable String user;
        public boolean persistent;
        public boolean persistenceSync = true;
        public @Nullable Path persistenceLocation;
        public String persistenceFile = Persistence.FILE;

        /** Whether the plugin is named that keeps things in a database. */
        public boolean persistencePlugin;

        /** Its {@code plugin_opt_db_file}, which counts where there is no {@code persistence_location}. */
        public @Nullable Path databaseFile;

        public BrokerConfig build() {
            return new BrokerConfig(
                    listeners,
                    localOnly,
                    limits.build(),
                    log.build(),
                    retainAvailable,
                    checkRetainSource,
                    queueQos0Messages,
                    upgradeOutgoingQos,
                    persistentClientExpiration,
                    clientIdPrefix,
                    connectionMessages,
                    allowDuplicateMessages,
                    enableControlApi,
                    retainExpiryMinutes,
                    sysIntervalSeconds,
                    pidFile,
                    user,
                    persistence());
        }

        private @Nullable Persistence persistence() {
            Path location = persistenceLocation;
            Path database = persistencePlugin && location == null ? databaseFile : null;
            if (!persistent && !(persistencePlugin && (location != null || database != null))) {
                return null;
            }
            Path folder = database == null
                    ? Persistence.folder(location == null ? Path.of("") : location, persistenceFile)
                    : Persistence.folder(database);
            return new Persistence(folder, persistenceSync);
        }
    }
}
