// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import io.netty.buffer.ByteBuf;

import org.thecanary.mqtt.codec.PacketType;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.topic.TopicFilter;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Counts what arrives, and sees whether something comes twice or out of order. Owner: the loop. */
final class Subscriber extends BenchConnection {
    private static final int REFUSED = 0x80;

    private final String filter;
    private final QoS qos;
    private final boolean ours;
    private final Window window;
    private final Tally tally;
    private final int[] next;
    private final int firstPublisher;

    /** Completes when the broker has subscribed it. */
    final CompletableFuture<Void> subscribed = new CompletableFuture<>();

    Subscriber(Target target, Load load, int number, Window window, Tally tally, String clientId) {
        super(target, load.version(), clientId);
        this.filter = load.filter(number);
        this.qos = load.qos();
        this.window = window;
        this.tally = tally;
        this.ours = load.shape() != Load.Shape.SUBSCRIBE;
        boolean pair = load.shape() == Load.Shape.PAIRS;
        this.next = new int[pair ? 1 : load.publishers()];
        this.firstPublisher = pair ? number : 0;
    }

    void subscribe() {
        send(new Subscribe(
                1, List.of(new Subscription(TopicFilter.of(filter), SubscriptionOptions.of(qos)))));
        flush();
    }

    @Override
    void subAck(int code) {
        if (code >= REFUSED) {
            subscribed.completeExceptionally(
                    new BenchException("the subscription to " + filter + " is refused"));
        } else {
            subscribed.complete(null);
        }
    }

    @Override
    void publish(ByteBuf bytes, int first, int at, int length) {
        int delivered = first >> 1 & 3;
        int payload = at + 2 + bytes.getUnsignedShort(at);
        if (delivered > 0) {
            int id = bytes.getUnsignedShort(payload);
            payload += 2;
            answer((delivered == 1 ? PacketType.PUBACK : PacketType.PUBREC) << 4, id);
        }
        if (version().isV5()) {
            payload += propertiesLength(bytes, payload);
        }
        tally.received++;
        if (ours) {
            check(bytes, payload, at + length);
            window.delivered();
        }
    }

    private void check(ByteBuf bytes, int payload, int end) {
        if (end - payload < Load.MIN_PAYLOAD) {
            throw new BenchException("a message of somebody else arrived; take another --topic");
        }
        tally.took(System.nanoTime() - bytes.getLong(payload));
        int publisher = bytes.getInt(payload + Long.BYTES) - firstPublisher;
        int sequence = bytes.getInt(payload + Long.BYTES + Integer.BYTES);
        if (publisher < 0 || publisher >= next.length) {
            throw new BenchException("a message for another subscriber arrived");
        }
        if (sequence < next[publisher]) {
            tally.misplaced++;
        } else {
            next[publisher] = sequence + 1;
        }
    }

    private static int propertiesLength(ByteBuf bytes, int at) {
        int length = 0;
        int used = 0;
        int octet;
        do {
            octet = bytes.getByte(at + used);
            length |= (octet & 0x7F) << (7 * used);
            used++;
        } while (octet < 0);
        return used + length;
    }

    @Override
    void turnEnds() {
        window.release();
    }
}
