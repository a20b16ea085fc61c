// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.thecanary.mqtt.packet.ProtocolException.malformed;
import static org.thecanary.mqtt.packet.ProtocolException.protocolError;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.codec.PropertyType.Carrier;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Connect.Properties;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.ProtocolException;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.Will;
import org.thecanary.mqtt.topic.TopicName;

/**
 * CONNECT, specification 3.1.
 *
 * <pre>
 *   Protocol Name | Protocol Version | flags | Keep Alive | [Properties]
 *     | Client Identifier | [[Will Properties] | Will Topic | Will Payload] | [User Name] | [Password]
 *   flags: User Name | Password | Will Retain | Will QoS (2) | Will | Clean Start | 0
 * </pre>
 *
 * <p>The header comes first and is answered by itself, since it says in which version the rest, and a refusal, are
 * written.
 */
final class ConnectCodec {
    private static final int RESERVED = 0x01;
    private static final int CLEAN_START = 0x02;
    private static final int WILL = 0x04;
    private static final int WILL_QOS = 0x18;
    private static final int WILL_RETAIN = 0x20;
    private static final int PASSWORD = 0x40;
    private static final int USER_NAME = 0x80;

    /** On the Protocol Version of 3.x: mosquitto's mark of a bridge. */
    private static final int BRIDGE = 0x80;

    private ConnectCodec() {}

    /**
     * @param headerFlags lower half of the first byte
     * @param decoder is told the version as soon as it is known, before anything is refused
     */
    static Connect decode(WireReader in, int headerFlags, PacketDecoder decoder) {
        boolean old = isOldName(in);
        int level = in.readByte();
        ProtocolVersion version = version(old, level, decoder);
        decoder.version(version);
        int flags = readFlags(in, version, headerFlags);
        int keepAliveSeconds = in.readShort();
        Properties properties = version.isV5() ? readProperties(in) : Properties.NONE;
        String clientId = readClientId(in, version);
        Will will = (flags & WILL) == 0 ? null : readWill(in, version, flags);
        // A 3.1 client may set the flags and then send neither.
        boolean lenient = version == ProtocolVersion.MQTT_3_1;
        String username = null;
        byte[] password = null;
        try {
            if ((flags & USER_NAME) != 0 && !(lenient && !in.hasRemaining())) {
                username = in.readString(); // [MQTT-3.1.3-12]
            }
            if ((flags & PASSWORD) != 0 && !(lenient && !in.hasRemaining())) {
                password = in.readBinary();
            }
        } catch (ProtocolException e) {
            throw e.unanswered();
        }
        return new Connect(
                version,
                !version.isV5() && (level & BRIDGE) != 0,
                clientId,
                (flags & CLEAN_START) != 0,
                keepAliveSeconds,
                will,
                username,
                password,
                properties);
    }

    /** Whether it is {@code MQIsdp}; anything but that and {@code MQTT} is refused. */
    private static boolean isOldName(WireReader in) {
        byte[] name = in.readBinary();
        if (isName(name, ProtocolVersion.MQTT_3_1)) {
            return true;
        }
        if (isName(name, ProtocolVersion.MQTT_5)) {
            return false;
        }
        throw protocolError("[MQTT-3.1.2-1]", "Protocol Name is not MQTT");
    }

    private static boolean isName(byte[] name, ProtocolVersion version) {
        String expected = version.protocolName();
        if (name.length != expected.length()) {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            if (name[i] != expected.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The version, or a refusal [MQTT-3.1.2-2]. A level nobody knows is answered in the form of version 5; one that does
     * not go with the name, in the form of version 3. So does mosquitto.
     */
    private static ProtocolVersion version(boolean old, int level, PacketDecoder decoder) {
        int plain = level & ~BRIDGE;
        if (old && plain == 3) {
            return ProtocolVersion.MQTT_3_1;
        }
        if (!old && plain == 4) {
            return ProtocolVersion.MQTT_3_1_1;
        }
        if (!old && level == 5) {
            return ProtocolVersion.MQTT_5;
        }
        boolean known = plain == 3 || plain == 4 || level == 5;
        decoder.version(known ? ProtocolVersion.MQTT_3_1_1 : ProtocolVersion.MQTT_5);
        throw new ProtocolException(
                ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                "[MQTT-3.1.2-2]",
                "Protocol Version " + level + " is not supported");
    }

    private static int readFlags(WireReader in, ProtocolVersion version, int headerFlags) {
        int flags = in.readByte();
        int willQoS = (flags & WILL_QOS) >> 3;
        if (willQoS == 3) {
            throw malformed("[MQTT-3.1.2-12]", "Will QoS 3");
        }
        if (!version.isV5() && (flags & (USER_NAME | PASSWORD)) == PASSWORD) {
            throw protocolError("[MQTT-3.1.2-22] v3", "password without user name");
        }
        if (version == ProtocolVersion.MQTT_3_1) {
            return flags; // 3.1 gives no meaning to the other bits, and does not forbid them
        }
        if (headerFlags != 0) {
            throw malformed("[MQTT-2.1.3-1]", "reserved flags of CONNECT");
        }
        if ((flags & RESERVED) != 0) {
            throw malformed("[MQTT-3.1.2-3]", "reserved Connect Flag");
        }
        if ((flags & WILL) == 0 && (flags & (WILL_QOS | WILL_RETAIN)) != 0) {
            throw malformed("[MQTT-3.1.2-11]", "Will QoS or Will Retain without Will");
        }
        return flags;
    }

    private static Properties readProperties(WireReader in) {
        var properties = new PropertyReader(in, Carrier.CONNECT);
        long sessionExpiryInterval = 0;
        int receiveMaximum = Connect.DEFAULT_RECEIVE_MAXIMUM;
        long maximumPacketSize = Connect.UNLIMITED_PACKET_SIZE;
        int topicAliasMaximum = 0;
        boolean requestResponseInformation = false;
        Boolean requestProblemInformation = null;
        String method = null;
        byte[] data = null;
        for (PropertyType type = properties.next(); type != null; type = properties.next()) {
            switch (type) {
                case SESSION_EXPIRY_INTERVAL -> sessionExpiryInterval = properties.number();
                case RECEIVE_MAXIMUM -> receiveMaximum = (int) properties.number();
                case MAXIMUM_PACKET_SIZE -> maximumPacketSize = properties.number();
                case TOPIC_ALIAS_MAXIMUM -> topicAliasMaximum = (int) properties.number();
                case REQUEST_RESPONSE_INFORMATION -> requestResponseInformation = properties.flag();
                case REQUEST_PROBLEM_INFORMATION -> requestProblemInformation = properties.flag();
                case AUTHENTICATION_METHOD -> method = properties.text();
                default -> data = properties.binary();
            }
        }
        if (data != null && method == null) {
            throw protocolError("3.1.2.11.10", "Authentication Data without a method");
        }
        if (!properties.any()) {
            return Properties.NONE;
        }
        return new Properties(
                sessionExpiryInterval,
                receiveMaximum,
                maximumPacketSize,
                topicAliasMaximum,
                requestResponseInformation,
                requestProblemInformation,
                properties.userProperties(),
                method,
                data);
    }

    /** An ill-formed one is answered 0x85, as mosquitto does. */
    private static String readClientId(WireReader in, ProtocolVersion version) {
        int length = in.readShort();
        int from = in.skip(length);
        try {
            Utf8.check(in.array(), from, from + length);
        } catch (ProtocolException e) {
            if (!version.isV5()) {
                throw e;
            }
            throw new ProtocolException(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "[MQTT-3.1.3-4]",
                    "Client Identifier: " + e.getMessage());
        }
        return new String(in.array(), from, length, UTF_8);
    }

    private static Will readWill(WireReader in, ProtocolVersion version, int flags) {
        long delaySeconds = 0;
        MessageProperties properties = MessageProperties.NONE;
        if (version.isV5()) {
            var reader = new PropertyReader(in, Carrier.WILL);
            var ofMessage = new MessagePropertiesCodec();
            for (PropertyType type = reader.next(); type != null; type = reader.next()) {
                if (type == PropertyType.WILL_DELAY_INTERVAL) {
                    delaySeconds = reader.number();
                } else {
                    ofMessage.accept(type, reader);
                }
            }
            properties = ofMessage.build(reader);
        }
        int length = in.readShort();
        TopicName topic = readWillTopic(in, length);
        byte[] payload = in.readBinary();
        var qos = QoS.of((flags & WILL_QOS) >> 3);
        boolean retain = (flags & WILL_RETAIN) != 0;
        return new Will(new Message(topic, qos, retain, payload, properties), delaySeconds);
    }

    private static TopicName readWillTopic(WireReader in, int length) {
        int from = in.skip(length);
        try {
            return TopicCache.parse(in.array(), from, length);
        } catch (ProtocolException e) {
            throw new ProtocolException(
                            e.reason(), "[MQTT-3.1.3-11]", "Will Topic: " + e.getMessage())
                    .unanswered();
        }
    }

    static void encode(Connect connect, WireWriter out) {
        ProtocolVersion version = connect.version();
        out.writeString(version.protocolName());
        out.writeByte(version.level() | (connect.bridge() ? BRIDGE : 0));
        out.writeByte(flags(connect));
        out.writeShort(connect.keepAliveSeconds());
        if (version.isV5()) {
            encode(connect.properties(), out);
        }
        out.writeString(connect.clientId());
        Will will = connect.will();
        if (will != null) {
            encode(will, version, out);
        }
        String username = connect.username();
        if (username != null) {
            out.writeString(username);
        }
        byte[] password = connect.password();
        if (password != null) {
            out.writeBinary(password);
        }
    }

    private static int flags(Connect connect) {
        return (connect.cleanStart() ? CLEAN_START : 0)
                | willFlags(connect.will())
                | (connect.password() != null ? PASSWORD : 0)
                | (connect.username() != null ? USER_NAME : 0);
    }

    private static int willFlags(@Nullable Will will) {
        if (will == null) {
            return 0;
        }
        Message message = will.message();
        return WILL | (message.qos().code() << 3) | (message.retain() ? WILL_RETAIN : 0);
    }

    private static void encode(Properties properties, WireWriter out) {
        int mark = out.beginLength();
        PropertyWriter.writeUnless(
                0, out, PropertyType.SESSION_EXPIRY_INTERVAL, properties.sessionExpiryInterval());
        PropertyWriter.writeUnless(
                Connect.DEFAULT_RECEIVE_MAXIMUM,
                out,
                PropertyType.RECEIVE_MAXIMUM,
                properties.receiveMaximum());
        PropertyWriter.writeUnless(
                Connect.UNLIMITED_PACKET_SIZE,
                out,
                PropertyType.MAXIMUM_PACKET_SIZE,
                properties.maximumPacketSize());
        PropertyWriter.writeUnless(
                0, out, PropertyType.TOPIC_ALIAS_MAXIMUM, properties.topicAliasMaximum());
        PropertyWriter.writeUnless(
                false,
                out,
                PropertyType.REQUEST_RESPONSE_INFORMATION,
                properties.requestResponseInformation());
        Boolean requestProblemInformation = properties.requestProblemInformation();
        if (requestProblemInformation != null) {
            PropertyWriter.writeUnless(
                    !requestProblemInformation,
                    out,
                    PropertyType.REQUEST_PROBLEM_INFORMATION,
                    requestProblemInformation);
        }
        PropertyWriter.write(out, properties.userProperties());
        PropertyWriter.write(
                out, PropertyType.AUTHENTICATION_METHOD, properties.authenticationMethod());
        PropertyWriter.write(
                out, PropertyType.AUTHENTICATION_DATA, properties.authenticationData());
        out.endLength(mark);
    }

    private static void encode(Will will, ProtocolVersion version, WireWriter out) {
        Message message = will.message();
        if (version.isV5()) {
            int mark = out.beginLength();
            PropertyWriter.writeUnless(
                    0, out, PropertyType.WILL_DELAY_INTERVAL, will.delaySeconds());
            MessagePropertiesCodec.write(out, message.properties());
            out.endLength(mark);
        }
        out.writeBinary(message.topic().utf8());
        out.writeBinary(message.payload());
    }
}
