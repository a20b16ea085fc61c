// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import org.jspecify.annotations.Nullable;
import org.thecanary.cli.mosquitto.Property.Carrier;
import org.thecanary.cli.mosquitto.Settings.Source;
import org.thecanary.client.ClientException;
import org.thecanary.client.Disconnected;
import org.thecanary.client.PublishResult;
import org.thecanary.client.ReconnectPolicy;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.topic.TopicName;

import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** mosquitto_pub: connects, publishes, leaves. */
final class PubTool extends ToolClient {
    /** Messages on their way at a time, in memory and on the wire. */
    private static final int WINDOW = 8_192;

    private final byte[] payload;
    private final MessageProperties properties;
    private final int topicAlias;
    private final Semaphore window = new Semaphore(WINDOW);

    /** Why a message could not be sent; null: all could. Written on the loop. */
    private volatile @Nullable ClientException failure;

    private PubTool(Settings settings, Streams streams, byte[] payload) throws ToolException {
        super(
                settings,
                streams,
                settings.source == Source.STDIN_LINES ? RECONNECT : ReconnectPolicy.NONE);
        this.payload = payload;
        this.properties = settings.version.isV5()
                ? settings.properties.message(Carrier.PUBLISH)
                : MessageProperties.NONE;
        this.topicAlias =
                (int) settings.properties.number(Carrier.PUBLISH, Property.TOPIC_ALIAS, 0);
    }

    static int run(Settings settings, Streams streams) throws ToolException, UsageException {
        byte[] payload = Payloads.load(settings, streams);
        String topic = settings.topic;
        if (topic == null || settings.source == Source.NONE) {
            throw new UsageException("Error: Both topic and message must be supplied.\n");
        }
        try (PubTool tool = new PubTool(settings, streams, payload)) {
            return tool.publish(topic);
        }
    }

    private int publish(String name) throws ToolException {
        connect(Long.MAX_VALUE / 2 + System.nanoTime());
        TopicName topic = TopicName.ofUtf8(Bytes.toArray(name));
        try {
            if (settings.source == Source.STDIN_LINES) {
                publishLines(topic);
            } else {
                publishRepeatedly(topic);
            }
            window.acquire(WINDOW);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        ClientException why = failure;
        if (why != null) {
            Disconnected lost = why.disconnected();
            throw lost != null
                    ? failed(lost)
                    : new ToolException(
                            1, "Error: " + Bytes.of(String.valueOf(why.getMessage())) + ".\n");
        }
        disconnect(ReasonCode.NORMAL_DISCONNECTION);
        return 0;
    }

    private void publishLines(TopicName topic) throws InterruptedException, ToolException {
        var lines = new LineReader(streams.in());
        try {
            for (byte[] line = lines.next(); line != null && !end.isDone(); line = lines.next()) {
                send(topic, line);
            }
        } catch (IOException e) {
            throw new ToolException(
                    1, "Error: standard input: " + Bytes.of(String.valueOf(e.getMessage())) + "\n");
        }
    }

    private void publishRepeatedly(TopicName topic) throws InterruptedException {
        // The trace is of one message after another, as mosquitto sends them.
        boolean singly = settings.debug || settings.repeatDelayMicros > 0;
        for (int i = 0; i < settings.repeatCount && !end.isDone() && failure == null; i++) {
            if (i > 0 && settings.repeatDelayMicros > 0) {
                TimeUnit.MICROSECONDS.sleep(settings.repeatDelayMicros);
            }
            send(topic, payload);
            if (singly) {
                window.acquire(WINDOW);
                window.release(WINDOW);
            }
        }
    }

    private void send(TopicName topic, byte[] bytes) throws InterruptedException {
        window.acquire();
        var message = new Message(topic, QoS.of(settings.qos), settings.retain, bytes, properties);
        var _ = client.publish(message, topicAlias).whenComplete((result, why) -> {
            if (why instanceof ClientException exception) {
                onFailure(exception);
            } else {
                onPublished(result, message);
            }
            window.release();
        });
    }

    private void onFailure(ClientException why) {
        // A line of QoS 0 that a broken connection swallowed is lost in mosquitto_pub, too.
        if (settings.source != Source.STDIN_LINES
                || why.disconnected() != null
                || settings.qos > 0) {
            failure = why;
        }
    }

    private void onPublished(PublishResult result, Message message) {
        if (settings.json) {
            print(MessageJson.sent(message, result));
        }
        if (result.reason().isError()) {
            complain("Warning: Publish " + result.packetId() + " failed: "
                    + Words.reason(result.reason()) + ".\n");
            if (result.reasonString() != null) {
                complain(Bytes.of(result.reasonString()) + "\n");
            }
        }
    }

    private void print(Json.Value json) {
        ByteSink line = new ByteSink();
        Json.write(json, false, line);
        line.put('\n');
        printer.print(line.array(), line.length());
    }

    @Override
    String afterRefusal() {
        return settings.version.isV5() && settings.source != Source.STDIN_LINES
                ? "Error: " + Words.PROTOCOL + "\n"
                : "Error: " + Words.CONNECTION_REFUSED + "\n";
    }
}
