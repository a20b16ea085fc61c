// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.store;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Looks for damage in the middle of RocksDB's logs. RocksDB takes a log up to the first record that is torn, and cannot
 * tell what a power cut left unfinished, which nobody was promised, from a place that has gone bad with promises behind
 * it. Those show by records behind it that are whole.
 *
 * <pre>
 *   log:     blocks of 32 KiB, each of records; a record does not fit into the last 6 bytes of one
 *   record:  masked CRC-32C of type and data, 4 bytes | length, 2 bytes | type | data      little-endian
 *   type:    1 all of a group of writes, 2 its first part, 3 another, 4 its last
 *   group:   as in {@link Writes}, with its sequence: the number of its first entry, of all that were ever written
 * </pre>
 *
 * <p>Owner: confined to its creator.
 */
final class WriteAheadLog {
    private static final int BLOCK = 32 * 1024;
    private static final int HEADER = 7;
    private static final int FULL = 1;
    private static final int FIRST = 2;
    private static final int MIDDLE = 3;
    private static final int LAST = 4;
    private static final int MASK = 0xa282ead8;

    private final ByteArrayOutputStream parts = new ByteArrayOutputStream();
    private final Losses behind = new Losses();
    private @Nullable String damaged;
    private long expected; // sequence of what comes next; 0 before the first
    private long last;

    private final Groups whole;

    private WriteAheadLog(Groups whole) {
        this.whole = whole;
    }

    /** Told each group before the first damaged place. */
    interface Groups {
        void group(byte[] bytes) throws IOException;
    }

    /** What is behind a damaged place. */
    record Damage(String place, long entries, Losses losses) {}

    /** The logs of a store, the oldest first. */
    static List<Path> logs(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("\\d+\\.log"))
                    .sorted()
                    .toList();
        }
    }

    /** Reads the logs of a store that is not open; null if no promise is behind a damaged place, or there is none. */
    static @Nullable Damage find(Path folder) throws IOException {
        WriteAheadLog log = read(folder, _ -> {});
        String place = log.damaged;
        return place == null || log.last <= log.expected
                ? null
                : new Damage(place, log.last - log.expected, log.behind);
    }

    /** Tells what the logs of a store hold up to the first damaged place. */
    static void replay(Path folder, Groups groups) throws IOException {
        var _ = read(folder, groups);
    }

    private static WriteAheadLog read(Path folder, Groups groups) throws IOException {
        WriteAheadLog log = new WriteAheadLog(groups);
        for (Path file : logs(folder)) {
            log.read(file);
        }
        return log;
    }

    private void read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer log = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        parts.reset();
        int at = 0;
        while (bytes.length - at >= HEADER) {
            int left = BLOCK - at % BLOCK;
            if (left < HEADER) {
                at += left;
                continue;
            }
            int length = log.getShort(at + 4) & 0xFFFF;
            int type = log.get(at + 6);
            if (HEADER + length > Math.min(left, bytes.length - at)
                    || type == 0
                    || log.getInt(at) != crc(bytes, at + 6, 1 + length)) {
                if (damaged == null) {
                    damaged = file.getFileName() + " at byte " + at;
                }
                parts.reset();
                at += left; // where the next record surely begins
                continue;
            }
            record(type, bytes, at + HEADER, length);
            at += HEADER + length;
        }
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
    }

    private void record(int type, byte[] bytes, int from, int length) throws IOException {
        switch (type) {
            case FULL -> group(Arrays.copyOfRange(bytes, from, from + length));
            case FIRST -> {
                parts.reset();
                parts.write(bytes, from, length);
            }
            case MIDDLE, LAST -> {
                if (parts.size() == 0) {
                    return; // its beginning is lost
                }
                parts.write(bytes, from, length);
                if (type == LAST) {
                    group(parts.toByteArray());
                    parts.reset();
                }
            }
            default -> {} // what RocksDB says of the log itself
        }
    }

    private void group(byte[] bytes) throws IOException {
        ByteBuffer group = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long sequence = group.getLong(0);
        long next = sequence + group.getInt(8);
        if (damaged != null && expected == 0) {
            expected = sequence; // how much was before is not known
        } else if (sequence == expected) {
            damaged = null; // torn there, and nothing lacks: it was written again
        }
        if (damaged == null) {
            expected = next;
            whole.group(bytes);
        } else if (sequence >= last) {
            last = next;
            Writes.forEachPut(bytes, behind::add);
        }
    }
}
