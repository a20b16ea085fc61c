// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.Auth;
import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.Disconnect;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PingReq;
import org.thecanary.mqtt.packet.PingResp;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.UnsubAck;
import org.thecanary.mqtt.packet.Unsubscribe;
import org.thecanary.mqtt.packet.UserProperty;

import java.util.List;

/**
 * What an answer that is too large for its receiver may do without: first its Reason String, then its User Properties
 * [MQTT-3.2.2-19], [MQTT-3.2.2-20], [MQTT-3.4.2-2], [MQTT-3.4.2-3] and their likes for the other packets.
 */
final class Shortening {
    private Shortening() {}

    /** The next shorter form of a packet, or null if there is none. */
    static @Nullable Packet of(Packet packet) {
        return switch (packet) {
            case PubAck p
            when p.reasonString() != null ->
                new PubAck(p.packetId(), p.reason(), null, p.userProperties());
            case PubAck p
            when !p.userProperties().isEmpty() -> new PubAck(p.packetId(), p.reason());
            case PubRec p
            when p.reasonString() != null ->
                new PubRec(p.packetId(), p.reason(), null, p.userProperties());
            case PubRec p
            when !p.userProperties().isEmpty() -> new PubRec(p.packetId(), p.reason());
            case PubRel p
            when p.reasonString() != null ->
                new PubRel(p.packetId(), p.reason(), null, p.userProperties());
            case PubRel p
            when !p.userProperties().isEmpty() -> new PubRel(p.packetId(), p.reason());
            case PubComp p
            when p.reasonString() != null ->
                new PubComp(p.packetId(), p.reason(), null, p.userProperties());
            case PubComp p
            when !p.userProperties().isEmpty() -> new PubComp(p.packetId(), p.reason());
            case SubAck p
            when p.reasonString() != null ->
                new SubAck(p.packetId(), p.reasons(), null, p.userProperties());
            case SubAck p
            when !p.userProperties().isEmpty() -> new SubAck(p.packetId(), p.reasons());
            case UnsubAck p
            when p.reasonString() != null ->
                new UnsubAck(p.packetId(), p.reasons(), null, p.userProperties());
            case UnsubAck p
            when !p.userProperties().isEmpty() -> new UnsubAck(p.packetId(), p.reasons());
            case Disconnect p when p.reasonString() != null -> shorter(p, p.userProperties());
            case Disconnect p when !p.userProperties().isEmpty() -> shorter(p, List.of());
            case Auth p when p.reasonString() != null -> shorter(p, p.userProperties());
            case Auth p when !p.userProperties().isEmpty() -> shorter(p, List.of());
            case ConnAck p
            when p.properties().reasonString() != null ->
                shorter(p, p.properties().userProperties());
            case ConnAck p when !p.properties().userProperties().isEmpty() -> shorter(p, List.of());
            case PubAck _, PubRec _, PubRel _, PubComp _, SubAck _, UnsubAck _ -> null;
            case Disconnect _, Auth _, ConnAck _, PingReq _, PingResp _ -> null;
            case Connect _, Publish _, Subscribe _, Unsubscribe _ -> null;
        };
    }

    private static Disconnect shorter(Disconnect p, List<UserProperty> userProperties) {
        return new Disconnect(
                p.reason(), p.sessionExpiryInterval(), null, userProperties, p.serverReference());
    }

    private static Auth shorter(Auth p, List<UserProperty> userProperties) {
        return new Auth(
                p.reason(), p.authenticationMethod(), p.authenticationData(), null, userProperties);
    }

    private static ConnAck shorter(ConnAck connAck, List<UserProperty> userProperties) {
        ConnAck.Properties p = connAck.properties();
        var shorter = new ConnAck.Properties(
                p.topicAliasMaximum(),
                p.assignedClientIdentifier(),
                p.serverKeepAlive(),
                p.sessionExpiryInterval(),
                p.maximumQoS(),
                p.retainAvailable(),
                p.maximumPacketSize(),
                p.receiveMaximum(),
                p.wildcardSubscriptionAvailable(),
                p.subscriptionIdentifiersAvailable(),
                p.sharedSubscriptionAvailable(),
                p.responseInformation(),
                p.serverReference(),
                p.authenticationMethod(),
                p.authenticationData(),
                null,
                userProperties);
        return new ConnAck(connAck.sessionPresent(), connAck.reason(), shorter);
    }
}
