// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.thecanary.mqtt.Spec;
import org.thecanary.mqtt.packet.Publish;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.Will;

import java.io.IOException;

/** When does a Will with a Will Delay Interval come, and when not at all? */
@Timeout(60)
final class WillDelayTest {
    private static final Will WILL =
            new Will(Peer.message("will", QoS.AT_MOST_ONCE, false, "gone"), 1);

    private static Peer watcher(OpenBroker broker) throws IOException {
        Peer watcher = Peer.connected(broker, "watcher");
        watcher.subscribe("#", QoS.AT_MOST_ONCE);
        return watcher;
    }

    private static void leave(OpenBroker broker, long expirySeconds) throws IOException {
        Peer.connected(broker, Peer.connect("leaver", true, expirySeconds, WILL, null))
                .close();
        OpenBroker.await(
                "the leaver is still there", () -> broker.broker().connections().size() == 1);
    }

    @Test
    @Spec("MQTT-3.1.2-8")
    void itOutlivesASessionWithoutExpiry() throws IOException {
        try (OpenBroker broker = OpenBroker.start(2);
                Peer watcher = watcher(broker)) {
            long before = System.nanoTime();
            leave(broker, 0);

            watcher.expect(Publish.class);
            assertThat(System.nanoTime() - before).isGreaterThan(900_000_000);
            OpenBroker.await(
                    "the session is left", () -> broker.broker().sessions().size() == 1);
        }
    }

    @Test
    @Spec({"MQTT-3.1.2-8", "MQTT-3.1.3-9"})
    void itDoesNotComeWhenTheClientIsBackInTimeWithWhateverSession() throws Exception {
        for (long expirySeconds : new long[] {0, 30}) {
            for (boolean cleanStart : new boolean[] {true, false}) {
                try (OpenBroker broker = OpenBroker.start(2);
                        Peer watcher = watcher(broker)) {
                    leave(broker, expirySeconds);
                    try (Peer back = Peer.connected(
                            broker, Peer.connect("leaver", cleanStart, expirySeconds))) {
                        back.subscribe("mark", QoS.AT_MOST_ONCE);
                        Thread.sleep(1200); // there is nothing to wait for but that nothing happens
                    }
                    watcher.ping();
                }
            }
        }
    }
}
