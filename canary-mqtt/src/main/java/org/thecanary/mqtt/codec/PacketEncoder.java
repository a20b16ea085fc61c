// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import org.thecanary.mqtt.packet.Auth;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.PingResp;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.UnsubAck;
import org.thecanary.mqtt.packet.Unsubscribe;

/** Writes packets as bytes. Stateless; any thread. */
public final class PacketEncoder {
    private PacketEncoder() {}

    /**
     * Appends a packet, leaving out its Reason String and then its User Properties if only so it keeps within the
     * receiver's Maximum Packet Size [MQTT-3.2.2-19], [MQTT-3.4.2-2]; a PUBLISH's User Properties are never left out.
     *
     * @param maximumPacketSize bytes of a whole packet the receiver accepts
     * @return false if even so it is too large; nothing was appended then [MQTT-3.1.2-24]
     */
    public static boolean encode(
            Packet packet, ProtocolVersion version, WireWriter out, long maximumPacketSize) {
        int start = out.length();
        for (Packet next = packet; next != null; next = Shortening.of(next)) {
            write(next, version, out);
            if (out.length() - start <= maximumPacketSize) {
                return true;
            }
            out.truncate(start);
        }
        return false;
    }

    /**
     * Appends all of a PUBLISH but its payload, which is to go behind it.
     *
     * @param maximumPacketSize bytes of a whole packet the receiver accepts
     * @return false if with its payload it is too large; nothing was appended then [MQTT-3.1.2-24]
     */
    public static boolean encodeHead(
            Publish packet, ProtocolVersion version, WireWriter out, long maximumPacketSize) {
        int start = out.length();
        int payload = packet.message().payload().length;
        out.writeByte(firstByte(packet));
        int mark = out.beginLength();
        PublishCodec.encodeHead(packet, version, out);
        out.endLength(mark, payload);
        if (out.length() - start + (long) payload <= maximumPacketSize) {
            return true;
        }
        out.truncate(start);
        return false;
    }

    private static void write(Packet packet, ProtocolVersion version, WireWriter out) {
        out.writeByte(firstByte(packet));
        int mark = out.beginLength();
        switch (packet) {
            case Publish p -> {
                PublishCodec.encodeHead(p, version, out);
                out.writeBytes(p.message().payload());
            }
            case PubAck(var id, var reason, var text, var users) ->
                AckCodec.encode(id, reason, text, users, version, out);
            case PubRec(var id, var reason, var text, var users) ->
                AckCodec.encode(id, reason, text, users, version, out);
            case PubRel(var id, var reason, var text, var users) ->
                AckCodec.encode(id, reason, text, users, version, out);
            case PubComp(var id, var reason, var text, var users) ->
                AckCodec.encode(id, reason, text, users, version, out);
            case Connect connect -> ConnectCodec.encode(connect, out);
            case ConnAck connAck -> ConnAckCodec.encode(connAck, version, out);
            case Subscribe subscribe -> SubscribeCodec.encode(subscribe, version, out);
            case SubAck subAck -> SubAckCodec.encode(subAck, version, out);
            case Unsubscribe unsubscribe -> UnsubscribeCodec.encode(unsubscribe, version, out);
            case UnsubAck unsubAck -> UnsubAckCodec.encode(unsubAck, version, out);
            case Disconnect disconnect -> DisconnectCodec.encode(disconnect, version, out);
            case Auth auth -> AuthCodec.encode(auth, out);
            case PingReq _, PingResp _ -> {}
        }
        out.endLength(mark);
    }

    private static int firstByte(Packet packet) {
        int type = switch (packet) {
            case Connect _ -> PacketType.CONNECT;
            case ConnAck _ -> PacketType.CONNACK;
            case Publish _ -> PacketType.PUBLISH;
            case PubAck _ -> PacketType.PUBACK;
            case PubRec _ -> PacketType.PUBREC;
            case PubRel _ -> PacketType.PUBREL;
            case PubComp _ -> PacketType.PUBCOMP;
            case Subscribe _ -> PacketType.SUBSCRIBE;
            case SubAck _ -> PacketType.SUBACK;
            case Unsubscribe _ -> PacketType.UNSUBSCRIBE;
            case UnsubAck _ -> PacketType.UNSUBACK;
            case PingReq _ -> PacketType.PINGREQ;
            case PingResp _ -> PacketType.PINGRESP;
            case Disconnect _ -> PacketType.DISCONNECT;
            case Auth _ -> PacketType.AUTH;
        };
        int flags = packet instanceof Publish p ? PublishCodec.flags(p) : PacketType.flags(type);
        return (type << 4) | flags;
    }
}
