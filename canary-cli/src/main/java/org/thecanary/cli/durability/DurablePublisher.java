// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.durability;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.topic.TopicName;

import java.io.IOException;
import java.util.TreeMap;

/**
 * Publishes numbered messages, some in flight at a time, and finishes each exchange it began over any number of crashes
 * [MQTT-4.4.0-1]. Every fifth is retained on a topic of its own.
 *
 * <p>Owner: its thread, but for {@link #stop} and what is read when it has ended.
 */
final class DurablePublisher {
    static final int RETAIN_EVERY = 5;

    private static final int WINDOW = 8;
    private static final String FILLER = "x".repeat(100);

    private final int index;
    private final QoS qos;
    private volatile boolean stopping;

    /** Exchanges under way, by the message's number; whether PUBREC has come. */
    private final TreeMap<Integer, Boolean> open = new TreeMap<>();

    private int last;
    private int acknowledged;
    private int lastRetained;

    DurablePublisher(int index) {
        this.index = index;
        this.qos = index % 2 == 0 ? QoS.EXACTLY_ONCE : QoS.AT_LEAST_ONCE;
    }

    QoS qos() {
        return qos;
    }

    /** Begins nothing new. */
    void stop() {
        stopping = true;
    }

    /** How many messages were published; all of them were acknowledged when the run has ended. */
    int last() {
        return last;
    }

    int acknowledged() {
        return acknowledged;
    }

    /** The number of the last message that was retained. */
    int lastRetained() {
        return lastRetained;
    }

    boolean isDone() {
        return stopping && open.isEmpty();
    }

    /** Publishes until the connection breaks or all is done. */
    void publish(int port) throws IOException {
        try (Wire wire = new Wire(port, "publisher-" + index)) {
            if (!wire.sessionPresent) {
                open.replaceAll((_, _) -> false);
            }
            for (var exchange : open.entrySet()) {
                wire.send(
                        exchange.getValue()
                                ? new PubRel(id(exchange.getKey()), ReasonCode.SUCCESS)
                                : packet(exchange.getKey(), true));
            }
            while (!isDone()) {
                while (!stopping && open.size() < WINDOW) {
                    int number = ++last;
                    open.put(number, false);
                    if (number % RETAIN_EVERY == 0) {
                        lastRetained = number;
                    }
                    wire.send(packet(number, false));
                }
                if (!open.isEmpty()) {
                    answer(wire.next(), wire);
                }
            }
        }
    }

    private void answer(Packet packet, Wire wire) throws IOException {
        switch (packet) {
            case PubAck ack -> finished(ack.packetId(), ack.reason());
            case PubRec ack -> {
                refuseErrors(ack.reason());
                open.computeIfPresent(number(ack.packetId()), (_, _) -> true);
                wire.send(new PubRel(ack.packetId(), ReasonCode.SUCCESS));
            }
            case PubComp ack -> finished(ack.packetId(), ack.reason());
            default -> throw new IOException("unexpected " + packet);
        }
    }

    private void finished(int packetId, ReasonCode reason) throws IOException {
        refuseErrors(reason);
        if (open.remove(number(packetId)) != null) {
            acknowledged++;
        }
    }

    private static void refuseErrors(ReasonCode reason) throws IOException {
        if (reason.isError()) {
            throw new IOException("refused with " + reason);
        }
    }

    private Publish packet(int number, boolean dup) {
        boolean retain = number % RETAIN_EVERY == 0;
        Message message = new Message(
                TopicName.of("durability/" + index),
                qos,
                retain,
                (index + " " + number + " " + FILLER).getBytes(UTF_8),
                MessageProperties.NONE);
        return new Publish(message, id(number), dup);
    }

    private static int id(int number) {
        return 1 + number % 60_000;
    }

    private int number(int packetId) {
        for (int number : open.keySet()) {
            if (id(number) == packetId) {
                return number;
            }
        }
        return 0;
    }
}
