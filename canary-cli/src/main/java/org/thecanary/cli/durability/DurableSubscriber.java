// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.durability;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.mqtt.packet.Packet;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.PubComp;
import org.thecanary.mqtt.packet.PubRec;
import org.thecanary.mqtt.packet.PubRel;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.mqtt.packet.SubAck;
import org.thecanary.mqtt.packet.Subscribe;
import org.thecanary.mqtt.packet.Subscription;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.topic.TopicFilter;

import java.io.IOException;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Hears all publishers and remembers each message: which came, which came twice, which came too late.
 *
 * <p>Owner: its thread, but for {@link #hangUp} and the figures, which are read when it has ended or do not matter yet.
 */
final class DurableSubscriber {
    private final String clientId;
    private final QoS qos;
    private final Set<Integer> held =
            new HashSet<>(); // Packet Identifiers of QoS 2, over all crashes
    private final BitSet[] received;
    private final int[] highest;
    private volatile boolean subscribed;
    private volatile @Nullable Wire wire;
    private final AtomicLong heard = new AtomicLong();
    private int doubled;
    private int disordered;
    private int lostSessions;

    DurableSubscriber(int index, int publishers) {
        this.clientId = "subscriber-" + index;
        this.qos = index % 2 == 0 ? QoS.EXACTLY_ONCE : QoS.AT_LEAST_ONCE;
        this.received = new BitSet[publishers];
        this.highest = new int[publishers];
        for (int i = 0; i < publishers; i++) {
            received[i] = new BitSet();
        }
    }

    boolean isSubscribed() {
        return subscribed;
    }

    /** Messages that have come. */
    long heard() {
        return heard.get();
    }

    /** Messages that came twice though publisher and subscription have QoS 2. */
    int doubled() {
        return doubled;
    }

    /** Messages that came for the first time after a later one of the same publisher. */
    int disordered() {
        return disordered;
    }

    /** How often the broker had forgotten the session. */
    int lostSessions() {
        return lostSessions;
    }

    /** How many of a publisher's messages up to this number never came. */
    int missing(int publisher, int last) {
        return last - received[publisher].get(1, last + 1).cardinality();
    }

    void hangUp() {
        Wire now = wire;
        if (now != null) {
            now.close();
        }
    }

    /** Listens until the connection breaks. */
    void listen(int port, DurablePublisher[] publishers) throws IOException {
        try (Wire opened = new Wire(port, clientId)) {
            wire = opened;
            if (subscribed && !opened.sessionPresent) {
                lostSessions++;
            }
            if (!subscribed || !opened.sessionPresent) {
                held.clear();
                opened.send(new Subscribe(
                        1,
                        List.of(new Subscription(
                                TopicFilter.of("durability/+"), SubscriptionOptions.of(qos))),
                        0,
                        List.of()));
            }
            while (true) {
                answer(opened.next(), opened, publishers);
            }
        }
    }

    private void answer(Packet packet, Wire opened, DurablePublisher[] publishers)
            throws IOException {
        switch (packet) {
            case SubAck _ -> subscribed = true;
            case Publish publish -> {
                int id = publish.packetId();
                switch (publish.message().qos()) {
                    case EXACTLY_ONCE -> {
                        if (held.add(id)) {
                            receive(publish, publishers);
                        }
                        opened.send(new PubRec(id, ReasonCode.SUCCESS));
                    }
                    case AT_LEAST_ONCE -> {
                        receive(publish, publishers);
                        opened.send(new PubAck(id, ReasonCode.SUCCESS));
                    }
                    case AT_MOST_ONCE -> throw new IOException("QoS 0 instead of " + qos);
                }
            }
            case PubRel release -> {
                held.remove(release.packetId());
                opened.send(new PubComp(release.packetId(), ReasonCode.SUCCESS));
            }
            default -> throw new IOException("unexpected " + packet);
        }
    }

    private void receive(Publish packet, DurablePublisher[] publishers) {
        String[] words = new String(packet.message().payload(), UTF_8).split(" ", 3);
        int publisher = Integer.parseInt(words[0]);
        int number = Integer.parseInt(words[1]);
        boolean again = received[publisher].get(number);
        if (again) {
            if (publishers[publisher].qos() == QoS.EXACTLY_ONCE && qos == QoS.EXACTLY_ONCE) {
                doubled++;
            }
        } else if (number < highest[publisher]) {
            disordered++;
        }
        received[publisher].set(number);
        highest[publisher] = Math.max(highest[publisher], number);
        heard.incrementAndGet();
    }
}
