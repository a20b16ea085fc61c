// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.thecanary.mqtt.packet.PubAck;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.LockSupport;

/** What becomes of the answers to a client that asks and asks and never reads one? */
@Timeout(120)
final class UnreadAnswersTest {
    private static final byte[] CONNECT = {0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 1, 'd'
    };

    /** More than the broker's limit and all socket buffers together. */
    private static final long MOST = 200_000_000;

    /** So many looks at a full socket, a few milliseconds apart, mean that the broker has stopped reading. */
    private static final int LOOKS = 400;

    @Test
    void theBrokerStopsReadingAndServesOthers() throws IOException {
        try (OpenBroker broker = OpenBroker.start(1);
                SocketChannel asking = SocketChannel.open(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), broker.port()))) {
            asking.write(ByteBuffer.wrap(CONNECT));
            asking.configureBlocking(false);

            long written = writePings(asking);

            assertThat(written).isLessThan(MOST);
            try (Peer honest = Peer.connected(broker, "honest")) {
                honest.subscribe("honest/topic", QoS.AT_LEAST_ONCE);
                honest.publish("honest/topic", QoS.AT_LEAST_ONCE, 2, "served");
                honest.expect(Publish.class);
                honest.expect(PubAck.class);
            }
        }
    }

    private static long writePings(SocketChannel channel) throws IOException {
        byte[] many = new byte[64 * 1024];
        for (int i = 0; i < many.length; i += 2) {
            many[i] = (byte) 0xC0;
        }
        ByteBuffer pings = ByteBuffer.wrap(many);
        long written = 0;
        for (int full = 0; full < LOOKS && written < MOST; ) {
            if (!pings.hasRemaining()) {
                pings.clear();
            }
            int now = channel.write(pings);
            written += now;
            if (now == 0) {
                full++;
                LockSupport.parkNanos(5_000_000);
            } else {
                full = 0;
            }
        }
        return written;
    }
}
