// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.backlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What is kept, in which order it comes back, and what an end at any byte leaves of it. */
class BacklogTest {
    private static final long ROOM = DiskBacklog.LEAST_BYTES;

    @TempDir
    Path parent;

    private final List<Backlog> opened = new ArrayList<>();

    @AfterEach
    void closeAll() {
        opened.forEach(Backlog::close);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void handsOutInOrderAndAgainAfterRewind(boolean disk) throws IOException {
        Backlog backlog = disk ? open() : new MemoryBacklog(ROOM);
        add(backlog, "a", "b", "c");

        assertThat(rest(backlog)).containsExactly("a", "b", "c");
        assertThat(backlog.next()).isNull();
        add(backlog, "d");
        assertThat(rest(backlog)).containsExactly("d");

        backlog.acknowledge(1);
        backlog.rewind();
        assertThat(backlog.waiting()).isEqualTo(2);
        assertThat(rest(backlog)).containsExactly("c", "d");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void givesUpTheOldestAndCountsThem(boolean disk) throws IOException {
        Backlog backlog = disk ? open() : new MemoryBacklog(ROOM);
        int added = 30_000;
        for (int i = 0; i < added; i++) {
            add(backlog, "%0100d".formatted(i));
        }

        List<String> rest = rest(backlog);

        assertThat(backlog.dropped()).isPositive().isEqualTo(added - rest.size());
        assertThat(backlog.waiting()).isEqualTo(rest.size());
        assertThat(rest.getLast()).isEqualTo("%0100d".formatted(added - 1));
        assertThat(rest.getFirst()).isEqualTo("%0100d".formatted(backlog.dropped()));
        if (disk) {
            assertThat(bytesOnDisk()).isBetween(ROOM * 3 / 4, ROOM);
        }
    }

    @Test
    void whatWaitsOutlivesTheProcess() throws IOException {
        Backlog backlog = open();
        add(backlog, "a", "b", "c");
        assertThat(rest(backlog)).hasSize(3);
        backlog.acknowledge(0);
        backlog.close();

        Backlog again = open();
        add(again, "d");

        assertThat(again.waiting()).isEqualTo(3);
        assertThat(rest(again)).containsExactly("b", "c", "d");
    }

    @Test
    void oneProcessAtATimeHasTheFolder() throws IOException {
        open();

        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another program keeps measurements in " + folder());
    }

    @Test
    void itIsItsOwnersAlone() throws IOException {
        add(open(), "a");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(folder())) {
            assertThat(files)
                    .hasSize(2)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void whatArrivesAtOnceLeavesLittleOnDisk() throws IOException {
        Backlog backlog = open();
        for (int i = 0; i < 10_000; i++) {
            add(backlog, "%0100d".formatted(i));
            assertThat(rest(backlog)).hasSize(1);
            backlog.acknowledge(i);
        }

        assertThat(bytesOnDisk()).isLessThan(70_000);
        assertThat(backlog.dropped()).isZero();
    }

    @Test
    void anEndAtAnyByteLosesNothingThatWasWhole() throws IOException {
        Backlog backlog = open();
        add(backlog, "first", "second", "third");
        assertThat(rest(backlog)).hasSize(3);
        backlog.acknowledge(0);
        backlog.close();
        byte[] whole = Files.readAllBytes(file());
        int record = 9;
        int afterFirst = 8 + record + 5;
        int afterSecond = afterFirst + record + 6;
        int afterThird = afterSecond + record + 5;

        for (int length = 0; length <= whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            try (Backlog cut = DiskBacklog.open(folder(), ROOM)) {
                List<String> expected = new ArrayList<>();
                if (length >= afterFirst && length < whole.length) {
                    expected.add("first");
                }
                if (length >= afterSecond) {
                    expected.add("second");
                }
                if (length >= afterThird) {
                    expected.add("third");
                }
                add(cut, "new");
                expected.add("new");
                assertThat(rest(cut)).as("cut at %s", length).isEqualTo(expected);
            }
        }
    }

    @Test
    void aFlippedBitEndsTheSegmentAndIsNeverHandedOut() throws IOException {
        Backlog backlog = open();
        add(backlog, "first", "second", "third");
        backlog.close();
        byte[] whole = Files.readAllBytes(file());

        for (int at = 8; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x10;
            Files.write(file(), damaged);
            try (Backlog cut = DiskBacklog.open(folder(), ROOM)) {
                assertThat(rest(cut))
                        .as("damaged at %s", at)
                        .isIn(List.of(), List.of("first"), List.of("first", "second"));
            }
        }
    }

    @Test
    void zerosAfterALossOfPowerAreNoRecords() throws IOException {
        Backlog backlog = open();
        add(backlog, "first");
        backlog.close();
        try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.APPEND)) {
            channel.write(ByteBuffer.allocate(4096));
        }

        assertThat(rest(open())).containsExactly("first");
    }

    @Test
    void aDamagedSegmentDoesNotTakeTheOthersWithIt() throws IOException {
        Backlog backlog = open();
        for (int i = 0; i < 3000; i++) {
            add(backlog, "%0100d".formatted(i));
        }
        backlog.close();
        byte[] damaged = Files.readAllBytes(file());
        damaged[damaged.length / 2] ^= 1;
        Files.write(file(), damaged);

        Backlog again = open();
        List<String> rest = rest(again);

        assertThat(again.dropped()).isPositive().isEqualTo(3000 - rest.size());
        assertThat(rest).isSorted().first().isEqualTo("%0100d".formatted(0));
        assertThat(rest.getLast()).isEqualTo("%0100d".formatted(2999));
    }

    @Test
    void anotherFileIsNotTakenForOne() throws IOException {
        Files.createDirectories(folder());
        Path file = Files.writeString(
                folder().resolve("0".repeat(19) + ".backlog"), "a letter to my aunt");

        assertThatThrownBy(this::open).hasMessage(file + " is not a file of measurements");
        assertThat(Files.readString(file)).isEqualTo("a letter to my aunt");
    }

    @Test
    void behavesAsAQueueWhateverHappens() throws IOException {
        Random random = new Random(42);
        Deque<String> model = new ArrayDeque<>();
        Backlog backlog = open();
        int added = 0;
        int handedOut = 0;
        long base = -1;
        for (int step = 0; step < 20_000; step++) {
            switch (random.nextInt(20)) {
                case 0 -> {
                    backlog.rewind();
                    handedOut = 0;
                }
                case 1 -> {
                    if (random.nextInt(20) == 0) {
                        backlog.close();
                        backlog = open();
                        handedOut = 0;
                    }
                }
                case 2, 3, 4, 5, 6 -> {
                    Backlog.Entry next = backlog.next();
                    String expected = model.stream().skip(handedOut).findFirst().orElse(null);
                    assertThat(next == null ? null : new String(next.payload(), UTF_8))
                            .isEqualTo(expected);
                    if (next != null) {
                        handedOut++;
                        base = next.index();
                    }
                }
                case 7, 8 -> {
                    if (handedOut > 0) {
                        backlog.acknowledge(base);
                        for (; handedOut > 0; handedOut--) {
                            model.removeFirst();
                        }
                    }
                }
                default -> {
                    if (model.size() < 300) {
                        String text = added++ + "x".repeat(random.nextInt(2000));
                        add(backlog, text);
                        model.add(text);
                    }
                }
            }
            assertThat(backlog.waiting()).isEqualTo(model.size());
        }
        assertThat(added).isGreaterThan(3000);
        assertThat(backlog.dropped()).isZero();
    }

    private Backlog open() throws IOException {
        Backlog backlog = DiskBacklog.open(folder(), ROOM);
        opened.add(backlog);
        return backlog;
    }

    private Path folder() {
        return parent.resolve("store");
    }

    /** The oldest file. */
    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.filter(file -> file.toString().endsWith(".backlog"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    private long bytesOnDisk() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private static void add(Backlog backlog, String... texts) throws IOException {
        for (String text : texts) {
            backlog.add(text.getBytes(UTF_8));
        }
    }

    private static List<String> rest(Backlog backlog) throws IOException {
        List<String> rest = new ArrayList<>();
        for (Backlog.Entry next = backlog.next(); next != null; next = backlog.next()) {
            rest.add(new String(next.payload(), UTF_8));
        }
        return rest;
    }
}
