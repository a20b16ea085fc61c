// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.thecanary.mqtt.packet.MessageProperties.ABSENT;
import static org.thecanary.mqtt.packet.ProtocolException.malformed;
import static org.thecanary.mqtt.packet.ProtocolException.protocolError;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.codec.PropertyType.Carrier;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.ConnAck.Properties;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.ReasonCode;

/**
 * CONNACK, specification 3.2.
 *
 * <pre>
 *   0000000 Session Present | Reason Code, or return code in version 3 | [Properties]
 * </pre>
 */
final class ConnAckCodec {
    private static final int SESSION_PRESENT = 0x01;

    private ConnAckCodec() {}

    static ConnAck decode(WireReader in, ProtocolVersion version) {
        int flags = in.readByte();
        if (version == ProtocolVersion.MQTT_3_1) {
            flags = 0; // 3.1 reserves the whole byte
        }
        if ((flags & ~SESSION_PRESENT) != 0) {
            throw malformed("[MQTT-3.2.2-1]", "reserved Connect Acknowledge Flags");
        }
        boolean sessionPresent = flags != 0;
        ReasonCode reason =
                version.isV5() ? ReasonCodes.read(in, ReasonCodes.CONNACK) : fromV3(in.readByte());
        if (sessionPresent && reason.isError()) {
            throw protocolError("[MQTT-3.2.2-6]", "Session Present in a refusal");
        }
        Properties properties = version.isV5() ? readProperties(in) : Properties.NONE;
        return new ConnAck(sessionPresent, reason, properties);
    }

    private static ReasonCode fromV3(int returnCode) {
        return switch (returnCode) {
            case 0 -> ReasonCode.SUCCESS;
            case 1 -> ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
            case 2 -> ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
            case 3 -> ReasonCode.SERVER_UNAVAILABLE;
            case 4 -> ReasonCode.BAD_USER_NAME_OR_PASSWORD;
            case 5 -> ReasonCode.NOT_AUTHORIZED;
            default -> throw protocolError("3.2.2.3 v3", "reserved return code in CONNACK");
        };
    }

    /** The return code that says it best; what version 3 cannot say is 3, "Server unavailable". */
    private static int toV3(ReasonCode reason) {
        return switch (reason) {
            case SUCCESS -> 0;
            case UNSUPPORTED_PROTOCOL_VERSION -> 1;
            case CLIENT_IDENTIFIER_NOT_VALID -> 2;
            case BAD_USER_NAME_OR_PASSWORD -> 4;
            // mosquitto refuses a Will that is too large with 5
            case NOT_AUTHORIZED, BANNED, BAD_AUTHENTICATION_METHOD, PACKET_TOO_LARGE -> 5;
            default -> 3;
        };
    }

    private static Properties readProperties(WireReader in) {
        var reader = new PropertyReader(in, Carrier.CONNACK);
        int topicAliasMaximum = ABSENT;
        String assignedClientIdentifier = null;
        int serverKeepAlive = ABSENT;
        long sessionExpiryInterval = ABSENT;
        int maximumQoS = ABSENT;
        boolean retainAvailable = true;
        long maximumPacketSize = ABSENT;
        int receiveMaximum = ABSENT;
        boolean wildcardSubscriptionAvailable = true;
        boolean subscriptionIdentifiersAvailable = true;
        boolean sharedSubscriptionAvailable = true;
        String responseInformation = null;
        String serverReference = null;
        String authenticationMethod = null;
        byte @Nullable [] authenticationData = null;
        String reasonString = null;
        for (PropertyType type = reader.next(); type != null; type = reader.next()) {
            switch (type) {
                case TOPIC_ALIAS_MAXIMUM -> topicAliasMaximum = (int) reader.number();
                case ASSIGNED_CLIENT_IDENTIFIER -> assignedClientIdentifier = reader.text();
                case SERVER_KEEP_ALIVE -> serverKeepAlive = (int) reader.number();
                case SESSION_EXPIRY_INTERVAL -> sessionExpiryInterval = reader.number();
                case MAXIMUM_QOS -> maximumQoS = (int) reader.number();
                case RETAIN_AVAILABLE -> retainAvailable = reader.flag();
                case MAXIMUM_PACKET_SIZE -> maximumPacketSize = reader.number();
                case RECEIVE_MAXIMUM -> receiveMaximum = (int) reader.number();
                case WILDCARD_SUBSCRIPTION_AVAILABLE ->
                    wildcardSubscriptionAvailable = reader.flag();
                case SUBSCRIPTION_IDENTIFIER_AVAILABLE ->
                    subscriptionIdentifiersAvailable = reader.flag();
                case SHARED_SUBSCRIPTION_AVAILABLE -> sharedSubscriptionAvailable = reader.flag();
                case RESPONSE_INFORMATION -> responseInformation = reader.text();
                case SERVER_REFERENCE -> serverReference = reader.text();
                case AUTHENTICATION_METHOD -> authenticationMethod = reader.text();
                case AUTHENTICATION_DATA -> authenticationData = reader.binary();
                default -> reasonString = reader.text();
            }
        }
        if (authenticationData != null && authenticationMethod == null) {
            throw protocolError("3.2.2.3.18", "Authentication Data without a method");
        }
        if (!reader.any()) {
            return Properties.NONE;
        }
        return new Properties(
                topicAliasMaximum,
                assignedClientIdentifier,
                serverKeepAlive,
                sessionExpiryInterval,
                maximumQoS,
                retainAvailable,
                maximumPacketSize,
                receiveMaximum,
                wildcardSubscriptionAvailable,
                subscriptionIdentifiersAvailable,
                sharedSubscriptionAvailable,
                responseInformation,
                serverReference,
                authenticationMethod,
                authenticationData,
                reasonString,
                reader.userProperties());
    }

    static void encode(ConnAck connAck, ProtocolVersion version, WireWriter out) {
        boolean present = connAck.sessionPresent() && version != ProtocolVersion.MQTT_3_1;
        out.writeByte(present ? SESSION_PRESENT : 0);
        if (!version.isV5()) {
            out.writeByte(toV3(connAck.reason()));
            return;
        }
        out.writeByte(connAck.reason().code());
        encode(connAck.properties(), out);
    }

    /** In mosquitto's order, so that whoever compares whole packets sees the same. */
    private static void encode(Properties properties, WireWriter out) {
        int mark = out.beginLength();
        PropertyWriter.write(out, PropertyType.SERVER_KEEP_ALIVE, properties.serverKeepAlive());
        PropertyWriter.write(out, PropertyType.TOPIC_ALIAS_MAXIMUM, properties.topicAliasMaximum());
        PropertyWriter.write(
                out,
                PropertyType.ASSIGNED_CLIENT_IDENTIFIER,
                properties.assignedClientIdentifier());
        PropertyWriter.write(
                out, PropertyType.SESSION_EXPIRY_INTERVAL, properties.sessionExpiryInterval());
        PropertyWriter.write(
                out, PropertyType.AUTHENTICATION_METHOD, properties.authenticationMethod());
        PropertyWriter.write(
                out, PropertyType.AUTHENTICATION_DATA, properties.authenticationData());
        PropertyWriter.writeUnless(
                true, out, PropertyType.RETAIN_AVAILABLE, properties.retainAvailable());
        PropertyWriter.write(out, PropertyType.MAXIMUM_PACKET_SIZE, properties.maximumPacketSize());
        PropertyWriter.write(out, PropertyType.RECEIVE_MAXIMUM, properties.receiveMaximum());
        PropertyWriter.write(out, PropertyType.MAXIMUM_QOS, properties.maximumQoS());
        PropertyWriter.writeUnless(
                true,
                out,
                PropertyType.WILDCARD_SUBSCRIPTION_AVAILABLE,
                properties.wildcardSubscriptionAvailable());
        PropertyWriter.writeUnless(
                true,
                out,
                PropertyType.SUBSCRIPTION_IDENTIFIER_AVAILABLE,
                properties.subscriptionIdentifiersAvailable());
        PropertyWriter.writeUnless(
                true,
                out,
                PropertyType.SHARED_SUBSCRIPTION_AVAILABLE,
                properties.sharedSubscriptionAvailable());
        PropertyWriter.write(
                out, PropertyType.RESPONSE_INFORMATION, properties.responseInformation());
        PropertyWriter.write(out, PropertyType.SERVER_REFERENCE, properties.serverReference());
        PropertyWriter.write(out, PropertyType.REASON_STRING, properties.reasonString());
        PropertyWriter.write(out, properties.userProperties());
        out.endLength(mark);
    }
}
