// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.mqtt.packet.Message;
import org.thecanary.mqtt.packet.MessageProperties;
import org.thecanary.mqtt.packet.QoS;
import org.thecanary.mqtt.packet.SubscriptionOptions;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What is taken over of a store that is damaged, and what is said about the rest? */
@Timeout(60)
class DamagedStoreTest {
    private static final int MESSAGES = 2000;
    private static final long SESSION = 7;

    @TempDir
    Path parent;

    private Path folder;
    private final List<String> errors = new ArrayList<>();
    private final List<StoredMessage> retained = new ArrayList<>();
    private final List<RestoredSession> sessions = new ArrayList<>();

    @BeforeEach
    void name() {
        folder = parent.resolve("mosquitto.store");
    }

    /** Bytes that no compression makes shorter, so that they can be found in a file. */
    private static byte[] payload(long number) {
        byte[] bytes = new byte[200];
        new Random(number).nextBytes(bytes);
        return bytes;
    }

    private static StoredMessage message(long number) {
        return new StoredMessage(
                number,
                new Message(
                        TopicName.of("t/%05d".formatted(number)),
                        QoS.AT_LEAST_ONCE,
                        true,
                        payload(number),
                        MessageProperties.NONE),
                "p",
                null,
                Long.MAX_VALUE);
    }

    /** A session with a subscription and a queue, and as many Retained Messages; each group of writes a commit. */
    private void fill() throws IOException {
        try (Engine engine = new StoreFolder(folder, RocksEngine::open, errors::add).open()) {
            ChangeWriter writer = new ChangeWriter(
                    topic -> message(Long.parseLong(topic.toString().substring(2))));
            Writes writes = new Writes();
            writer.add(
                    new Change.SessionKept(new KeptSession(
                            SESSION, "c", null, true, 3600, false, Long.MAX_VALUE, null, 0, 1)),
                    writes,
                    engine);
            writer.add(
                    new Change.Subscribed(
                            SESSION,
                            TopicFilter.of("t/#"),
                            SubscriptionOptions.of(QoS.AT_LEAST_ONCE),
                            0),
                    writes,
                    engine);
            for (int i = 1; i <= MESSAGES; i++) {
                Claim claim = new Claim(SESSION, i, i, true, QoS.AT_LEAST_ONCE, false, 0, null);
                writer.add(new Change.Published(message(i), List.of(claim)), writes, engine);
                writer.add(new Change.Retained(message(i).message().topic(), true), writes, engine);
                engine.write(writes, false);
                writes.clear();
            }
        }
    }

    private Store open() throws IOException {
        retained.clear();
        sessions.clear();
        Store store = new Store(folder, true, new SilentListener(), RocksEngine::open, errors::add);
        store.open(new Store.Restoration() {
            @Override
            public void retained(StoredMessage message) {
                retained.add(message);
            }

            @Override
            public void session(RestoredSession session) {
                sessions.add(session);
            }
        });
        return store;
    }

    private StoreReport reopened() throws IOException {
        try (Store store = open()) {
            return store.report();
        }
    }

    private Path file(Path where, String ending) throws IOException {
        try (Stream<Path> files = Files.list(where)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .max((a, b) -> Long.compare(a.toFile().length(), b.toFile().length()))
                    .orElseThrow();
        }
    }

    private static void damage(Path file, long at) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            bytes.write("damaged damaged damaged damaged damaged".getBytes(UTF_8));
        }
    }

    /** Where the message of a number stands first; the Retained Messages come last in a table. */
    private static int first(Path file, int number) throws IOException {
        return Files.readString(file, ISO_8859_1).indexOf(beginning(number));
    }

    private static int last(Path file, int number) throws IOException {
        return Files.readString(file, ISO_8859_1).lastIndexOf(beginning(number));
    }

    private static String beginning(int number) {
        return new String(payload(number), 0, 20, ISO_8859_1);
    }

    private static long number(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private Path aside() throws IOException {
        try (Stream<Path> files = Files.list(parent)) {
            return files.filter(file -> file.toString().contains(".damaged-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void aDamagedPlaceInATableCostsWhatIsThereAndTheRestIsTakenOver() throws Exception {
        fill();
        reopened(); // turns the log into a table
        Path table = file(folder, ".sst");
        damage(table, last(table, 1000));

        StoreReport report = reopened();

        assertThat(report.retained()).isBetween(MESSAGES - 40L, MESSAGES - 1L);
        assertThat(report.sessions()).isEqualTo(1);
        assertThat(report.subscriptions()).isEqualTo(1);
        assertThat(report.queued()).isEqualTo(MESSAGES);
        assertThat(report.messages()).isEqualTo(MESSAGES);
        assertThat(retained).hasSize((int) report.retained());
        assertThat(sessions)
                .singleElement()
                .satisfies(session -> assertThat(session.lastQueued()).isEqualTo(MESSAGES));
        assertThat(aside().resolve(table.getFileName())).exists();
        assertThat(errors).singleElement().satisfies(error -> {
            assertThat(error)
                    .contains("It is kept as " + aside())
                    .contains("taken over: 1 sessions, 1 subscriptions, " + MESSAGES
                            + " waiting messages, 0 messages in flight, " + report.retained()
                            + " Retained Messages");
            assertThat(number(error, "about (\\d+) entries that cannot be read"))
                    .isEqualTo(MESSAGES - report.retained());
        });
    }

    @Test
    void aQueueWhoseSessionIsLostGoesToNobody() throws Exception {
        fill();
        try (Engine engine = RocksEngine.open(folder)) {
            Writes writes = new Writes();
            writes.delete(new Schema().key(Schema.SESSION, SESSION));
            engine.write(writes, true);
        }
        reopened();
        Path table = file(folder, ".sst");
        damage(table, last(table, 1000));

        StoreReport report = reopened();

        assertThat(report.queued()).isZero();
        assertThat(report.messages()).isZero();
        assertThat(report.subscriptions()).isZero();
        assertThat(errors)
                .last()
                .satisfies(error -> assertThat(error)
                        .contains("Lost: 0 sessions, 1 subscriptions, " + MESSAGES
                                + " waiting messages, 0 messages in flight, 0 Retained Messages"));
    }

    @Test
    void whatStandsBehindADamagedPlaceInALogIsCountedAndKept() throws Exception {
        fill();
        Path logFile = file(folder, ".log");
        damage(logFile, first(logFile, 1000));
        byte[] damaged = Files.readAllBytes(logFile);

        StoreReport report = reopened();

        assertThat(report.retained()).isEqualTo(999);
        assertThat(report.queued()).isEqualTo(999);
        assertThat(aside().resolve(logFile.getFileName())).hasBinaryContent(damaged);
        assertThat(errors).singleElement().satisfies(error -> {
            // A message, a claim and a Retained Message each.
            assertThat(number(error, "last (\\d+) changes are lost"))
                    .isEqualTo(3L * (MESSAGES - 999));
            // All but the one that was hit, and what shares its block.
            assertThat(number(error, "(\\d+) waiting messages"))
                    .isBetween(MESSAGES - 999L - 100, MESSAGES - 999L - 1);
        });
        assertThat(reopened().queued()).isEqualTo(999);
        assertThat(errors).hasSize(1);
    }

    @Test
    void aTornEndOfALogIsWhatACrashLeavesAndNoDamage() throws Exception {
        fill();
        Path logFile = file(folder, ".log");
        try (RandomAccessFile bytes = new RandomAccessFile(logFile.toFile(), "rw")) {
            bytes.setLength(bytes.length() - 10);
        }

        assertThat(reopened().queued()).isEqualTo(MESSAGES - 1);
        assertThat(errors).isEmpty();
    }

    @Test
    void whatCannotBeReadAtAllIsSaidInBytes() throws Exception {
        fill();
        reopened();
        Path table = file(folder, ".sst");
        Files.write(table, new byte[(int) Files.size(table)]);

        assertThat(reopened().retained()).isZero();
        assertThat(errors)
                .singleElement()
                .satisfies(error -> assertThat(error)
                        .contains("It is kept as " + aside() + ", " + StoreFolder.bytes(aside())
                                + " bytes")
                        .contains("taken over: 0 sessions"));
    }

    /** The messages of the queue, page by page. */
    private List<Long> queue(Store store) throws Exception {
        List<Long> found = new ArrayList<>();
        for (long from = 1; from <= MESSAGES; ) {
            CompletableFuture<QueuePage> read = new CompletableFuture<>();
            store.read(SESSION, from, MESSAGES, 100, 1 << 20, read::complete);
            QueuePage page = read.get();
            page.messages().forEach(waiting -> found.add(waiting.message().number()));
            from = page.next();
        }
        return found;
    }

    private void queueCostsOnly(long at, int most) throws Exception {
        damage(file(folder, ".sst"), at);
        try (Store store = open()) {
            List<Long> found = queue(store);

            assertThat(found).hasSizeBetween(MESSAGES - most, MESSAGES - 1).isSorted();
            long lost = errors.stream()
                    .mapToLong(error -> number(
                            error, "(\\d+) messages that waited for a client cannot be read"))
                    .sum();
            assertThat(lost).isEqualTo(MESSAGES - found.size());
        }
    }

    @Test
    void messagesThatCannotBeReadAreCountedAndTheOthersDelivered() throws Exception {
        fill();
        reopened();
        queueCostsOnly(first(file(folder, ".sst"), 1000), 40);
    }

    @Test
    void aDamagedPlaceInAQueueIsCountedAndTheRestDelivered() throws Exception {
        fill();
        reopened();
        // The queue stands before the Retained Messages, at some 20 bytes a message.
        queueCostsOnly(last(file(folder, ".sst"), 1) - 20_000, 400);
    }
}
