// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.mosquitto;

import org.jspecify.annotations.Nullable;
import org.thecanary.cli.mosquitto.Property.Carrier;
import org.thecanary.client.ClientException;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.packet.SubscriptionOptions.RetainHandling;
import org.thecanary.mqtt.topic.TopicFilter;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** mosquitto_sub: subscribes and prints until it has enough. */
final class SubTool extends ToolClient {
    private static final byte[] NOTHING = new byte[0];
    private static final long SIGNAL_WAIT_SECONDS = 4;
    private static final long RATE_MILLIS = 1_000;

    private final MessagePrinter messages;
    private final List<TopicFilter> filteredOut;

    // the loop's alone
    private boolean listening = true;
    private int count;
    private int removing;

    /** For {@code --message-rate}; more than one thread's. */
    private final LongAdder arrived = new LongAdder();

    private SubTool(Settings settings, Streams streams) throws ToolException {
        super(settings, streams, RECONNECT);
        messages = new MessagePrinter(settings, printer, this::complain);
        filteredOut = filters(settings.filteredOut);
    }

    private static List<TopicFilter> filters(List<String> texts) {
        return texts.stream().map(text -> TopicFilter.of(Bytes.text(text))).toList();
    }

    static int run(Settings settings, Streams streams) throws ToolException {
        if (settings.noRetained && settings.retainedOnly) {
            streams.complain("\nError: Combining '-R' and '--retained-only' makes no sense.\n");
            return 1;
        }
        CountDownLatch over = new CountDownLatch(1);
        Thread onSignal;
        try (SubTool tool = new SubTool(settings, streams)) {
            onSignal = new Thread(() -> tool.leaveOnSignal(over));
            Runtime.getRuntime().addShutdownHook(onSignal);
            tool.begin();
            return tool.untilItEnds();
        } finally {
            over.countDown();
        }
    }

    private void begin() {
        if (settings.messageRate) {
            Thread.ofPlatform().daemon().name("message-rate").start(this::tellRate);
        } else {
            messages.begin(settings.host == null ? "localhost" : settings.host);
        }
    }

    private void tellRate() {
        try {
            while (!end.isDone()) {
                Thread.sleep(RATE_MILLIS);
                printer.line(arrived.sumThenReset() + " msgs/s");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** SIGINT and SIGTERM end mosquitto_sub with 0, and its Will is published. */
    private void leaveOnSignal(CountDownLatch over) {
        if (over.getCount() == 0) {
            return;
        }
        disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE);
        end.complete(null);
        try {
            var _ = over.await(SIGNAL_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(0);
    }

    @Override
    void onConnected() {
        boolean v5 = settings.version.isV5();
        var options = new SubscriptionOptions(
                QoS.of(settings.qos),
                false,
                v5 && settings.retainAsPublished,
                v5 ? settings.retainHandling : RetainHandling.SEND);
        List<Subscription> subscriptions = filters(settings.topics).stream()
                .map(filter -> new Subscription(filter, options))
                .toList();
        PropertyList properties = settings.properties;
        if (!subscriptions.isEmpty()) { // with -U alone none is asked for [MQTT-3.8.3-2]
            var _ = client.subscribe(
                            subscriptions,
                            (int) properties.number(
                                    Carrier.SUBSCRIBE, Property.SUBSCRIPTION_IDENTIFIER, 0),
                            properties.users(Carrier.SUBSCRIBE))
                    .whenComplete(this::onSubscribed);
        }
        for (TopicFilter filter : filters(settings.unsubscribed)) {
            var _ = client.unsubscribe(List.of(filter), properties.users(Carrier.UNSUBSCRIBE));
        }
    }

    private void onSubscribed(@Nullable SubAck ack, @Nullable Throwable failure) {
        if (ack == null) {
            if (failure instanceof ClientException why && why.disconnected() == null) {
                complain("Error: " + Bytes.of(String.valueOf(why.getMessage())) + ".\n");
                end.complete(null);
            }
            return;
        }
        if (settings.debug && !settings.quiet) {
            printer.line("Subscribed (mid: " + ack.packetId() + "): "
                    + ack.reasons().stream()
                            .map(reason -> String.valueOf(reason.code()))
                            .collect(Collectors.joining(", ")));
        }
        boolean denied = ack.reasons().stream().allMatch(ReasonCode::isError);
        if (denied) {
            complain("All subscription requests were denied.\n");
        }
        if (denied || settings.exitAfterSubscribing) {
            stop();
        }
    }

    @Override
    void onMessage(Publish publish) {
        arrived.increment();
        if (!listening || settings.messageRate) {
            return;
        }
        Message message = publish.message();
        if (settings.retainedOnly && !message.retain()) {
            stop();
            return;
        }
        if (message.retain() && settings.noRetained) {
            return;
        }
        for (TopicFilter filter : filteredOut) {
            if (filter.matches(message.topic())) {
                return;
            }
        }
        if (settings.removeRetained && message.retain()) {
            remove(message);
        }
        messages.print(publish);
        if (settings.messageCount > 0 && ++count == settings.messageCount) {
            stop();
        }
    }

    private void remove(Message message) {
        removing++;
        var empty = new Message(
                message.topic(), QoS.AT_LEAST_ONCE, true, NOTHING, MessageProperties.NONE);
        var _ = client.publish(empty).whenComplete((_, _) -> {
            removing--;
            if (!listening) {
                stop();
            }
        });
    }

    /** Prints no more, and ends when what was to be removed is removed. */
    private void stop() {
        listening = false;
        if (removing == 0) {
            end.complete(null);
        }
    }
}
