// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.UserProperty;
import org.thecanary.mqtt.packet.Will;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * All there is to say about a client before it connects. Made by {@link #builder}.
 *
 * @param transport where the Server is
 * @param localAddress where the connection comes from; null: the system chooses
 * @param version 3.1, 3.1.1 or 5
 * @param bridge whether to say so in the CONNECT, as mosquitto's bridges do; 3.x only
 * @param clientId may be empty: the Server then assigns one
 * @param cleanStart Clean Start, or Clean Session for 3.x, of each {@link MqttClient#connect}. With version 5 and a Session
 *     Expiry Interval the connections that follow by themselves resume the Session
 * @param sessionExpiry version 5; whole seconds, 0 to {@link #NEVER_EXPIRES}
 * @param keepAlive whole seconds, 0 to 65,535; 0 is off
 * @param username null: none
 * @param password null: none; never in {@link #toString}
 * @param will null: none
 * @param receiveMaximum 1 to 65,535: how many QoS 1 and 2 messages the Server may send before they are answered
 * @param maximumPacketSize bytes of the largest packet this client accepts, of any version
 * @param topicAliasMaximum 0 to 65,535: how many aliases the Server may use
 * @param requestResponseInformation version 5
 * @param requestProblemInformation version 5
 * @param userProperties of the CONNECT; version 5
 * @param connectTimeout for the transport and the CONNACK together
 * @param reconnect whether the client comes back by itself
 * @param manualAcknowledgement whether the application acknowledges each message
 * @param maxInFlight 1 to 65,535: how many QoS 1 and 2 publishes may be unacknowledged at a time, besides the Server's
 *     Receive Maximum. Unless set it is 65,535 for version 5, and 20 for 3.x, whose Servers cannot say how many they
 *     take: mosquitto 2.0 acknowledges and forgets QoS 2 messages above its {@code max_inflight_messages} of 20
 * @param maxPending 1 or more: how many publishes may be unsent or unacknowledged at a time
 */
public record ClientOptions(
        Transport transport,
        @Nullable InetSocketAddress localAddress,
        ProtocolVersion version,
        boolean bridge,
        String clientId,
        boolean cleanStart,
        Duration sessionExpiry,
        Duration keepAlive,
        @Nullable String username,
        byte @Nullable [] password,
        @Nullable Will will,
        int receiveMaximum,
        long maximumPacketSize,
        int topicAliasMaximum,
        boolean requestResponseInformation,
        boolean requestProblemInformation,
        List<UserProperty> userProperties,
        Duration connectTimeout,
        ReconnectPolicy reconnect,
        boolean manualAcknowledgement,
        int maxInFlight,
        int maxPending) {

    /** The Session Expiry Interval of a Session that never ends. */
    public static final Duration NEVER_EXPIRES = Duration.ofSeconds(Connect.NEVER_EXPIRES);

    private static final int V3_IN_FLIGHT = 20;
    private static final int LONGEST_TEXT = 65_535;

    /** The largest packet there is, specification 2.1.4. */
    public static final long LARGEST_PACKET = 268_435_460;

    // Not the compact form: javac would lose "@Nullable []" for callers in other modules.
    public ClientOptions(
            Transport transport,
            @Nullable InetSocketAddress localAddress,
            ProtocolVersion version,
            boolean bridge,
            String clientId,
            boolean cleanStart,
            Duration sessionExpiry,
            Duration keepAlive,
            @Nullable String username,
            byte @Nullable [] password,
            @Nullable Will will,
            int receiveMaximum,
            long maximumPacketSize,
            int topicAliasMaximum,
            boolean requestResponseInformation,
            boolean requestProblemInformation,
            List<UserProperty> userProperties,
            Duration connectTimeout,
            ReconnectPolicy reconnect,
            boolean manualAcknowledgement,
            int maxInFlight,
            int maxPending) {
        this.transport = transport;
        this.localAddress = localAddress;
        this.version = version;
        this.bridge = bridge;
        this.clientId = clientId;
        this.cleanStart = cleanStart;
        this.sessionExpiry = sessionExpiry;
        this.keepAlive = keepAlive;
        this.username = username;
        this.password = password;
        this.will = will;
        this.receiveMaximum = receiveMaximum;
        this.maximumPacketSize = maximumPacketSize;
        this.topicAliasMaximum = topicAliasMaximum;
        this.requestResponseInformation = requestResponseInformation;
        this.requestProblemInformation = requestProblemInformation;
        this.userProperties = List.copyOf(userProperties);
        this.connectTimeout = connectTimeout;
        this.reconnect = reconnect;
        this.manualAcknowledgement = manualAcknowledgement;
        this.maxInFlight = maxInFlight;
        this.maxPending = maxPending;
        check();
    }

    private void check() {
        checkRange("Session Expiry Interval", sessionExpiry.toSeconds(), 0, Connect.NEVER_EXPIRES);
        checkRange("Keep Alive", keepAlive.toSeconds(), 0, 65_535);
        checkRange("Receive Maximum", receiveMaximum, 1, 65_535);
        checkRange("Maximum Packet Size", maximumPacketSize, 1, Connect.UNLIMITED_PACKET_SIZE);
        checkRange("Topic Alias Maximum", topicAliasMaximum, 0, 65_535);
        checkRange("number of publishes in flight", maxInFlight, 1, 65_535);
        checkRange("number of pending publishes", maxPending, 1, Integer.MAX_VALUE);
        checkRange("connect timeout in ms", connectTimeout.toMillis(), 1, Integer.MAX_VALUE);
        checkRange("client id in bytes", utf8Length(clientId), 0, LONGEST_TEXT);
        checkRange("user name in bytes", utf8Length(username), 0, LONGEST_TEXT);
        checkRange("password in bytes", password == null ? 0 : password.length, 0, LONGEST_TEXT);
        if (password != null && username == null && !version.isV5()) {
            throw new IllegalArgumentException(
                    "a password without a user name needs MQTT 5"); // v3 [MQTT-3.1.2-22]
        }
        if (clientId.isEmpty()
                && (version == ProtocolVersion.MQTT_3_1 || (!version.isV5() && !cleanStart))) {
            throw new IllegalArgumentException(
                    "without Clean Session, and for MQTT 3.1, a client id is needed"); // v3
            // [MQTT-3.1.3-7]
        }
    }

    private static int utf8Length(@Nullable String text) {
        return text == null ? 0 : text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void checkRange(String what, long value, long from, long to) {
        if (value < from || value > to) {
            throw new IllegalArgumentException(
                    what + " " + value + " is not " + from + " to " + to);
        }
    }

    /** Options for this Server, with defaults for all else: MQTT 5, Clean Start, 60 s Keep Alive, no reconnect. */
    public static Builder builder(Transport transport) {
        return new Builder(transport);
    }

    /** Options for plain TCP. */
    public static Builder builder(String host, int port) {
        return builder(Transport.tcp(host, port));
    }

    /** Without the password, so that it cannot reach a log. */
    @Override
    public String toString() {
        return "ClientOptions[" + transport.describe() + ", " + version + ", clientId=" + clientId
                + ", cleanStart=" + cleanStart + ", sessionExpiry=" + sessionExpiry
                + ", keepAlive=" + keepAlive + ", username=" + username + ", will=" + will
                + ", reconnect=" + reconnect + "]";
    }

    /** Collects {@link ClientOptions}; each method sets the component of its name. Confined to its creator. */
    public static final class Builder {
        private final Transport transport;
        private @Nullable InetSocketAddress localAddress;
        private ProtocolVersion version = ProtocolVersion.MQTT_5;
        private boolean bridge;
        private String clientId = "";
        private boolean cleanStart = true;
        private Duration sessionExpiry = Duration.ZERO;
        private Duration keepAlive = Duration.ofSeconds(60);
        private @Nullable String username;
        private byte @Nullable [] password;
        private @Nullable Will will;
        private int receiveMaximum = Connect.DEFAULT_RECEIVE_MAXIMUM;
        private long maximumPacketSize = LARGEST_PACKET;
        private int topicAliasMaximum;
        private boolean requestResponseInformation;
        private boolean requestProblemInformation = true;
        private List<UserProperty> userProperties = List.of();
        private Duration connectTimeout = Duration.ofSeconds(30);
        private ReconnectPolicy reconnect = ReconnectPolicy.NONE;
        private boolean manualAcknowledgement;
        private int maxInFlight;
        private int maxPending = 1_000;

        private Builder(Transport transport) {
            this.transport = transport;
        }

        public Builder localAddress(@Nullable InetSocketAddress value) {
            localAddress = value;
            return this;
        }

        public Builder version(ProtocolVersion value) {
            version = value;
            return this;
        }

        public Builder bridge(boolean value) {
            bridge = value;
            return this;
        }

        public Builder clientId(String value) {
            clientId = value;
            return this;
        }

        public Builder cleanStart(boolean value) {
            cleanStart = value;
            return this;
        }

        public Builder sessionExpiry(Duration value) {
            sessionExpiry = value;
            return this;
        }

        public Builder keepAlive(Duration value) {
            keepAlive = value;
            return this;
        }

        public Builder username(@Nullable String value) {
            username = value;
            return this;
        }

        public Builder password(byte @Nullable [] value) {
            password = value;
            return this;
        }

        /** User name and password as text. */
        public Builder credentials(String name, String secret) {
            username = name;
            password = secret.getBytes(StandardCharsets.UTF_8);
            return this;
        }

        public Builder will(@Nullable Will value) {
            will = value;
            return this;
        }

        public Builder receiveMaximum(int value) {
            receiveMaximum = value;
            return this;
        }

        public Builder maximumPacketSize(long value) {
            maximumPacketSize = value;
            return this;
        }

        public Builder topicAliasMaximum(int value) {
            topicAliasMaximum = value;
            return this;
        }

        public Builder requestResponseInformation(boolean value) {
            requestResponseInformation = value;
            return this;
        }

        public Builder requestProblemInformation(boolean value) {
            requestProblemInformation = value;
            return this;
        }

        public Builder userProperties(List<UserProperty> value) {
            userProperties = value;
            return this;
        }

        public Builder connectTimeout(Duration value) {
            connectTimeout = value;
            return this;
        }

        public Builder reconnect(ReconnectPolicy value) {
            reconnect = value;
            return this;
        }

        public Builder manualAcknowledgement(boolean value) {
            manualAcknowledgement = value;
            return this;
        }

        public Builder maxInFlight(int value) {
            maxInFlight = value;
            return this;
        }

        public Builder maxPending(int value) {
            maxPending = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if a value is out of its range; the message says which
         */
        public ClientOptions build() {
            return new ClientOptions(
                    transport,
                    localAddress,
                    version,
                    bridge,
                    clientId,
                    cleanStart,
                    sessionExpiry,
                    keepAlive,
                    username,
                    password,
                    will,
                    receiveMaximum,
                    maximumPacketSize,
                    topicAliasMaximum,
                    requestResponseInformation,
                    requestProblemInformation,
                    userProperties,
                    connectTimeout,
                    reconnect,
                    manualAcknowledgement,
                    maxInFlight != 0
                            ? maxInFlight
                            : version.isV5() ? Connect.DEFAULT_RECEIVE_MAXIMUM : V3_IN_FLIGHT,
                    maxPending);
        }
    }
}
