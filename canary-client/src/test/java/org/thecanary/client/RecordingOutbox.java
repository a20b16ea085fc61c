// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.codec.PacketEncoder;
import org.thecanary.mqtt.codec.WireWriter;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.ProtocolVersion;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.topic.TopicFilter;

import java.util.ArrayList;
import java.util.List;

/** A connection that writes down what a session asks of it. */
final class RecordingOutbox implements ClientOutbox {
    final List<Packet> sent = new ArrayList<>();
    final List<Publish> delivered = new ArrayList<>();
    final List<@Nullable Received> received = new ArrayList<>();
    final List<TopicFilter> lost = new ArrayList<>();
    boolean writable = true;
    long maximumPacketSize = 1_000_000;

    /** What was sent since the last call. */
    List<Packet> take() {
        List<Packet> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    @Override
    public boolean writable() {
        return writable;
    }

    @Override
    public boolean send(Packet packet) {
        if (!PacketEncoder.encode(
                packet, ProtocolVersion.MQTT_5, new WireWriter(), maximumPacketSize)) {
            return false;
        }
        sent.add(packet);
        return true;
    }

    @Override
    public boolean sendAtMostOnce(Publish publish, Reply<PublishResult> reply) {
        if (!send(publish)) {
            return false;
        }
        reply.done(new PublishResult(0, ReasonCode.SUCCESS));
        return true;
    }

    @Override
    public void deliver(Publish publish, @Nullable Received handle) {
        delivered.add(publish);
        received.add(handle);
    }

    @Override
    public void subscriptionLost(TopicFilter filter, ReasonCode reason) {
        lost.add(filter);
    }
}
