// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * CONNECT, specification 3.1.
 *
 * @param version 3.1, 3.1.1 or 5
 * @param bridge whether the top bit of the Protocol Level was set: mosquitto's {@code try_private}, 3.x only
 * @param clientId may be empty: the Server then assigns one [MQTT-3.1.3-6]
 * @param cleanStart Clean Start, or Clean Session for 3.x
 * @param keepAliveSeconds 0 to 65,535; 0 turns keep alive off
 * @param will null: none
 * @param username null: absent
 * @param password null: absent
 * @param properties {@link Properties#NONE} for 3.x
 */
public record Connect(
        ProtocolVersion version,
        boolean bridge,
        String clientId,
        boolean cleanStart,
        int keepAliveSeconds,
        @Nullable Will will,
        @Nullable String username,
        byte @Nullable [] password,
        Properties properties)
        implements Packet {

    /**
     * The same, of this user; of another one, without a password.
     *
     * @param user null: of nobody
     */
    public Connect withUser(@Nullable String user) {
        if (Objects.equals(user, username)) {
            return this;
        }
        return new Connect(
                version,
                bridge,
                clientId,
                cleanStart,
                keepAliveSeconds,
                will,
                user,
                null,
                properties);
    }

    /** Receive Maximum where the peer gave none. */
    public static final int DEFAULT_RECEIVE_MAXIMUM = 65_535;

    /** Stands for "no limit" where a Maximum Packet Size is asked. */
    public static final long UNLIMITED_PACKET_SIZE = 0xFFFF_FFFFL;

    /** A Session Expiry Interval of this many seconds never ends. */
    public static final long NEVER_EXPIRES = 0xFFFF_FFFFL;

    /**
     * The Properties of a CONNECT, specification 3.1.2.11.
     *
     * @param sessionExpiryInterval seconds, 0 to {@link #NEVER_EXPIRES}
     * @param receiveMaximum 1 to 65,535
     * @param maximumPacketSize bytes, 1 to {@link #UNLIMITED_PACKET_SIZE}
     * @param topicAliasMaximum 0 to 65,535
     * @param requestResponseInformation whether Response Information may be sent
     * @param requestProblemInformation whether Reason Strings and User Properties may be sent on any packet; null: not
     *     said, so that they may but nobody asked for them
     * @param authenticationMethod null: no extended authentication
     * @param authenticationData null: absent
     */
    public record Properties(
            long sessionExpiryInterval,
            int receiveMaximum,
            long maximumPacketSize,
            int topicAliasMaximum,
            boolean requestResponseInformation,
            @Nullable Boolean requestProblemInformation,
            List<UserProperty> userProperties,
            @Nullable String authenticationMethod,
            byte @Nullable [] authenticationData) {

        public static final Properties NONE = new Properties(
                0,
                DEFAULT_RECEIVE_MAXIMUM,
                UNLIMITED_PACKET_SIZE,
                0,
                false,
                null,
                List.of(),
                null,
                null);

        // Not the compact form: javac would lose "@Nullable []" for callers in other modules.
        public Properties(
                long sessionExpiryInterval,
                int receiveMaximum,
                long maximumPacketSize,
                int topicAliasMaximum,
                boolean requestResponseInformation,
                @Nullable Boolean requestProblemInformation,
                List<UserProperty> userProperties,
                @Nullable String authenticationMethod,
                byte @Nullable [] authenticationData) {
            this.sessionExpiryInterval = sessionExpiryInterval;
            this.receiveMaximum = receiveMaximum;
            this.maximumPacketSize = maximumPacketSize;
            this.topicAliasMaximum = topicAliasMaximum;
            this.requestResponseInformation = requestResponseInformation;
            this.requestProblemInformation = requestProblemInformation;
            this.userProperties = List.copyOf(userProperties);
            this.authenticationMethod = authenticationMethod;
            this.authenticationData = authenticationData;
        }

        /** Whether the client asked for Reason Strings, rather than merely not ruled them out. */
        public boolean wantsProblemInformation() {
            return requestProblemInformation != null && requestProblemInformation;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Properties that
                    && sessionExpiryInterval == that.sessionExpiryInterval
                    && receiveMaximum == that.receiveMaximum
                    && maximumPacketSize == that.maximumPacketSize
                    && topicAliasMaximum == that.topicAliasMaximum
                    && requestResponseInformation == that.requestResponseInformation
                    && Objects.equals(requestProblemInformation, that.requestProblemInformation)
                    && userProperties.equals(that.userProperties)
                    && Objects.equals(authenticationMethod, that.authenticationMethod)
                    && Arrays.equals(authenticationData, that.authenticationData);
        }

        @Override
        public int hashCode() {
            return Objects.hash(
                    sessionExpiryInterval, receiveMaximum, maximumPacketSize, userProperties);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Connect that
                && version == that.version
                && bridge == that.bridge
                && clientId.equals(that.clientId)
                && cleanStart == that.cleanStart
                && keepAliveSeconds == that.keepAliveSeconds
                && Objects.equals(will, that.will)
                && Objects.equals(username, that.username)
                && Arrays.equals(password, that.password)
                && properties.equals(that.properties);
    }

    @Override
    public int hashCode() {
        return Objects.hash(version, clientId, cleanStart, keepAliveSeconds, username);
    }

    /** Without the password, so that it cannot reach a log. */
    @Override
    public String toString() {
        return "Connect[" + version + ", clientId=" + clientId + ", cleanStart=" + cleanStart
                + ", keepAlive=" + keepAliveSeconds + ", username=" + username + ", will=" + will
                + ", " + properties + "]";
    }
}
