// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import org.jspecify.annotations.Nullable;
import org.thecanary.cli.mosquitto.Property.Carrier;
import org.thecanary.cli.mosquitto.Settings.Source;
import org.thecanary.client.ClientException;
import org.thecanary.client.ReconnectPolicy;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.util.List;
import java.util.Locale;

/** mosquitto_rr: subscribes to the response topic, publishes the request, prints the response. */
final class RrTool extends ToolClient {
    private final MessagePrinter messages;
    private final String topic;
    private final String responseTopic;
    private final byte[] payload;

    // the loop's alone
    private boolean answered;
    private long askedNanos;

    private RrTool(
            Settings settings, Streams streams, String topic, String responseTopic, byte[] payload)
            throws ToolException {
        super(settings, streams, ReconnectPolicy.NONE);
        this.messages = new MessagePrinter(settings, printer, this::complain);
        this.topic = topic;
        this.responseTopic = responseTopic;
        this.payload = payload;
    }

    static int run(Settings settings, Streams streams) throws ToolException, UsageException {
        String topic = settings.topic;
        String responseTopic = settings.responseTopic;
        if (topic == null || responseTopic == null || settings.source == Source.NONE) {
            throw new UsageException(
                    "Error: All of topic, message, and response topic must be supplied.\n");
        }
        settings.properties.addText(Carrier.PUBLISH, Property.RESPONSE_TOPIC, responseTopic);
        if (settings.properties.hasDuplicate(Carrier.PUBLISH)) {
            throw new ToolException(1, "Error in PUBLISH properties: Duplicate response topic.\n");
        }
        byte[] payload = Payloads.load(settings, streams);
        try (RrTool tool = new RrTool(settings, streams, topic, responseTopic, payload)) {
            return tool.untilItEnds();
        }
    }

    @Override
    void onConnected() {
        var subscription = new Subscription(
                TopicFilter.of(Bytes.text(responseTopic)),
                SubscriptionOptions.of(QoS.of(settings.qos)));
        PropertyList properties = settings.properties;
        var _ = client.subscribe(
                        List.of(subscription),
                        (int) properties.number(
                                Carrier.SUBSCRIBE, Property.SUBSCRIPTION_IDENTIFIER, 0),
                        properties.users(Carrier.SUBSCRIBE))
                .whenComplete(this::onSubscribed);
    }

    private void onSubscribed(@Nullable SubAck ack, @Nullable Throwable failure) {
        if (ack == null) {
            if (failure instanceof ClientException why && why.disconnected() == null) {
                complain("Error: " + Bytes.of(String.valueOf(why.getMessage())) + ".\n");
                end.complete(null);
            }
            return;
        }
        ReasonCode reason = ack.reasons().getFirst();
        if (reason.isError()) {
            complain(Words.reason(reason) + "\n");
            end.complete(null);
            return;
        }
        askedNanos = System.nanoTime();
        var _ = client.publish(new Message(
                TopicName.of(Bytes.text(topic)),
                QoS.of(settings.qos),
                settings.retain,
                payload,
                settings.version.isV5()
                        ? settings.properties.message(Carrier.PUBLISH)
                        : MessageProperties.NONE));
    }

    /** In the unit in which it is easy to read. */
    private static String latency(long nanos) {
        return nanos >= 1_000_000_000
                ? String.format(
                        Locale.ROOT, "%d.%09d", nanos / 1_000_000_000, nanos % 1_000_000_000)
                : nanos >= 1_000_000
                        ? String.format(Locale.ROOT, "%fms", nanos / 1e6)
                        : nanos >= 1_000
                                ? Bytes.of(String.format(Locale.ROOT, "%fµs", nanos / 1e3))
                                : nanos + "ns";
    }

    @Override
    void onMessage(Publish publish) {
        if (!answered && !(settings.noRetained && publish.message().retain())) {
            answered = true;
            messages.print(publish);
            if (settings.latency) {
                printer.line("Latency: " + latency(System.nanoTime() - askedNanos));
            }
            end.complete(null);
        }
    }

    @Override
    String adviceOnVersion() {
        return ". mosquitto_rr only supports connecting to an MQTT v5 broker";
    }
}
