// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.backlog;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * One file of a {@link DiskBacklog}. It begins with eight bytes that say what it is; then come records, each one written
 * by a single call and never changed:
 *
 * <pre>
 * 4 bytes  length of the body, big-endian
 * 4 bytes  CRC-32C of all that follows
 * 1 byte   M: the body is a payload; A: it is 8 bytes, an index up to which all payloads have arrived
 *          the body
 * </pre>
 *
 * <p>What follows the first record that is incomplete or damaged does not count, as a process or a machine may end
 * anywhere. The file's name has the index of its first payload.
 */
final class Segment implements AutoCloseable {
    static final String SUFFIX = ".backlog";
    static final byte PAYLOAD = 'M';
    static final byte ACKNOWLEDGEMENT = 'A';

    private static final long MAGIC = 0x43414e4152593031L; // "CANARY01"
    private static final int MAGIC_BYTES = 8;
    private static final int HEADER = 9;

    /** The longest body that is believed. */
    static final int LONGEST = 1 << 20;

    private final Path file;
    private final FileChannel channel;
    private final long firstIndex;
    private long endIndex;
    private long endOffset = MAGIC_BYTES;
    private long cursorIndex;
    private long cursorOffset = MAGIC_BYTES;
    private long acknowledged = -1;

    private Segment(Path file, FileChannel channel, long firstIndex) {
        this.file = file;
        this.channel = channel;
        this.firstIndex = firstIndex;
        this.endIndex = firstIndex;
        this.cursorIndex = firstIndex;
    }

    /** A new one, empty. */
    static Segment create(Path folder, long firstIndex) throws IOException {
        Path file = folder.resolve("%019d%s".formatted(firstIndex, SUFFIX));
        FileChannel channel = FileChannel.open(
                file,
                Set.of(CREATE_NEW, READ, WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Segment segment = new Segment(file, channel, firstIndex);
        try {
            segment.write(ByteBuffer.allocate(MAGIC_BYTES).putLong(MAGIC).flip(), 0);
            return segment;
        } catch (IOException e) {
            segment.delete();
            throw e;
        }
    }

    /**
     * One that is there. What does not count in it is cut off.
     *
     * @throws IOException if it cannot be read or written, or is no such file
     */
    static Segment open(Path file, long firstIndex) throws IOException {
        Segment segment = new Segment(file, FileChannel.open(file, READ, WRITE), firstIndex);
        try {
            segment.recover();
            return segment;
        } catch (IOException e) {
            segment.close();
            throw e;
        }
    }

    private void recover() throws IOException {
        long size = channel.size();
        byte[] magic = read(0, MAGIC_BYTES);
        if (magic == null) {
            // It was being made.
            write(ByteBuffer.allocate(MAGIC_BYTES).putLong(MAGIC).flip(), 0);
        } else if (ByteBuffer.wrap(magic).getLong() != MAGIC) {
            throw new IOException(file + " is not a file of measurements");
        }
        for (Found next = record(endOffset); next != null; next = record(endOffset)) {
            if (next.type == PAYLOAD) {
                endIndex++;
            } else {
                acknowledged = Math.max(acknowledged, ByteBuffer.wrap(next.body).getLong());
            }
            endOffset = next.endOffset;
        }
        if (size > endOffset) {
            channel.truncate(endOffset);
        }
    }

    private record Found(byte type, byte[] body, long endOffset) {}

    /** The record that begins there; null where there is no whole and sound one. */
    private @Nullable Found record(long offset) throws IOException {
        byte[] start = read(offset, HEADER);
        if (start == null) {
            return null;
        }
        ByteBuffer header = ByteBuffer.wrap(start);
        int length = header.getInt();
        int checksum = header.getInt();
        byte type = header.get();
        boolean possible = type == PAYLOAD
                ? length >= 0 && length <= LONGEST
                : type == ACKNOWLEDGEMENT && length == Long.BYTES;
        byte[] body = possible ? read(offset + HEADER, length) : null;
        if (body == null || checksum != checksum(type, body)) {
            return null;
        }
        return new Found(type, body, offset + HEADER + length);
    }

    private static int checksum(byte type, byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(type);
        crc.update(body);
        return (int) crc.getValue();
    }

    private byte @Nullable [] read(long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                return null;
            }
        }
        return bytes.array();
    }

    private void write(ByteBuffer bytes, long offset) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes, offset + bytes.position());
        }
    }

    /** Adds a record behind the last one; where that fails, the next one takes its place. */
    private void append(byte type, byte[] body) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + body.length)
                .putInt(body.length)
                .putInt(checksum(type, body))
                .put(type)
                .put(body)
                .flip();
        write(bytes, endOffset);
        endOffset += bytes.limit();
    }

    void add(byte[] payload) throws IOException {
        append(PAYLOAD, payload);
        endIndex++;
    }

    void acknowledge(long index) throws IOException {
        append(ACKNOWLEDGEMENT, ByteBuffer.allocate(Long.BYTES).putLong(index).array());
    }

    /** The payload of that index, which is at or behind the one read last; null where this has not got it. */
    byte @Nullable [] payload(long index) throws IOException {
        if (index < cursorIndex) {
            cursorIndex = firstIndex;
            cursorOffset = MAGIC_BYTES;
        }
        while (cursorIndex < endIndex) {
            Found next = record(cursorOffset);
            if (next == null) {
                throw new IOException(file + " is damaged at byte " + cursorOffset);
            }
            cursorOffset = next.endOffset;
            if (next.type == PAYLOAD && cursorIndex++ == index) {
                return next.body;
            }
        }
        return null;
    }

    long firstIndex() {
        return firstIndex;
    }

    /** One more than that of the last payload. */
    long endIndex() {
        return endIndex;
    }

    /** Up to where its records say that all have arrived; -1: nowhere. */
    long acknowledged() {
        return acknowledged;
    }

    long bytes() {
        return endOffset;
    }

    /** Any thread. */
    void force() throws IOException {
        channel.force(false);
    }

    void delete() throws IOException {
        close();
        Files.deleteIfExists(file);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing was to be written any more.
        }
    }
}
