// SPDX-License-Identifier: Apache-2.0
package org.thecanary.sensor.backlog;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A backlog in a folder, which outlives the process and, from the next {@link #sync} on, a loss of power.
 *
 * <p>It is a log in {@link Segment}s. A payload is in the file when {@link #add} returns, so it outlives a killed process.
 * An acknowledgement is one more record; a segment of which all is acknowledged is deleted. So what reaches the broker at
 * once is never forced to the disk, and a segment is given up whole where there is no more room.
 *
 * <p>One process at a time has it.
 */
public final class DiskBacklog implements Backlog {
    /** The least there can be room for. */
    public static final long LEAST_BYTES = 1 << 20;

    private static final long LARGEST_SEGMENT = 4 << 20;

    /** An empty segment that is larger than this makes room for a new one. */
    private static final long WORN_SEGMENT = 64 << 10;

    private static final Pattern NAME = Pattern.compile("\\d{19}\\" + Segment.SUFFIX);

    private final Path folder;
    private final FileChannel lock;
    private final long maxBytes;
    private final Deque<Segment> segments = new ArrayDeque<>();
    private long bytes;
    private long head;
    private long cursor;
    private long dropped;
    private volatile boolean unforced;

    /** The one that is written; any thread reads it, to {@link #sync}. */
    private volatile Segment tail;

    @SuppressWarnings("NullAway.Init") // open() fills it
    private DiskBacklog(Path folder, FileChannel lock, long maxBytes) {
        this.folder = folder;
        this.lock = lock;
        this.maxBytes = maxBytes;
    }

    /**
     * Opens a folder, which is made where it is missing. What waits in it is handed out first.
     *
     * @param maxBytes of all its files; {@link #LEAST_BYTES} or more
     * @throws IOException with a sentence, if it cannot be used, or another process has it
     */
    public static DiskBacklog open(Path folder, long maxBytes) throws IOException {
        if (maxBytes < LEAST_BYTES) {
            throw new IllegalArgumentException(maxBytes + " bytes are fewer than " + LEAST_BYTES);
        }
        Files.createDirectories(
                folder,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        DiskBacklog backlog = new DiskBacklog(folder, lock(folder), maxBytes);
        try {
            backlog.recover();
            return backlog;
        } catch (IOException e) {
            backlog.close();
            throw e;
        }
    }

    private static FileChannel lock(Path folder) throws IOException {
        FileChannel channel = FileChannel.open(
                folder.resolve(".lock"),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        FileLock held = null;
        try {
            held = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by this very process; told below.
        } finally {
            if (held == null) {
                channel.close();
            }
        }
        if (held == null) {
            throw new IOException("another program keeps measurements in " + folder);
        }
        return channel;
    }

    private void recover() throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*" + Segment.SUFFIX)) {
            for (Path file : all) {
                if (NAME.matcher(file.getFileName().toString()).matches()) {
                    files.add(file);
                }
            }
        }
        files.sort(null);
        for (Path file : files) {
            long first = Long.parseLong(file.getFileName().toString().substring(0, 19));
            Segment segment = Segment.open(file, first);
            bytes += segment.bytes();
            segments.add(segment);
            head = Math.max(head, segment.acknowledged() + 1);
        }
        if (segments.isEmpty()) {
            start(0);
        }
        tail = segments.getLast();
        head = Math.max(head, segments.getFirst().firstIndex());
        Segment before = segments.getFirst();
        for (Segment segment : segments) {
            // Where the end of one is damaged, the next one begins with a higher index.
            dropped += Math.max(0, segment.firstIndex() - Math.max(head, before.endIndex()));
            before = segment;
        }
        removeDone();
        rewind();
        // What a killed process wrote is in the file, but perhaps not yet on the disk.
        unforced = waiting() > 0;
    }

    private void start(long firstIndex) throws IOException {
        if (!segments.isEmpty()) {
            sync();
        }
        Segment segment = Segment.create(folder, firstIndex);
        bytes += segment.bytes();
        segments.add(segment);
        tail = segment;
        forceFolder();
    }

    /** A new file is there after a loss of power only where its folder was forced, too. */
    private void forceFolder() throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void add(byte[] payload) throws IOException {
        if (payload.length > Segment.LONGEST) {
            throw new IOException("a payload of " + payload.length + " bytes is too long");
        }
        if (tail.bytes() > Math.min(LARGEST_SEGMENT, maxBytes / 8)) {
            start(tail.endIndex());
        }
        long before = tail.bytes();
        tail.add(payload);
        bytes += tail.bytes() - before;
        unforced = true;
        while (bytes > maxBytes && segments.size() > 1) {
            Segment oldest = segments.getFirst();
            dropped += Math.max(0, oldest.endIndex() - Math.max(head, oldest.firstIndex()));
            head = Math.max(head, oldest.endIndex());
            removeFirst();
        }
    }

    @Override
    public @Nullable Entry next() throws IOException {
        cursor = Math.max(cursor, head);
        for (Segment segment : segments) {
            cursor = Math.max(cursor, segment.firstIndex());
            if (cursor < segment.endIndex()) {
                byte[] payload = segment.payload(cursor);
                return payload == null ? null : new Entry(cursor++, payload);
            }
        }
        return null;
    }

    @Override
    public void acknowledge(long index) throws IOException {
        if (index < head) {
            return; // it was given up meanwhile
        }
        head = index + 1;
        long before = tail.bytes();
        tail.acknowledge(index);
        bytes += tail.bytes() - before;
        if (waiting() == 0) {
            unforced = false;
            if (tail.bytes() > WORN_SEGMENT) {
                start(tail.endIndex());
            }
        }
        removeDone();
    }

    private void removeDone() throws IOException {
        while (segments.size() > 1 && segments.getFirst().endIndex() <= head) {
            removeFirst();
        }
    }

    private void removeFirst() throws IOException {
        Segment first = segments.removeFirst();
        bytes -= first.bytes();
        first.delete();
    }

    @Override
    public void rewind() {
        cursor = head;
    }

    @Override
    public long waiting() {
        return Math.max(0, tail.endIndex() - head);
    }

    @Override
    public long dropped() {
        return dropped;
    }

    /** Of all its files. */
    public long bytes() {
        return bytes;
    }

    /** Forces what waits to the disk; does nothing where nothing waits that was not forced. */
    @Override
    public void sync() throws IOException {
        if (unforced) {
            unforced = false;
            try {
                tail.force();
            } catch (ClosedChannelException e) {
                // Closed since all in it was acknowledged; or this was.
            }
        }
    }

    @Override
    public void close() {
        try {
            sync();
        } catch (IOException e) {
            // It is in the files, and the system writes them when it can.
        }
        segments.forEach(Segment::close);
        try {
            lock.close();
        } catch (IOException e) {
            // The lock ends with the process.
        }
    }
}
