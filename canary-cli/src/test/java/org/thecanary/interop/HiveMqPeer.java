// SPDX-License-Identifier: Apache-2.0
package org.thecanary.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;

import java.util.Objects;
import java.util.Scanner;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The HiveMQ client as a peer of the interop tests; its command line is that of {@code interop/peer.py}. */
final class HiveMqPeer {
    private final String[] arguments;
    private final int port;
    private final boolean v5;
    private final String id;

    private HiveMqPeer(String[] arguments) {
        this.arguments = arguments;
        this.port = Integer.parseInt(arguments[1]);
        this.v5 = arguments[2].equals("5");
        this.id = arguments[3];
    }

    public static void main(String[] arguments) throws InterruptedException {
        var peer = new HiveMqPeer(arguments);
        try {
            switch (arguments[0]) {
                case "pub" -> peer.publish();
                case "sub" -> peer.subscribe();
                default -> peer.leaveAWill();
            }
        } catch (CompletionException e) {
            System.out.println("refused");
        }
        System.exit(0);
    }

    private void publish() {
        Client client = connect(true, arguments[7], arguments[8], "", "");
        var lines = new Scanner(System.in, UTF_8);
        while (lines.hasNextLine()) {
            client.publish(
                    arguments[4],
                    Integer.parseInt(arguments[5]),
                    arguments[6].equals("1"),
                    lines.nextLine());
        }
        client.disconnect();
    }

    private void subscribe() throws InterruptedException {
        int count = Integer.parseInt(arguments[6]);
        var left = new CountDownLatch(count);
        // Messages of a resumed session may come before anything is subscribed again.
        Client client = client(left);
        client.connect(arguments[7].equals("1"), arguments[8], arguments[9], "", "");
        client.subscribe(arguments[4], Integer.parseInt(arguments[5]));
        System.out.println("ready");
        left.await();
        TimeUnit.MILLISECONDS.sleep(200); // the acknowledgement of the last has left by then
        client.disconnect();
    }

    private void leaveAWill() throws InterruptedException {
        connect(true, "-", "-", arguments[4], arguments[5]);
        System.out.println("ready");
        new CountDownLatch(1).await();
    }

    private Client connect(boolean clean, String user, String password, String topic, String will) {
        Client client = client(new CountDownLatch(0));
        client.connect(clean, user, password, topic, will);
        return client;
    }

    private Client client(CountDownLatch left) {
        var builder =
                MqttClient.builder().serverHost("127.0.0.1").serverPort(port).identifier(id);
        return v5
                ? new Version5(builder.useMqttVersion5().buildAsync(), left)
                : new Version3(builder.useMqttVersion3().buildAsync(), left);
    }

    private static void took(CountDownLatch left, boolean retain, String topic, byte[] payload) {
        if (left.getCount() > 0) {
            System.out.println((retain ? 1 : 0) + " " + topic + " " + new String(payload, UTF_8));
            left.countDown();
        }
    }

    /** What both versions can do. */
    private sealed interface Client {
        void connect(boolean clean, String user, String password, String willTopic, String will);

        void publish(String topic, int qos, boolean retain, String payload);

        void subscribe(String filter, int qos);

        void disconnect();
    }

    private record Version5(Mqtt5AsyncClient client, CountDownLatch left) implements Client {
        @Override
        public void connect(
                boolean clean, String user, String password, String willTopic, String will) {
            client.publishes(
                    com.hivemq.client.mqtt.MqttGlobalPublishFilter.ALL,
                    p -> took(left, p.isRetain(), p.getTopic().toString(), p.getPayloadAsBytes()));
            var connect =
                    client.connectWith().cleanStart(clean).sessionExpiryInterval(clean ? 0 : 3600);
            if (!user.equals("-")) {
                connect = connect.simpleAuth()
                        .username(user)
                        .password(password.getBytes(UTF_8))
                        .applySimpleAuth();
            }
            if (!willTopic.isEmpty()) {
                connect = connect.willPublish()
                        .topic(willTopic)
                        .payload(will.getBytes(UTF_8))
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .applyWillPublish();
            }
            connect.send().join();
        }

        @Override
        public void publish(String topic, int qos, boolean retain, String payload) {
            client.publishWith()
                    .topic(topic)
                    .qos(Objects.requireNonNull(MqttQos.fromCode(qos)))
                    .retain(retain)
                    .payload(payload.getBytes(UTF_8))
                    .send()
                    .join();
        }

        @Override
        public void subscribe(String filter, int qos) {
            client.subscribeWith()
                    .topicFilter(filter)
                    .qos(Objects.requireNonNull(MqttQos.fromCode(qos)))
                    .send()
                    .join();
        }

        @Override
        public void disconnect() {
            // As the session was asked for, rather than the builder's default of zero.
            client.disconnectWith().send().join();
        }
    }

    private record Version3(Mqtt3AsyncClient client, CountDownLatch left) implements Client {
        @Override
        public void connect(
                boolean clean, String user, String password, String willTopic, String will) {
            client.publishes(
                    com.hivemq.client.mqtt.MqttGlobalPublishFilter.ALL,
                    p -> took(left, p.isRetain(), p.getTopic().toString(), p.getPayloadAsBytes()));
            var connect = client.connectWith().cleanSession(clean);
            if (!user.equals("-")) {
                connect = connect.simpleAuth()
                        .username(user)
                        .password(password.getBytes(UTF_8))
                        .applySimpleAuth();
            }
            if (!willTopic.isEmpty()) {
                connect = connect.willPublish()
                        .topic(willTopic)
                        .payload(will.getBytes(UTF_8))
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .applyWillPublish();
            }
            connect.send().join();
        }

        @Override
        public void publish(String topic, int qos, boolean retain, String payload) {
            client.publishWith()
                    .topic(topic)
                    .qos(Objects.requireNonNull(MqttQos.fromCode(qos)))
                    .retain(retain)
                    .payload(payload.getBytes(UTF_8))
                    .send()
                    .join();
        }

        @Override
        public void subscribe(String filter, int qos) {
            client.subscribeWith()
                    .topicFilter(filter)
                    .qos(Objects.requireNonNull(MqttQos.fromCode(qos)))
                    .send()
                    .join();
        }

        @Override
        public void disconnect() {
            client.disconnect().join();
        }
    }
}
