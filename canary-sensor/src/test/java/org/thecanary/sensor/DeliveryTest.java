// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.client.PublishResult;
import org.thecanary.mqtt.packet.ReasonCode;
import org.thecanary.sensor.backlog.Backlog;
import org.thecanary.sensor.backlog.DiskBacklog;
import org.thecanary.sensor.backlog.MemoryBacklog;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** When a measurement is sent, again, and no more. */
class DeliveryTest {
    private final List<String> published = new ArrayList<>();
    private final List<CompletableFuture<PublishResult>> answers = new ArrayList<>();
    private final List<Runnable> later = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final Backlog backlog = new MemoryBacklog(1 << 20);
    private final Delivery delivery = delivery(backlog);

    @TempDir
    Path folder;

    private Delivery delivery(Backlog from) {
        return new Delivery(from, new Delivery.Wire() {
            @Override
            public CompletableFuture<PublishResult> publish(byte[] payload) {
                published.add(new String(payload, UTF_8));
                answers.add(new CompletableFuture<>());
                return answers.getLast();
            }

            @Override
            public void post(Runnable task) {
                task.run();
            }

            @Override
            public void postLater(Runnable task) {
                later.add(task);
            }

            @Override
            public void tell(String sentence) {
                told.add(sentence);
            }
        });
    }

    @Test
    void whatWasTakenWithoutAConnectionIsSentInOrderWhenThereIsOne() {
        add("a", "b");
        assertThat(published).isEmpty();

        delivery.connected();
        add("c");

        assertThat(published).containsExactly("a", "b", "c");
    }

    @Test
    void aMeasurementLeavesWhenItAndAllBeforeItAreAcknowledged() {
        delivery.connected();
        add("a", "b", "c");

        acknowledge(1);
        assertThat(delivery.waiting()).isEqualTo(3);
        acknowledge(0);
        assertThat(delivery.waiting()).isEqualTo(1);
        acknowledge(2);
        assertThat(delivery.waiting()).isZero();
    }

    @Test
    void aLostConnectionLeavesToTheClientWhatIsOnItsWay() {
        delivery.connected();
        add("a");
        delivery.disconnected();
        add("b");
        delivery.connected();

        assertThat(published).containsExactly("a", "b");
        acknowledge(0);
        assertThat(delivery.waiting()).isEqualTo(1);
    }

    @Test
    void noMoreThanAWindowIsOnItsWay() {
        for (int i = 0; i < 100; i++) {
            add("m" + i);
        }
        delivery.connected();
        assertThat(published).hasSize(64);

        acknowledge(0);
        assertThat(published).hasSize(65).last().isEqualTo("m64");
    }

    @Test
    void whatTheBrokerRefusesIsOfferedAgainAndNothingOvertakesIt() {
        delivery.connected();
        add("a", "b", "c");
        acknowledge(0);
        answers.get(1).complete(new PublishResult(1, ReasonCode.NOT_AUTHORIZED, null, List.of()));
        acknowledge(2);
        add("d");
        assertThat(published).containsExactly("a", "b", "c");

        published.clear();
        later.getFirst().run();

        assertThat(later).hasSize(1);
        assertThat(published).containsExactly("b", "c", "d");
        assertThat(delivery.waiting()).isEqualTo(3);
    }

    @Test
    void whatTheClientGivesUpStays() {
        delivery.connected();
        add("a");
        answers.getFirst().completeExceptionally(new IOException("the client has ended"));

        assertThat(delivery.waiting()).isEqualTo(1);
    }

    @Test
    void aBrokenStoreIsSaidAndWhatCanBeSentIsSentAllTheSame() throws IOException {
        Delivery broken = delivery(brokenBacklog());
        broken.add("a".getBytes(UTF_8));
        assertThat(broken.dropped()).isEqualTo(1);
        assertThat(told).hasSize(1).allMatch(text -> text.contains("cannot be kept"));

        broken.connected();
        broken.add("b".getBytes(UTF_8));
        assertThat(published).containsExactly("b");
        assertThat(broken.dropped()).isEqualTo(1);
    }

    /** One whose files are closed under it. */
    private Backlog brokenBacklog() throws IOException {
        Backlog disk = DiskBacklog.open(folder.resolve("store"), DiskBacklog.LEAST_BYTES);
        disk.close();
        return disk;
    }

    private void add(String... texts) {
        for (String text : texts) {
            delivery.add(text.getBytes(UTF_8));
        }
    }

    private void acknowledge(int number) {
        answers.get(number).complete(new PublishResult(1, ReasonCode.SUCCESS, null, List.of()));
    }
}
