// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.topic.TopicFilter;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An application that writes down what it is told. */
final class Recorder implements ClientEvents {
    final List<Publish> messages = new CopyOnWriteArrayList<>();
    final List<Acknowledgement> acknowledgements = new CopyOnWriteArrayList<>();
    final List<Connected> connections = new CopyOnWriteArrayList<>();
    final List<Disconnected> ends = new CopyOnWriteArrayList<>();
    final List<TopicFilter> lost = new CopyOnWriteArrayList<>();

    @Override
    public void received(Publish publish, Acknowledgement acknowledgement) {
        messages.add(publish);
        acknowledgements.add(acknowledgement);
    }

    @Override
    public void connected(Connected connected) {
        connections.add(connected);
    }

    @Override
    public void disconnected(Disconnected disconnected) {
        ends.add(disconnected);
    }

    @Override
    public void subscriptionLost(TopicFilter filter, ReasonCode reason) {
        lost.add(filter);
    }

    List<String> payloads() {
        return messages.stream()
                .map(publish -> new String(publish.message().payload(), StandardCharsets.UTF_8))
                .toList();
    }

    void awaitMessages(int count) {
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(messages).hasSizeGreaterThanOrEqualTo(count));
    }

    void awaitConnections(int count) {
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(connections).hasSizeGreaterThanOrEqualTo(count));
    }

    void awaitEnds(int count) {
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(ends).hasSizeGreaterThanOrEqualTo(count));
    }
}
