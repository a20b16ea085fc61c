// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalIoHandler;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.broker.store.Change;
import org.thecanary.broker.store.Claim;
import org.thecanary.broker.store.KeptSession;
import org.thecanary.broker.store.QueuePage;
import org.thecanary.broker.store.RestoredSession;
import org.thecanary.broker.store.SilentListener;
import org.thecanary.broker.store.Store;
import org.thecanary.broker.store.StoredMessage;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.topic.TopicName;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** When does a loop's turn reach the store? */
@Timeout(60)
class DurabilityTest {
    private static final long SESSION = 1;

    @TempDir
    Path folder;

    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
    private final BrokerLoops loops = new BrokerLoops(group);
    private final BrokerLoop loop = loops.all().getFirst();
    private Store store;

    @BeforeEach
    void open() throws IOException {
        store = new Store(folder.resolve("store"), false, new SilentListener());
        store.open(new Store.Restoration() {
            @Override
            public void retained(StoredMessage message) {}

            @Override
            public void session(RestoredSession session) {}
        });
        loops.keepIn(store);
        Change session = new Change.SessionKept(
                new KeptSession(SESSION, "c", null, true, 3600, false, Long.MAX_VALUE, null, 0, 1));
        inTurn(() -> loop.durability().add(session));
    }

    /** Runs a turn of the loop, to its end. */
    private void inTurn(Runnable task) {
        loop.executor().submit(task).syncUninterruptibly();
        loop.executor()
                .submit(() -> {})
                .syncUninterruptibly(); // after what the turn left to its end
    }

    @AfterEach
    void close() {
        group.shutdownGracefully().syncUninterruptibly();
        store.close();
    }

    private static Change published(long number) {
        Message message = new Message(
                TopicName.of("t"),
                QoS.AT_LEAST_ONCE,
                false,
                new byte[] {1},
                MessageProperties.NONE);
        return new Change.Published(
                new StoredMessage(number, message, "p", null, Long.MAX_VALUE),
                List.of(new Claim(
                        SESSION, number, number, true, QoS.AT_LEAST_ONCE, false, 0, null)));
    }

    private void read(CompletableFuture<QueuePage> page) {
        loop.durability().ask(() -> store.read(SESSION, 1, 2, 100, 1 << 20, page::complete));
    }

    private void storeHasAnsweredAllItWasAsked() {
        CompletableFuture<QueuePage> answer = new CompletableFuture<>();
        store.read(SESSION, 1, 2, 100, 1 << 20, answer::complete);
        answer.join();
    }

    @Test
    void aQueueThatIsReadInATurnHoldsWhatCameInTheSameTurn() {
        CompletableFuture<QueuePage> page = new CompletableFuture<>();
        inTurn(() -> {
            loop.durability().add(published(1));
            read(page);
            storeHasAnsweredAllItWasAsked();
            loop.durability().add(published(2));
        });

        assertThat(page.join().messages())
                .extracting(waiting -> waiting.claim().sequence())
                .containsExactly(1L, 2L);
    }

    @Test
    void aTurnWithoutChangesAsksAtOnce() {
        CompletableFuture<QueuePage> page = new CompletableFuture<>();
        inTurn(() -> loop.durability().add(published(1)));
        inTurn(() -> read(page));

        assertThat(page.join().messages()).hasSize(1);
    }
}
