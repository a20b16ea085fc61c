// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.thecanary.broker.Broker;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.mqtt.codec.Bytes;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** What do clients meet while a broker with several listeners starts? */
class StartTest {
    /** Enough for a client to be answered before the last is bound, by a broker that would. */
    private static final int MANY = 200;

    private static ListenerConfig listener(int port) {
        ListenerConfig.Builder listener = new ListenerConfig.Builder();
        listener.port = port;
        listener.host = "127.0.0.1";
        listener.allowAnonymous = true;
        return listener.build();
    }

    /** Whether a client that is let in by no broker for long was let in for a moment. */
    private static boolean isLetIn(int port, AtomicBoolean over) {
        while (!over.get()) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream().write(Bytes.of("10 r s'MQTT' 04 02 003C s'c'"));
                if (socket.getInputStream().read() >= 0) {
                    return true;
                }
            } catch (IOException e) {
                Thread.onSpinWait(); // it is not open yet, or no more
            }
        }
        return false;
    }

    @Test
    void nobodyIsLetInWhereThePortOfALaterListenerIsTaken() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        AtomicBoolean over = new AtomicBoolean();
        try (ServerSocket taken = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            List<ListenerConfig> listeners = new ArrayList<>(List.of(listener(port)));
            listeners.addAll(Collections.nCopies(MANY, listener(0)));
            listeners.add(listener(taken.getLocalPort()));
            BrokerConfig.Builder config = new BrokerConfig.Builder();
            config.listeners = listeners;
            CompletableFuture<Boolean> letIn =
                    CompletableFuture.supplyAsync(() -> isLetIn(port, over));
            assertThatThrownBy(() -> Broker.start(
                            config.build(),
                            Collections.nCopies(listeners.size(), AccessRules.OPEN),
                            2))
                    .hasMessageContaining("Address already in use");
            over.set(true);
            assertThat(letIn.get()).isFalse();
        }
    }
}
