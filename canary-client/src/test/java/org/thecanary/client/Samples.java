// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.thecanary.mqtt.packet.ConnAck;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

/** Packets and their parts that many tests need. */
final class Samples {
    private static final int ABSENT = MessageProperties.ABSENT;

    private Samples() {}

    static Message message(String payload, QoS qos) {
        return new Message(
                TopicName.of("t"), qos, false, payload.getBytes(UTF_8), MessageProperties.NONE);
    }

    static String text(Message message) {
        return new String(message.payload(), UTF_8);
    }

    static ConnAck connAck(boolean sessionPresent) {
        return new ConnAck(sessionPresent, ReasonCode.SUCCESS, ConnAck.Properties.NONE);
    }

    static ConnAck connAck(boolean sessionPresent, int receiveMaximum) {
        return new ConnAck(
                sessionPresent,
                ReasonCode.SUCCESS,
                ConnAck.Properties.limits(
                        ABSENT, null, ABSENT, ABSENT, ABSENT, true, ABSENT, receiveMaximum));
    }

    static Subscription line(String filter) {
        return new Subscription(TopicFilter.of(filter), SubscriptionOptions.of(QoS.AT_LEAST_ONCE));
    }

    static ClientSession session(ProtocolVersion version) {
        return new ClientSession(ClientOptions.builder("localhost", 1883)
                .clientId("c")
                .version(version)
                .receiveMaximum(3)
                .topicAliasMaximum(2)
                .build());
    }
}
