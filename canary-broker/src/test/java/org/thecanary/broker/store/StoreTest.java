// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.mqtt.topic.TopicName;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** What does the store do with what it cannot write or read? */
@Timeout(60)
class StoreTest {
    private static final TopicName TOPIC = TopicName.of("t");
    private static final Store.Restoration NOTHING = new Store.Restoration() {
        @Override
        public void retained(StoredMessage message) {}

        @Override
        public void session(RestoredSession session) {}
    };

    @TempDir
    Path folder;

    private volatile boolean full;
    private final AtomicInteger asked = new AtomicInteger();

    private Store open() throws IOException {
        Store store = new Store(
                folder.resolve("store"),
                true,
                new SilentListener() {
                    @Override
                    public @Nullable StoredMessage retained(TopicName topic) {
                        asked.incrementAndGet();
                        return null;
                    }
                },
                place -> {
                    if (full) {
                        throw new IOException("No space left on device");
                    }
                    return RocksEngine.open(place);
                },
                System.err::println);
        store.open(NOTHING);
        return store;
    }

    /** A change of which it is told what became of it. */
    private record Told(List<Change> changes, ConcurrentLinkedQueue<String> words)
            implements Store.Group {
        static Told of(Change change) {
            return new Told(List.of(change), new ConcurrentLinkedQueue<>());
        }

        @Override
        public boolean isPromised() {
            return true;
        }

        @Override
        public void committed() {
            words.add("committed");
        }

        @Override
        public void delayed() {
            words.add("delayed");
        }
    }

    private static Change change() {
        return new Change.Retained(TOPIC, true);
    }

    @Test
    void aSecondBrokerIsRefusedAlsoWhereNothingIsKeptYet() throws IOException {
        Store first = open();

        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessage(folder.resolve("store.lock")
                        + ": another broker keeps its messages there. End it, or name another"
                        + " persistence_location.");

        first.close();
        open().close();
    }

    @Test
    void everybodyIsToldOfAFullDiskWhetherTheyCameBeforeOrAfterItWasNoticed() throws Exception {
        full = true;
        try (Store store = open()) {
            List<Told> all = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Told told = Told.of(change());
                all.add(told);
                store.append(told);
                await().until(() -> told.words.contains("delayed"));
            }
            assertThat(store.isFailing()).isTrue();
            full = false;
            for (Told told : all) {
                await().until(() -> told.words.contains("committed"));
            }
            assertThat(store.isFailing()).isFalse();
        }
    }

    @Test
    void whatIsDeferredWhileTheDiskIsFullIsWrittenOnceAfterwards() throws Exception {
        try (Store store = open()) {
            assertThat(store.defer(TOPIC)).isFalse();
            full = true;
            Told told = Told.of(change());
            store.append(told);
            await().until(() -> told.words.contains("delayed"));
            int before = asked.get();
            for (int i = 0; i < 1000; i++) {
                assertThat(store.defer(TOPIC)).isTrue();
            }
            full = false;
            await().until(() -> told.words.contains("committed") && asked.get() > before + 1);
        }
        // The change itself, and the topic once.
        assertThat(asked.get()).isEqualTo(2);
    }

    @Test
    void aNewerFormatIsRefusedInASentence() throws Exception {
        try (Engine engine = new StoreFolder(
                        folder.resolve("store"), RocksEngine::open, System.err::println)
                .open()) {
            Writes writes = new Writes();
            writes.put(
                    Schema.metaKey("format"),
                    new RecordWriter().u32(Schema.FORMAT + 1).toBytes());
            engine.write(writes, true);
        }
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining(folder.resolve("store")
                        + " was written by a newer Canary (format " + (Schema.FORMAT + 1))
                .hasMessageContaining("Start that version");
    }
}
