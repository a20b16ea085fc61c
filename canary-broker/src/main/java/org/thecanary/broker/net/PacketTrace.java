// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.net;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.mqtt.packet.Auth;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.PingResp;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.UnsubAck;
import org.thecanary.mqtt.packet.Unsubscribe;
import org.thecanary.mqtt.packet.Will;

/**
 * {@code log_type debug}: every packet that comes and goes, in mosquitto's words. Ask {@link #isOn} first, so that nothing
 * is paid while nobody wants to know.
 *
 * <p>Any thread.
 */
final class PacketTrace {
    private static final Logger LOG = LoggerFactory.getLogger("broker");
    private static final Logger UNSUBSCRIBE_LOG = LoggerFactory.getLogger("broker.unsubscribe");

    private PacketTrace() {}

    static boolean isOn() {
        return LOG.isDebugEnabled();
    }

    /** {@code log_type unsubscribe}: what a client asks, whether it has such subscriptions or not. */
    static void unsubscribe(String client, Unsubscribe packet) {
        if (UNSUBSCRIBE_LOG.isInfoEnabled()) {
            packet.filters().forEach(filter -> UNSUBSCRIBE_LOG.info("{} {}", client, filter));
        }
    }

    /** Before it is handled. */
    static void received(String client, Packet packet) {
        switch (packet) {
            case PubAck ack ->
                LOG.debug(
                        "Received PUBACK from {} (Mid: {}, RC:{})",
                        client,
                        ack.packetId(),
                        ack.reason().code());
            case PubRec ack ->
                LOG.debug("Received PUBREC from {} (Mid: {})", client, ack.packetId());
            case PubRel ack ->
                LOG.debug("Received PUBREL from {} (Mid: {})", client, ack.packetId());
            case PubComp ack ->
                LOG.debug(
                        "Received PUBCOMP from {} (Mid: {}, RC:{})",
                        client,
                        ack.packetId(),
                        ack.reason().code());
            case Subscribe subscribe -> {
                LOG.debug("Received SUBSCRIBE from {}", client);
                subscribe
                        .subscriptions()
                        .forEach(wanted -> LOG.debug(
                                "\t{} (QoS {})",
                                wanted.filter(),
                                wanted.options().qos().code()));
            }
            case Unsubscribe unsubscribe -> {
                LOG.debug("Received UNSUBSCRIBE from {}", client);
                unsubscribe.filters().forEach(filter -> LOG.debug("\t{}", filter));
            }
            case PingReq _ -> LOG.debug("Received PINGREQ from {}", client);
            case Disconnect _ -> LOG.debug("Received DISCONNECT from {}", client);
            case Auth auth ->
                LOG.debug("Received AUTH from {} (rc{})", client, auth.reason().code());
            // A CONNECT is logged when it is accepted, a PUBLISH when it is allowed; the others
            // break the protocol.
            case Connect _, Publish _, ConnAck _, SubAck _, UnsubAck _, PingResp _ -> {}
        }
    }

    /** What an accepted CONNECT says of its Will. */
    static void accepted(Connect connect) {
        Will will = connect.will();
        if (will == null) {
            LOG.debug("No will message specified.");
        } else {
            LOG.debug(
                    "Will message specified ({} bytes) (r{}, q{}).",
                    will.message().payload().length,
                    will.message().retain() ? 1 : 0,
                    will.message().qos().code());
            LOG.debug("\t{}", will.message().topic());
        }
    }

    /**
     * Any packet but PUBLISH.
     *
     * @param connAckCode as it is on the wire, where version 3 has its own
     */
    static void sending(String client, Packet packet, int connAckCode) {
        switch (packet) {
            case ConnAck connAck ->
                LOG.debug(
                        "Sending CONNACK to {} ({}, {})",
                        client,
                        connAck.sessionPresent() ? 1 : 0,
                        connAckCode);
            case PubAck ack ->
                acknowledgement("PUBACK", client, ack.packetId(), ack.reason().code());
            case PubRec ack ->
                acknowledgement("PUBREC", client, ack.packetId(), ack.reason().code());
            case PubRel ack -> LOG.debug("Sending PUBREL to {} (m{})", client, ack.packetId());
            case PubComp ack -> LOG.debug("Sending PUBCOMP to {} (m{})", client, ack.packetId());
            case SubAck _ -> LOG.debug("Sending SUBACK to {}", client);
            case UnsubAck _ -> LOG.debug("Sending UNSUBACK to {}", client);
            case PingResp _ -> LOG.debug("Sending PINGRESP to {}", client);
            case Disconnect disconnect ->
                LOG.debug(
                        "Sending DISCONNECT to {} (rc{})",
                        client,
                        disconnect.reason().code());
            case Auth auth ->
                LOG.debug("Sending AUTH to {} (rc{})", client, auth.reason().code());
            case Publish _, Connect _, Subscribe _, Unsubscribe _, PingReq _ -> {}
        }
    }

    private static void acknowledgement(String name, String client, int packetId, int code) {
        LOG.debug("Sending {} to {} (m{}, rc{})", name, client, packetId, code);
    }

    static void sendingPublish(
            String client, Message message, QoS qos, boolean retain, boolean dup, int packetId) {
        LOG.debug(
                "Sending PUBLISH to {} (d{}, q{}, r{}, m{}, '{}', ... ({} bytes))",
                client,
                dup ? 1 : 0,
                qos.code(),
                retain ? 1 : 0,
                packetId,
                message.topic(),
                message.payload().length);
    }
}
