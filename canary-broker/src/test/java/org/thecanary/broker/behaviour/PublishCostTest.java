// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import io.netty.channel.EventLoop;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.thecanary.mqtt.packet.QoS;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** What does a PUBLISH cost, and each further subscriber? Bytes allocated on the loop are exact where time is noisy. */
@Timeout(120)
final class PublishCostTest {
    private static final int WARM_UP = 20_000;
    private static final int MEASURED = 5_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Bytes that the loop allocates for one QoS 0 message to so many subscribers. */
    private static double bytesPerPublish(int subscribers) throws Exception {
        try (OpenBroker broker = OpenBroker.start(1);
                Peer publisher = Peer.connected(broker, "publisher")) {
            List<Peer> peers = new ArrayList<>();
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < subscribers; i++) {
                Peer peer = Peer.connected(broker, "s" + i);
                peer.subscribe("cost/topic", QoS.AT_MOST_ONCE);
                peers.add(peer);
                readers.add(Thread.startVirtualThread(() -> drain(peer)));
            }
            publish(publisher, WARM_UP);
            long loop = threadId(broker);
            long before = THREADS.getThreadAllocatedBytes(loop);
            publish(publisher, MEASURED);
            long after = THREADS.getThreadAllocatedBytes(loop);
            for (Peer peer : peers) {
                peer.close();
            }
            for (Thread reader : readers) {
                reader.join();
            }
            return (after - before) / (double) MEASURED;
        }
    }

    /** In bursts, each of which the broker has handled before the next. */
    private static void publish(Peer publisher, int messages) throws IOException {
        for (int i = 0; i < messages; i++) {
            publisher.publish("cost/topic", QoS.AT_MOST_ONCE, 0, "twenty bytes of text");
            if (i % 50 == 49) {
                publisher.ping();
            }
        }
    }

    private static void drain(Peer peer) {
        byte[] sink = new byte[64 * 1024];
        try {
            while (peer.socket().getInputStream().read(sink) >= 0) {}
        } catch (IOException e) {
            // closed at the end of the test
        }
    }

    private static long threadId(OpenBroker broker) throws Exception {
        EventLoop loop = broker.broker().loops().all().getFirst().executor();
        return loop.submit(() -> Thread.currentThread().threadId()).get();
    }

    @Test
    void aFurtherSubscriberAllocatesNothingAndAPublishLittle() throws Exception {
        double one = bytesPerPublish(1);
        double eleven = bytesPerPublish(11);

        double further = (eleven - one) / 10;
        System.out.printf(
                "PublishCostTest: %.0f bytes for a PUBLISH to 1, %.1f for each further%n",
                one, further);
        assertThat(one).as("bytes for a PUBLISH").isLessThan(600);
        assertThat(further).as("bytes for each further subscriber").isLessThan(30);
    }
}
