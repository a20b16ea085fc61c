// SPDX-License-Identifier: Apache-2.0
package org.thecanary.mqtt.codec;

import static org.thecanary.mqtt.packet.ProtocolException.malformed;
import static org.thecanary.mqtt.packet.ProtocolException.protocolError;

import org.thecanary.mqtt.codec.PropertyType.Carrier;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.packet.SubscriptionOptions.RetainHandling;
import org.thecanary.mqtt.packet.UserProperty;
import org.thecanary.mqtt.topic.TopicFilter;

import java.util.ArrayList;
import java.util.List;

/**
 * SUBSCRIBE, specification 3.8.
 *
 * <pre>
 *   Packet Identifier | [Properties] | Topic Filter, options | Topic Filter, options | …
 *   options: 00 | Retain Handling (2) | Retain As Published | No Local | QoS (2)
 * </pre>
 *
 * <p>Nearly all mistakes are answered as malformed, 0x81, since mosquitto does; the specification calls some of them
 * Protocol Errors.
 */
final class SubscribeCodec {
    private static final int RESERVED = 0xC0;
    private static final int NO_LOCAL = 0x04;
    private static final int RETAIN_AS_PUBLISHED = 0x08;

    private static final RetainHandling[] RETAIN_HANDLING = RetainHandling.values();

    private SubscribeCodec() {}

    static Subscribe decode(WireReader in, ProtocolVersion version) {
        int packetId = readPacketId(in);
        int subscriptionIdentifier = 0;
        List<UserProperty> userProperties = List.of();
        if (version.isV5()) {
            var properties = new PropertyReader(in, Carrier.SUBSCRIBE);
            while (properties.next() != null) { // Subscription Identifier is the only one
                subscriptionIdentifier = (int) properties.number();
                if (subscriptionIdentifier == 0) {
                    throw malformed("3.8.2.1.2", "Subscription Identifier is 0");
                }
            }
            userProperties = properties.userProperties();
        }
        List<Subscription> subscriptions = new ArrayList<>(1);
        while (in.hasRemaining()) {
            TopicFilter filter = Topics.readFilter(in); // [MQTT-3.8.3-1]
            subscriptions.add(new Subscription(filter, readOptions(in, version, filter)));
        }
        if (subscriptions.isEmpty()) {
            throw malformed("[MQTT-3.8.3-2]", "SUBSCRIBE without a Topic Filter");
        }
        return new Subscribe(packetId, subscriptions, subscriptionIdentifier, userProperties);
    }

    /** Of SUBSCRIBE and UNSUBSCRIBE, where mosquitto calls zero malformed. */
    static int readPacketId(WireReader in) {
        int packetId = in.readShort();
        if (packetId == 0) {
            throw malformed("[MQTT-2.2.1-3]", "Packet Identifier is 0");
        }
        return packetId;
    }

    private static SubscriptionOptions readOptions(
            WireReader in, ProtocolVersion version, TopicFilter filter) {
        int options = in.readByte();
        int qos = options & 3;
        if (qos == 3) {
            throw malformed("[MQTT-3.8.3-4] v3, 3.8.3.1", "QoS 3 requested");
        }
        if (!version.isV5()) {
            if (options != qos) {
                throw malformed("[MQTT-3.8.3-4] v3", "reserved bits in the requested QoS");
            }
            return SubscriptionOptions.of(QoS.of(qos));
        }
        boolean noLocal = (options & NO_LOCAL) != 0;
        if (noLocal && filter.isShared()) {
            throw protocolError("[MQTT-3.8.3-4]", "No Local on a Shared Subscription");
        }
        if ((options & RESERVED) != 0) {
            throw malformed("[MQTT-3.8.3-5]", "reserved bits in the Subscription Options");
        }
        int retainHandling = options >> 4;
        if (retainHandling == 3) {
            throw malformed("3.8.3.1", "Retain Handling 3");
        }
        return new SubscriptionOptions(
                QoS.of(qos),
                noLocal,
                (options & RETAIN_AS_PUBLISHED) != 0,
                RETAIN_HANDLING[retainHandling]);
    }

    static void encode(Subscribe subscribe, ProtocolVersion version, WireWriter out) {
        out.writeShort(subscribe.packetId());
        if (version.isV5()) {
            int mark = out.beginLength();
            PropertyWriter.writeUnless(
                    0,
                    out,
                    PropertyType.SUBSCRIPTION_IDENTIFIER,
                    subscribe.subscriptionIdentifier());
            PropertyWriter.write(out, subscribe.userProperties());
            out.endLength(mark);
        }
        for (Subscription subscription : subscribe.subscriptions()) {
            out.writeString(subscription.filter().toString());
            out.writeByte(options(subscription.options(), version));
        }
    }

    private static int options(SubscriptionOptions options, ProtocolVersion version) {
        int qos = options.qos().code();
        if (!version.isV5()) {
            return qos;
        }
        return qos
                | (options.noLocal() ? NO_LOCAL : 0)
                | (options.retainAsPublished() ? RETAIN_AS_PUBLISHED : 0)
                | (options.retainHandling().ordinal() << 4);
    }
}
