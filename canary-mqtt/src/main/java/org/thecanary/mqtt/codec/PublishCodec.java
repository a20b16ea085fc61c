// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.thecanary.mqtt.packet.ProtocolException.malformed;
import static org.thecanary.mqtt.packet.ProtocolException.protocolError;

import org.thecanary.mqtt.codec.PacketDecoder.Side;
import org.thecanary.mqtt.codec.PropertyType.Carrier;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicName;

import java.util.ArrayList;
import java.util.List;

/**
 * PUBLISH, specification 3.3.
 *
 * <pre>
 *   0011 DUP QoS QoS RETAIN | Remaining Length | Topic Name | [Packet Identifier] | [Properties] | payload
 * </pre>
 */
final class PublishCodec {
    static final int DUP = 0x08;
    static final int RETAIN = 0x01;

    private PublishCodec() {}

    static Publish decode(
            WireReader in,
            int flags,
            ProtocolVersion version,
            Side side,
            TopicName last,
            TopicCache topics) {
        QoS qos = qos(flags);
        TopicName topic = topics.read(in, last);
        int packetId = qos == QoS.AT_MOST_ONCE ? 0 : packetId(in); // [MQTT-2.2.1-2]
        if (!version.isV5()) {
            return publish(in, flags, qos, named(topic), packetId);
        }
        if (in.hasRemaining() && in.array()[in.position()] == 0) { // no Properties
            in.readByte();
            return publish(in, flags, qos, named(topic), packetId);
        }
        return withProperties(in, flags, side, qos, topic, packetId);
    }

    /**
     * Bytes in front of the payload of a PUBLISH that begins here, or -1 where they have not come or are not good.
     */
    static int headSize(byte[] bytes, int from, int to, ProtocolVersion version) {
        int at = from + 1;
        while (at < to && bytes[at] < 0) {
            at++;
        }
        at++;
        if (at + 2 > to) {
            return -1;
        }
        at += 2 + (((bytes[at] & 0xFF) << 8) | (bytes[at + 1] & 0xFF));
        at += (bytes[from] & 0x06) == 0 ? 0 : 2;
        if (version.isV5()) {
            int length = 0;
            for (int shift = 0; ; shift += 7) {
                if (at >= to || shift > 21) {
                    return -1;
                }
                length |= (bytes[at] & 0x7F) << shift;
                if (bytes[at++] >= 0) {
                    break;
                }
            }
            at += length;
        }
        return at <= to ? at - from : -1;
    }

    private static QoS qos(int flags) {
        int qos = (flags >> 1) & 3;
        if (qos == 3) {
            throw malformed("[MQTT-3.3.1-4]", "PUBLISH with QoS 3");
        }
        if (qos == 0 && (flags & DUP) != 0) {
            throw malformed("[MQTT-3.3.1-2]", "PUBLISH with QoS 0 and DUP");
        }
        return QoS.of(qos);
    }

    private static int packetId(WireReader in) {
        int packetId = in.readShort();
        if (packetId == 0) {
            throw protocolError("[MQTT-2.2.1-3]", "Packet Identifier is 0");
        }
        return packetId;
    }

    /** Malformed, since mosquitto answers 0x81; specification 3.3.2.1 calls it a Protocol Error. */
    private static TopicName named(TopicName topic) {
        if (topic.isEmpty()) {
            throw malformed("[MQTT-4.7.3-1]", "PUBLISH without a topic");
        }
        return topic;
    }

    private static Publish publish(
            WireReader in, int flags, QoS qos, TopicName topic, int packetId) {
        byte[] payload = in.readRest();
        var message =
                new Message(topic, qos, (flags & RETAIN) != 0, payload, MessageProperties.NONE);
        return new Publish(message, packetId, (flags & DUP) != 0);
    }

    private static Publish withProperties(
            WireReader in, int flags, Side side, QoS qos, TopicName topic, int packetId) {
        var properties = new PropertyReader(in, Carrier.PUBLISH);
        var ofMessage = new MessagePropertiesCodec();
        int topicAlias = 0;
        List<Integer> subscriptionIdentifiers = new ArrayList<>(0);
        for (PropertyType type = properties.next(); type != null; type = properties.next()) {
            switch (type) {
                case TOPIC_ALIAS -> topicAlias = (int) properties.number();
                case SUBSCRIPTION_IDENTIFIER -> {
                    if (side == Side.SERVER || properties.number() == 0) {
                        throw protocolError(
                                "[MQTT-3.3.4-6]", "Subscription Identifier in a client's PUBLISH");
                    }
                    subscriptionIdentifiers.add((int) properties.number());
                }
                default -> ofMessage.accept(type, properties);
            }
        }
        if (topicAlias == 0) {
            named(topic);
        }
        byte[] payload = in.readRest();
        var message = new Message(
                topic, qos, (flags & RETAIN) != 0, payload, ofMessage.build(properties));
        return new Publish(
                message,
                packetId,
                (flags & DUP) != 0,
                topicAlias,
                List.copyOf(subscriptionIdentifiers));
    }

    /** The flags of the first byte. */
    static int flags(Publish publish) {
        Message message = publish.message();
        return (publish.dup() ? DUP : 0)
                | (message.qos().code() << 1)
                | (message.retain() ? RETAIN : 0);
    }

    /** All but the payload. */
    static void encodeHead(Publish publish, ProtocolVersion version, WireWriter out) {
        Message message = publish.message();
        out.writeBinary(message.topic().utf8());
        if (message.qos() != QoS.AT_MOST_ONCE) {
            out.writeShort(publish.packetId());
        }
        if (version.isV5()) {
            int mark = out.beginLength();
            for (int identifier : publish.subscriptionIdentifiers()) {
                PropertyWriter.write(out, PropertyType.SUBSCRIPTION_IDENTIFIER, identifier);
            }
            MessagePropertiesCodec.write(out, message.properties());
            PropertyWriter.writeUnless(0, out, PropertyType.TOPIC_ALIAS, publish.topicAlias());
            out.endLength(mark);
        }
    }
}
