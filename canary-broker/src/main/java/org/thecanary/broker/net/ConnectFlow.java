// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import io.netty.channel.Channel;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.auth.Admission.Admitted;
import org.thecanary.broker.auth.Admission.Refusal;
import org.thecanary.broker.auth.Admission.Refused;
import org.thecanary.broker.auth.Authenticator;
import org.thecanary.broker.auth.Authenticator.Verdict;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.CipherList;
import org.thecanary.broker.config.Limits;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.broker.config.ListenerConfig.UserFrom;
import org.thecanary.broker.config.LogMarkers;
import org.thecanary.broker.loop.BrokerLoop;
import org.thecanary.broker.loop.SessionDirectory;
import org.thecanary.broker.loop.SessionRef;
import org.thecanary.broker.routing.Denials;
import org.thecanary.broker.session.ConnectionTerms;
import org.thecanary.broker.session.Permissions;
import org.thecanary.broker.session.SessionLimits;
import org.thecanary.broker.session.SessionRules;
import org.thecanary.credentials.password.PasswordFile;
import org.thecanary.credentials.password.PasswordHash;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.Will;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

import javax.net.ssl.SSLSession;

/**
 * Decides about the CONNECTs of one listener, specification 3.1.4: validate, authenticate, find the session, and only
 * then answer.
 *
 * <p>Any thread, but each CONNECT is decided on its connection's loop.
 */
public final class ConnectFlow implements SessionRules {
    private static final Logger LOG = LoggerFactory.getLogger("broker");
    private static final Marker NOTICE = LogMarkers.NOTICE;

    private final SessionDirectory directory;
    private final Authenticator authenticator;
    private final ConnectionCount connections;
    private final IdentifierFights fights;
    private final Denials denials;
    private final Gate gate;
    private final SecureRandom random = new SecureRandom();
    private volatile ListenerRules rules;

    /**
     * A CONNECT that is accepted, and all that follows from it.
     *
     * @param credential the line of the password file that let the client in; null where none was asked
     */
    record Accepted(
            Connect connect,
            SessionRef ref,
            ConnAck connAck,
            ConnectionTerms terms,
            @Nullable PasswordHash credential,
            int keepAliveSeconds,
            int topicAliasMaximum) {}

    /** The flow of one listener. */
    public ConnectFlow(
            BrokerConfig config,
            ListenerConfig listener,
            SessionDirectory directory,
            Authenticator authenticator,
            ConnectionCount connections,
            IdentifierFights fights,
            Denials denials,
            Gate gate,
            AccessRules rules) {
        this.directory = directory;
        this.authenticator = authenticator;
        this.connections = connections;
        this.fights = fights;
        this.denials = denials;
        this.gate = gate;
        this.rules = new ListenerRules(config, listener, rules);
    }

    /** Holds newcomers to other rules from now on; {@link Listeners#review} does the same with those who are here. */
    public void reload(BrokerConfig config, ListenerConfig listener, AccessRules access) {
        rules = new ListenerRules(config, listener, access);
    }

    @Override
    public Permissions permissions(@Nullable String username, String clientId) {
        return rules.permissions(username, clientId);
    }

    /** What a session of a listener may have. */
    public static SessionLimits sessionLimits(BrokerConfig config, ListenerConfig listener) {
        return ListenerRules.limits(config, listener);
    }

    @Override
    public SessionLimits limits() {
        return rules.limits();
    }

    private BrokerConfig config() {
        return rules.config();
    }

    @Nullable
    MountPoint mountPoint() {
        return rules.mountPoint();
    }

    int globalMaxConnections() {
        return config().limits().globalMaxConnections();
    }

    SessionDirectory directory() {
        return directory;
    }

    /** The listener as it is configured now. */
    public ListenerConfig listener() {
        return rules.listener();
    }

    ListenerRules rules() {
        return rules;
    }

    Authenticator authenticator() {
        return authenticator;
    }

    IdentifierFights fights() {
        return fights;
    }

    ConnectionCount connections() {
        return connections;
    }

    long maximumPacketSize() {
        return config().limits().maxPacketSize();
    }

    int maximumHeaderBytes() {
        return config().limits().maxHeaderBytes();
    }

    /** "address:port" of the other end; of a UNIX socket its path and 0, as mosquitto has it. */
    String address(Channel channel) {
        Path path = listener().unixPath();
        return path != null ? path + ":0" : Addresses.hostAndPort(channel.remoteAddress());
    }

    /**
     * Logs that a connection has ended, in mosquitto's words.
     *
     * @param reason null where the client said DISCONNECT
     */
    void logEnd(String name, String address, @Nullable String reason) {
        if (config().connectionMessages() && LOG.isInfoEnabled(NOTICE)) {
            LOG.info(
                    NOTICE,
                    "Client {} [{}] disconnected{}.",
                    name,
                    address,
                    reason == null ? "" : ": " + reason);
        }
    }

    /** Of one that never spoke MQTT; said whatever {@code connection_messages} says, as mosquitto's TLS errors are. */
    void logRefused(String name, String address, String why) {
        LOG.info(NOTICE, "Client {} [{}] disconnected: {}.", name, address, why);
    }

    void logNewConnection(Channel channel) {
        if (config().connectionMessages() && LOG.isInfoEnabled(NOTICE)) {
            LOG.info(
                    NOTICE,
                    "New connection from {} on port {}.",
                    address(channel),
                    channel.localAddress() instanceof InetSocketAddress here ? here.getPort() : 0);
        }
    }

    void closed(Connection connection) {
        connections.closed(this);
    }

    // --- validate
    // -----------------------------------------------------------------------------------------------

    /** Decides at once, or after a reload. */
    void decide(Connect asked, Connection connection) {
        if (gate.isOpen(() -> connection.loop().run(() -> admit(asked, connection)))) {
            admit(asked, connection);
        }
    }

    private void admit(Connect connect, Connection connection) {
        if (!connection.awaitsVerdict()) {
            return;
        }
        if (!listener().protocolVersions().contains(connect.version())) {
            refuse(
                    connect,
                    connection,
                    ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                    "this listener takes other versions");
            return;
        }
        if (connect.properties().authenticationMethod() != null) {
            refuse(
                    connect,
                    connection,
                    ReasonCode.BAD_AUTHENTICATION_METHOD,
                    "unknown Authentication Method"); // [MQTT-4.12.0-1]
            return;
        }
        Will will = connect.will();
        if (will != null && will.message().topic().toString().startsWith("$CONTROL/")) {
            // As mosquitto: a Will may not give orders, and who tries is not answered.
            connection.drop(connect, "Will to $CONTROL");
            return;
        }
        if (will != null && will.message().retain() && !config().retainAvailable()) {
            refuse(
                    connect,
                    connection,
                    ReasonCode.RETAIN_NOT_SUPPORTED,
                    "retained Will"); // [MQTT-3.2.2-13]
            return;
        }
        if (will != null && will.message().qos().compareTo(listener().maxQos()) > 0) {
            refuse(
                    connect,
                    connection,
                    ReasonCode.QOS_NOT_SUPPORTED,
                    "Will QoS above Maximum QoS"); // [MQTT-3.2.2-12]
            return;
        }
        if (will != null
                && will.message().payload().length > config().limits().messageSizeLimit()) {
            refuse(
                    connect,
                    connection,
                    ReasonCode.PACKET_TOO_LARGE,
                    "Will payload exceeds message_size_limit");
            return;
        }
        ListenerRules asked = rules;
        switch (asked.admission()
                .answer(connect, connection.origin().user(listener().userFrom()))) {
            case Refused(Refusal refusal) ->
                refuse(connect, connection, refusal.reason(connect.version()), refusal.toString());
            case Admitted admitted ->
                authenticate(connect.withUser(admitted.username()), admitted, asked, connection);
        }
    }

    private String assignedIdentifier() {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        String hex = HexFormat.of().withUpperCase().formatHex(bytes);
        return listener().autoIdPrefix() + hex.substring(0, 8) + "-" + hex.substring(8, 12) + "-"
                + hex.substring(12, 16) + "-" + hex.substring(16, 20) + "-" + hex.substring(20);
    }

    private boolean keepAliveTooLong(Connect connect) {
        int most = config().limits().maxKeepAliveSeconds();
        return most > 0 && (connect.keepAliveSeconds() == 0 || connect.keepAliveSeconds() > most);
    }

    // --- authenticate
    // -------------------------------------------------------------------------------------------

    private void authenticate(
            Connect connect, Admitted admitted, ListenerRules asked, Connection connection) {
        String clientId = admitted.clientId().isEmpty()
                ? assignedIdentifier()
                : admitted.clientId(); // [MQTT-3.1.3-6], [MQTT-3.1.3-7]
        PasswordFile users = admitted.users();
        String username = admitted.username();
        if (users == null || username == null) {
            findSession(connect, clientId, null, connection);
            return;
        }
        PasswordHash credential = users.find(username).orElse(null);
        authenticator.verify(
                users,
                username,
                connect.password(),
                connection.host(),
                connection::isOpen,
                verdict -> connection.loop().run(() -> {
                    if (!connection.awaitsVerdict()) {
                        return;
                    }
                    if (!asked.equals(rules)) {
                        admit(connect, connection); // reloaded
                    } else if (verdict == Verdict.ACCEPTED) {
                        findSession(connect, clientId, credential, connection);
                    } else {
                        refuse(
                                connect,
                                connection,
                                ReasonCode.NOT_AUTHORIZED,
                                "user name or password is wrong");
                    }
                }));
    }

    /**
     * Whether a client that is connected would still be let in. Its password is not kept, so one whose line in the
     * password file has changed has to show it anew.
     */
    boolean stillAdmits(
            @Nullable String username, @Nullable PasswordHash credential, Origin origin) {
        UserFrom from = listener().userFrom();
        if (from != UserFrom.CONNECT) {
            return username != null && username.equals(origin.user(from));
        }
        ListenerRules now = rules;
        PasswordFile users = now.access().users();
        if (users == null || username == null) {
            return now.admission().refusal(username) == null;
        }
        return credential != null && credential.equals(users.find(username).orElse(null));
    }

    // --- find the session
    // ---------------------------------------------------------------------------------------

    private void findSession(
            Connect connect,
            String clientId,
            @Nullable PasswordHash credential,
            Connection connection) {
        if (directory.size() >= config().limits().globalMaxClients()
                && directory.find(clientId) == null) {
            refuse(connect, connection, ReasonCode.SERVER_BUSY, "global_max_clients is reached");
            return;
        }
        if (keepAliveTooLong(connect) && !connect.version().isV5()) {
            refuse(
                    connect,
                    connection,
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    DisconnectTexts.INVALID_INPUT,
                    "Keep Alive exceeds max_keepalive");
            return;
        }
        if (connection.loop().memory() == BrokerLoop.Memory.FULL
                && directory.find(clientId) == null) {
            refuse(connect, connection, ReasonCode.SERVER_BUSY, "memory is full");
            return;
        }
        directory.take(clientId, connect.cleanStart(), connection.loop(), (ref, present) -> {
            if (!connection.awaitsVerdict()) {
                directory.released(ref); // the client left while we decided
                return;
            }
            if (!stillAdmits(connect.username(), credential, connection.origin())) {
                directory.released(ref);
                refuse(connect, connection, ReasonCode.NOT_AUTHORIZED, "the rules have changed");
                return;
            }
            directory.attached(ref, connection);
            var _ = fights.won(clientId, connection.address());
            logConnected(connect, clientId, connection);
            if (PacketTrace.isOn()) {
                PacketTrace.accepted(connect);
            }
            logNegotiated(clientId, connection.tlsSession());
            connection.accept(accepted(connect, ref, present, credential));
            connection.resume();
        });
    }

    private void logConnected(Connect connect, String clientId, Connection connection) {
        if (config().connectionMessages() && LOG.isInfoEnabled(NOTICE)) {
            LOG.info(
                    NOTICE,
                    "New client connected from {} as {} (p{}, c{}, k{}{}).",
                    connection.address(),
                    clientId,
                    mosquittosNumber(connect.version()),
                    connect.cleanStart() ? 1 : 0,
                    connect.keepAliveSeconds(),
                    connect.username() == null ? "" : ", u'" + connect.username() + "'");
        }
    }

    private static void logNegotiated(String clientId, @Nullable SSLSession tls) {
        if (tls != null && LOG.isInfoEnabled(NOTICE)) {
            LOG.info(
                    NOTICE,
                    "Client {} negotiated {} cipher {}",
                    clientId,
                    tls.getProtocol(),
                    CipherList.openssl(tls.getCipherSuite()));
        }
    }

    /** How mosquitto numbers the versions where it logs them, up to 2.0; scripts know these. */
    private static int mosquittosNumber(ProtocolVersion version) {
        return switch (version) {
            case MQTT_3_1 -> 1;
            case MQTT_3_1_1 -> 2;
            case MQTT_5 -> 5;
        };
    }

    private Accepted accepted(
            Connect connect, SessionRef ref, boolean present, @Nullable PasswordHash credential) {
        boolean v5 = connect.version().isV5();
        int keepAlive = keepAliveTooLong(connect)
                ? config().limits().maxKeepAliveSeconds()
                : connect.keepAliveSeconds();
        long expiry = sessionExpirySeconds(connect);
        ConnectionTerms terms = new ConnectionTerms(
                connect.version(),
                v5 ? connect.properties().receiveMaximum() : Connect.DEFAULT_RECEIVE_MAXIMUM,
                expiry,
                connect.properties().wantsProblemInformation(),
                connect.username(),
                this,
                mountedWill(connect.will()));
        boolean told = present
                && connect.version() != ProtocolVersion.MQTT_3_1; // 3.1 has no session present
        ConnAck connAck = new ConnAck(
                told,
                ReasonCode.SUCCESS,
                v5 ? properties(connect, ref, keepAlive, expiry) : ConnAck.Properties.NONE);
        return new Accepted(
                connect,
                ref,
                connAck,
                terms,
                credential,
                keepAlive,
                listener().maxTopicAliasBroker());
    }

    private @Nullable Will mountedWill(@Nullable Will will) {
        MountPoint mountPoint = rules.mountPoint();
        return will == null || mountPoint == null ? will : mountPoint.in(will);
    }

    private long sessionExpirySeconds(Connect connect) {
        long asked;
        if (connect.version().isV5()) {
            asked = connect.properties().sessionExpiryInterval();
        } else {
            asked = connect.cleanStart() ? 0 : Connect.NEVER_EXPIRES;
        }
        return Math.min(asked, limits().maxExpirySeconds());
    }

    private ConnAck.Properties properties(
            Connect connect, SessionRef ref, int keepAlive, long expiry) {
        int absent = MessageProperties.ABSENT;
        Limits limits = config().limits();
        return ConnAck.Properties.limits(
                listener().maxTopicAlias() == 0 ? absent : listener().maxTopicAlias(),
                connect.clientId().isEmpty() ? ref.clientId() : null, // [MQTT-3.2.2-16]
                keepAlive == connect.keepAliveSeconds() ? absent : keepAlive, // [MQTT-3.2.2-21]
                expiry == connect.properties().sessionExpiryInterval() ? absent : expiry,
                maximumQos(), // [MQTT-3.2.2-9]
                config().retainAvailable(),
                limits.maxPacketSize(),
                limits.maxInflightMessages());
    }

    /** As a CONNACK tells of it. */
    int maximumQos() {
        QoS most = listener().maxQos();
        return most == QoS.EXACTLY_ONCE ? MessageProperties.ABSENT : most.code();
    }

    private void refuse(Connect connect, Connection connection, ReasonCode reason, String why) {
        refuse(connect, connection, reason, DisconnectTexts.ofRefusal(reason), why);
    }

    private void refuse(
            Connect connect, Connection connection, ReasonCode reason, String ended, String why) {
        if (reason == ReasonCode.NOT_AUTHORIZED) {
            denials.refused(
                    connect.clientId(), connect.username(), connection.host(), place(connect, why));
        }
        connection.refuse(connect, reason, ended, why);
    }

    /** Where it is written that a client does not come in, for operators alone. */
    private String place(Connect connect, String why) {
        PasswordFile users = rules.access().users();
        String username = connect.username();
        Path file = listener().passwordFile();
        if (users == null || username == null || file == null) {
            return why;
        }
        int line = users.lineOf(username);
        return line == 0 ? file + ": no such user" : file + ":" + line + ": another password";
    }
}
