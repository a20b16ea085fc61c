// SPDX-License-Identifier: Apache-2.0
package org.thecanary.interop;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.thecanary.broker.Broker;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.client.Acknowledgement;
import org.thecanary.client.ClientEvents;
import org.thecanary.client.ClientOptions;
import org.thecanary.client.ClientThreads;
import org.thecanary.client.MqttClient;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.UserProperty;
import org.thecanary.mqtt.topic.TopicName;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Do our client and the HiveMQ client read from each other what the other wrote, every property of it? */
@Timeout(60)
final class ClientWireTest {
    private static final String TOPIC = "wire/é";
    private static final byte[] PAYLOAD = "payload ü".getBytes(UTF_8);
    private static final byte[] CORRELATION = {0, 1, (byte) 0xFF};
    private static final Message MESSAGE = new Message(
            TopicName.of(TOPIC),
            QoS.EXACTLY_ONCE,
            false,
            PAYLOAD,
            new MessageProperties(
                    1,
                    MessageProperties.ABSENT,
                    "text/plain",
                    "answer/here",
                    CORRELATION,
                    List.of(
                            new UserProperty("b", "1"),
                            new UserProperty("a", "2"),
                            new UserProperty("b", "3"))));

    private final BlockingQueue<Publish> received = new LinkedBlockingQueue<>();
    private Broker broker;
    private ClientThreads threads;
    private MqttClient ours;
    private Mqtt5BlockingClient theirs;

    @BeforeEach
    void connect() throws IOException {
        ListenerConfig.Builder listener = new ListenerConfig.Builder();
        listener.port = 0;
        listener.host = "127.0.0.1";
        listener.allowAnonymous = true;
        BrokerConfig.Builder config = new BrokerConfig.Builder();
        config.listeners = List.of(listener.build());
        broker = Broker.start(config.build(), List.of(AccessRules.OPEN), 2);
        int port = broker.ports().getFirst();
        threads = new ClientThreads();
        ours = new MqttClient(
                ClientOptions.builder("127.0.0.1", port).build(), threads, new ClientEvents() {
                    @Override
                    public void received(Publish publish, Acknowledgement acknowledgement) {
                        received.add(publish);
                    }
                });
        ours.connect().join();
        theirs = com.hivemq.client.mqtt.MqttClient.builder()
                .useMqttVersion5()
                .serverHost("127.0.0.1")
                .serverPort(port)
                .identifier("theirs")
                .buildBlocking();
        theirs.connect();
    }

    @AfterEach
    void end() {
        ours.disconnect().join();
        theirs.disconnect();
        threads.close();
        broker.close();
    }

    @Test
    void whatTheirsPublishesOursReceivesWhole() throws InterruptedException {
        ours.subscribe(TOPIC, QoS.EXACTLY_ONCE).join();

        theirs.publishWith()
                .topic(TOPIC)
                .qos(MqttQos.EXACTLY_ONCE)
                .payload(PAYLOAD)
                .payloadFormatIndicator(Mqtt5PayloadFormatIndicator.UTF_8)
                .contentType("text/plain")
                .responseTopic("answer/here")
                .correlationData(CORRELATION)
                .userProperties(Mqtt5UserProperties.of(
                        Mqtt5UserProperty.of("b", "1"),
                        Mqtt5UserProperty.of("a", "2"),
                        Mqtt5UserProperty.of("b", "3")))
                .send();

        Publish publish = received.poll(20, TimeUnit.SECONDS);
        assertThat(publish).isNotNull();
        assertThat(publish.message()).isEqualTo(MESSAGE);
    }

    @Test
    void whatOursPublishesTheirsReceivesWhole() throws InterruptedException {
        try (Mqtt5BlockingClient.Mqtt5Publishes publishes =
                theirs.publishes(MqttGlobalPublishFilter.ALL)) {
            theirs.subscribeWith().topicFilter(TOPIC).qos(MqttQos.EXACTLY_ONCE).send();

            ours.publish(MESSAGE).join();

            Optional<Mqtt5Publish> publish = publishes.receive(20, TimeUnit.SECONDS);
            assertThat(publish).hasValueSatisfying(came -> {
                assertThat(came.getTopic()).hasToString(TOPIC);
                assertThat(came.getQos()).isEqualTo(MqttQos.EXACTLY_ONCE);
                assertThat(came.getPayloadAsBytes()).isEqualTo(PAYLOAD);
                assertThat(came.getPayloadFormatIndicator())
                        .contains(Mqtt5PayloadFormatIndicator.UTF_8);
                assertThat(came.getContentType().orElseThrow()).hasToString("text/plain");
                assertThat(came.getResponseTopic().orElseThrow()).hasToString("answer/here");
                assertThat(came.getCorrelationData().orElseThrow())
                        .isEqualTo(ByteBuffer.wrap(CORRELATION));
                assertThat(came.getUserProperties().asList())
                        .extracting(property -> property.getName().toString() + property.getValue())
                        .containsExactly("b1", "a2", "b3");
            });
        }
    }
}
