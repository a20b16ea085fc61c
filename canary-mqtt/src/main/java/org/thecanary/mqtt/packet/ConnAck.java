// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.packet;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * CONNACK, specification 3.2.
 *
 * @param sessionPresent false whenever the reason is an error [MQTT-3.2.2-6]
 * @param reason for 3.x the codec writes the return code that is nearest
 * @param properties {@link Properties#NONE} for 3.x
 */
public record ConnAck(boolean sessionPresent, ReasonCode reason, Properties properties)
        implements Packet {

    /**
     * The Properties of a CONNACK, specification 3.2.2.3. An absent number is {@link MessageProperties#ABSENT}.
     *
     * @param topicAliasMaximum 0 to 65,535; absent: 0
     * @param assignedClientIdentifier null: the client's own is used
     * @param serverKeepAlive seconds; absent: the client's own is used
     * @param sessionExpiryInterval seconds; absent: as the client asked
     * @param maximumQoS 0 or 1; absent: 2
     * @param retainAvailable whether Retained Messages are supported
     * @param maximumPacketSize bytes; absent: no limit
     * @param receiveMaximum 1 to 65,535; absent: 65,535
     * @param wildcardSubscriptionAvailable whether filters with wildcards are
     * @param subscriptionIdentifiersAvailable whether Subscription Identifiers are
     * @param sharedSubscriptionAvailable whether {@code $share} is
     */
    public record Properties(
            int topicAliasMaximum,
            @Nullable String assignedClientIdentifier,
            int serverKeepAlive,
            long sessionExpiryInterval,
            int maximumQoS,
            boolean retainAvailable,
            long maximumPacketSize,
            int receiveMaximum,
            boolean wildcardSubscriptionAvailable,
            boolean subscriptionIdentifiersAvailable,
            boolean sharedSubscriptionAvailable,
            @Nullable String responseInformation,
            @Nullable String serverReference,
            @Nullable String authenticationMethod,
            byte @Nullable [] authenticationData,
            @Nullable String reasonString,
            List<UserProperty> userProperties) {

        private static final int ABSENT = MessageProperties.ABSENT;

        public static final Properties NONE = refusal(ABSENT, null);

        // Not the compact form: javac would lose "@Nullable []" for callers in other modules.
        public Properties(
                int topicAliasMaximum,
                @Nullable String assignedClientIdentifier,
                int serverKeepAlive,
                long sessionExpiryInterval,
                int maximumQoS,
                boolean retainAvailable,
                long maximumPacketSize,
                int receiveMaximum,
                boolean wildcardSubscriptionAvailable,
                boolean subscriptionIdentifiersAvailable,
                boolean sharedSubscriptionAvailable,
                @Nullable String responseInformation,
                @Nullable String serverReference,
                @Nullable String authenticationMethod,
                byte @Nullable [] authenticationData,
                @Nullable String reasonString,
                List<UserProperty> userProperties) {
            this.topicAliasMaximum = topicAliasMaximum;
            this.assignedClientIdentifier = assignedClientIdentifier;
            this.serverKeepAlive = serverKeepAlive;
            this.sessionExpiryInterval = sessionExpiryInterval;
            this.maximumQoS = maximumQoS;
            this.retainAvailable = retainAvailable;
            this.maximumPacketSize = maximumPacketSize;
            this.receiveMaximum = receiveMaximum;
            this.wildcardSubscriptionAvailable = wildcardSubscriptionAvailable;
            this.subscriptionIdentifiersAvailable = subscriptionIdentifiersAvailable;
            this.sharedSubscriptionAvailable = sharedSubscriptionAvailable;
            this.responseInformation = responseInformation;
            this.serverReference = serverReference;
            this.authenticationMethod = authenticationMethod;
            this.authenticationData = authenticationData;
            this.reasonString = reasonString;
            this.userProperties = List.copyOf(userProperties);
        }

        /** What a Server that supports everything says of its limits. */
        public static Properties limits(
                int topicAliasMaximum,
                @Nullable String assignedClientIdentifier,
                int serverKeepAlive,
                long sessionExpiryInterval,
                int maximumQoS,
                boolean retainAvailable,
                long maximumPacketSize,
                int receiveMaximum) {
            return new Properties(
                    topicAliasMaximum,
                    assignedClientIdentifier,
                    serverKeepAlive,
                    sessionExpiryInterval,
                    maximumQoS,
                    retainAvailable,
                    maximumPacketSize,
                    receiveMaximum,
                    true,
                    true,
                    true,
                    null,
                    null,
                    null,
                    null,
                    null,
                    List.of());
        }

        /**
         * What a refusal carries, as with mosquitto.
         *
         * @param maximumQoS 0 or 1; absent: 2
         * @param reasonString null where the client does not want to know
         */
        public static Properties refusal(int maximumQoS, @Nullable String reasonString) {
            return new Properties(
                    ABSENT,
                    null,
                    ABSENT,
                    ABSENT,
                    maximumQoS,
                    true,
                    ABSENT,
                    ABSENT,
                    true,
                    true,
                    true,
                    null,
                    null,
                    null,
                    null,
                    reasonString,
                    List.of());
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Properties that
                    && topicAliasMaximum == that.topicAliasMaximum
                    && Objects.equals(assignedClientIdentifier, that.assignedClientIdentifier)
                    && serverKeepAlive == that.serverKeepAlive
                    && sessionExpiryInterval == that.sessionExpiryInterval
                    && maximumQoS == that.maximumQoS
                    && retainAvailable == that.retainAvailable
                    && maximumPacketSize == that.maximumPacketSize
                    && receiveMaximum == that.receiveMaximum
                    && wildcardSubscriptionAvailable == that.wildcardSubscriptionAvailable
                    && subscriptionIdentifiersAvailable == that.subscriptionIdentifiersAvailable
                    && sharedSubscriptionAvailable == that.sharedSubscriptionAvailable
                    && Objects.equals(responseInformation, that.responseInformation)
                    && Objects.equals(serverReference, that.serverReference)
                    && Objects.equals(authenticationMethod, that.authenticationMethod)
                    && Arrays.equals(authenticationData, that.authenticationData)
                    && Objects.equals(reasonString, that.reasonString)
                    && userProperties.equals(that.userProperties);
        }

        @Override
        public int hashCode() {
            return Objects.hash(
                    topicAliasMaximum, assignedClientIdentifier, receiveMaximum, reasonString);
        }
    }
}
