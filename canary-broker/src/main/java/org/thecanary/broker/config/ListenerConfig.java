// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.QoS;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * One listener, with everything resolved that holds for the clients that come in through it, whether it was written
 * under the listener or as a global option.
 *
 * <p>Immutable; any thread.
 *
 * @param port TCP port, 1 to 65,535; 0 with a UNIX socket, and in tests for any free one
 * @param host {@code listener PORT HOST} or {@code bind_address}: a name or address whose every address is bound; null
 *     for all interfaces
 * @param socketDomain {@code socket_domain}: the address families to bind
 * @param allowAnonymous {@code listener_allow_anonymous}, else {@code allow_anonymous}: whether a client without a user
 *     name comes in
 * @param passwordFile {@code password_file}; null for none, and then nobody's password is checked
 * @param aclFile {@code acl_file}; null for none, and then everything is allowed
 * @param allowZeroLengthClientId {@code allow_zero_length_clientid}
 * @param autoIdPrefix {@code listener_auto_id_prefix}, else {@code auto_id_prefix}: begins the Assigned Client
 *     Identifier
 * @param useUsernameAsClientId {@code use_username_as_clientid}: the user name replaces the Client Identifier; without
 *     a user name, not authorized
 * @param protocolVersions {@code accept_protocol_versions}; never empty
 * @param maxConnections {@code max_connections}; {@link Integer#MAX_VALUE} for no limit
 * @param maxQos {@code max_qos}: Maximum QoS of a PUBLISH
 * @param maxTopicAlias {@code max_topic_alias}: Topic Alias Maximum we send; 0 for none
 * @param maxTopicAliasBroker {@code max_topic_alias_broker}: most aliases we use towards a client; 0 for none
 * @param mountPoint {@code mount_point}: what stands before all topics of its clients; null for nothing
 * @param tls null for none
 * @param userFrom {@code use_identity_as_username}, {@code use_subject_as_username}: what a client's user is; not
 *     {@link UserFrom#CONNECT} only where clients show certificates
 * @param protocol {@code protocol}
 * @param websocketOrigins {@code websockets_origin}: the values of HTTP's Origin that are let in; empty for any or none
 * @param unixPath {@code listener 0 PATH}: a UNIX socket instead of a port; null for none
 * @param bindInterface {@code bind_interface}: the network interface clients have to come through; null for any
 * @param proxy null where no proxy announces clients
 */
public record ListenerConfig(
        int port,
        @Nullable String host,
        SocketDomain socketDomain,
        boolean allowAnonymous,
        @Nullable Path passwordFile,
        @Nullable Path aclFile,
        boolean allowZeroLengthClientId,
        String autoIdPrefix,
        boolean useUsernameAsClientId,
        Set<ProtocolVersion> protocolVersions,
        int maxConnections,
        QoS maxQos,
        int maxTopicAlias,
        int maxTopicAliasBroker,
        @Nullable String mountPoint,
        @Nullable TlsConfig tls,
        UserFrom userFrom,
        Protocol protocol,
        List<String> websocketOrigins,
        @Nullable Path unixPath,
        @Nullable String bindInterface,
        @Nullable ProxyConfig proxy) {

    /** What is spoken on the port. */
    public enum Protocol {
        MQTT,
        WEBSOCKETS,
        HTTP_API
    }

    /** Where the name of a client's user is taken from. */
    public enum UserFrom {
        /** The User Name of CONNECT, proved by its Password. */
        CONNECT,
        /** The Common Name of the client's certificate. */
        COMMON_NAME,
        /** The whole subject of the client's certificate. */
        SUBJECT
    }

    /** The address families a listener binds. */
    public enum SocketDomain {
        BOTH,
        IPV4,
        IPV6
    }

    public ListenerConfig {
        protocolVersions = Set.copyOf(protocolVersions);
        websocketOrigins = List.copyOf(websocketOrigins);
    }

    /** Whether another is the same listener, perhaps with other options: as mosquitto, by port and address. */
    public boolean isAtSamePlaceAs(ListenerConfig other) {
        return port == other.port
                && Objects.equals(host, other.host)
                && Objects.equals(unixPath, other.unixPath);
    }

    /** Whether the options are the same that count only when the port is opened. */
    public boolean isOpenedLike(ListenerConfig other) {
        return socketDomain == other.socketDomain
                && (tls == null) == (other.tls == null)
                && protocol == other.protocol
                && Objects.equals(bindInterface, other.bindInterface)
                && Objects.equals(proxy, other.proxy);
    }

    /** These options, but for those that count only when the port is opened: they stay as another has them. */
    public ListenerConfig openedLike(ListenerConfig other) {
        return new ListenerConfig(
                port,
                host,
                other.socketDomain,
                allowAnonymous,
                passwordFile,
                aclFile,
                allowZeroLengthClientId,
                autoIdPrefix,
                useUsernameAsClientId,
                protocolVersions,
                maxConnections,
                maxQos,
                maxTopicAlias,
                maxTopicAliasBroker,
                mountPoint,
                (tls == null) == (other.tls == null) ? tls : other.tls,
                userFrom,
                other.protocol,
                websocketOrigins,
                unixPath,
                other.bindInterface,
                other.proxy);
    }

    /** "listener 1883" and the address, as it is written in the file. */
    public String describe() {
        if (unixPath != null) {
            return "listener 0 " + unixPath;
        }
        return "listener " + port + (host == null ? "" : " " + host);
    }

    /** A listener as {@code listener PORT} alone makes it: all interfaces, nobody anonymous. */
    public static ListenerConfig of(int port) {
        Builder builder = new Builder();
        builder.port = port;
        return builder.build();
    }

    /** The mutable form, for the loader and for tests. Owner: confined to its creator. */
    public static final class Builder {
        public int port = 1883;
        public @Nullable String host;
        public SocketDomain socketDomain = SocketDomain.BOTH;
        public boolean allowAnonymous;
        public @Nullable Path passwordFile;
        public @Nullable Path aclFile;
        public boolean allowZeroLengthClientId = true;
        public String autoIdPrefix = "auto-";
        public boolean useUsernameAsClientId;
        public Set<ProtocolVersion> protocolVersions = EnumSet.allOf(ProtocolVersion.class);
        public int maxConnections = Integer.MAX_VALUE;
        public QoS maxQos = QoS.EXACTLY_ONCE;
        public int maxTopicAlias = 10;
        public int maxTopicAliasBroker = 10;
        public @Nullable String mountPoint;
        public TlsConfig.Builder tls = new TlsConfig.Builder();
        public boolean useIdentityAsUsername;
        public boolean useSubjectAsUsername;
        public Protocol protocol = Protocol.MQTT;
        public List<String> websocketOrigins = new ArrayList<>();
        public @Nullable Path unixPath;
        public @Nullable String bindInterface;
        public int proxyProtocol;
        public boolean proxyRequiresTls;

        public ListenerConfig build() {
            return new ListenerConfig(
                    port,
                    host,
                    socketDomain,
                    allowAnonymous,
                    passwordFile,
                    aclFile,
                    allowZeroLengthClientId,
                    autoIdPrefix,
                    useUsernameAsClientId,
                    protocolVersions,
                    maxConnections,
                    maxQos,
                    maxTopicAlias,
                    maxTopicAliasBroker,
                    mountPoint,
                    tls.build(),
                    userFrom(),
                    protocol,
                    websocketOrigins,
                    unixPath,
                    bindInterface,
                    proxy());
        }

        private @Nullable ProxyConfig proxy() {
            return proxyProtocol == 0
                    ? null
                    : new ProxyConfig(
                            proxyProtocol,
                            proxyRequiresTls,
                            proxyProtocol == 2 && tls.requireCertificate);
        }

        private UserFrom userFrom() {
            // Without TLS nobody shows a certificate, and the options have no effect, as in
            // mosquitto.
            boolean shown = tls.build() != null || proxyProtocol == 2;
            if (!shown || !(useIdentityAsUsername || useSubjectAsUsername)) {
                return UserFrom.CONNECT;
            }
            return useIdentityAsUsername ? UserFrom.COMMON_NAME : UserFrom.SUBJECT;
        }
    }
}
