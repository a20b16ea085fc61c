// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import org.thecanary.credentials.password.PasswordFileException.BadLines;
import org.thecanary.credentials.password.PasswordFileException.Problem;
import org.thecanary.credentials.password.PasswordFileException.UnreadableFile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * A password file being changed. Comments, the order of the lines and lines that cannot be read
 * stay as they are, so a broken file can be repaired user by user.
 *
 * <p>Nothing is written before {@link #save()}. Two editors of one file do not see each other, and the
 * last one to save wins; {@link #edit} lets them take turns.
 *
 * <p>Owner: confined to its creator.
 */
public final class PasswordFileEditor {
    private static final int LOCK_TRIES = 1500;
    private static final Duration LOCK_PAUSE = Duration.ofMillis(20);

    private final Path file;
    private final List<byte[]> lines;

    private PasswordFileEditor(Path file, List<byte[]> lines) {
        this.file = file;
        this.lines = new ArrayList<>(lines);
    }

    /**
     * Opens an existing file.
     *
     * @throws UnreadableFile when there is nothing to read; bad lines do not matter here
     */
    public static PasswordFileEditor open(Path file) throws UnreadableFile {
        return new PasswordFileEditor(file, PasswordLine.split(PasswordFile.content(file)));
    }

    /** What is done to a file in one's turn. */
    @FunctionalInterface
    public interface Edit {
        /** Changes the file as it is now; true: it is to be saved. */
        boolean run(PasswordFileEditor editor) throws PasswordFileException;
    }

    /**
     * Changes an existing file while no other thread or process does, so that nobody's change is lost. May wait for half a
     * minute.
     *
     * @return what the edit returned
     * @throws UnreadableFile when there is nothing to read
     * @throws IOException when the file cannot be written, or another has it for too long
     */
    public static boolean edit(Path file, Edit edit) throws PasswordFileException, IOException {
        PasswordFile.content(file); // whatever cannot be read is told as it is without a lock
        for (int i = 0; i < LOCK_TRIES; i++) {
            // The lock is on the file itself, and saving puts another in its place.
            // So it counts only if what was locked is still the file.
            var before = identity(file);
            try (var channel = FileChannel.open(
                            file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                    var lock = channel.tryLock()) {
                if (lock != null && before.equals(identity(file))) {
                    // Read by the same channel: POSIX ends the lock when another one is closed.
                    var content = Channels.newInputStream(channel).readAllBytes();
                    var editor = new PasswordFileEditor(file, PasswordLine.split(content));
                    boolean changed = edit.run(editor);
                    if (changed) {
                        editor.save();
                    }
                    return changed;
                }
            } catch (OverlappingFileLockException _) {
                // Another thread of this process has it, which the JDK says by an exception.
            }
            LockSupport.parkNanos(LOCK_PAUSE.toNanos());
        }
        throw new IOException("another program has been changing " + file + " for half a minute");
    }

    private static Object identity(Path file) throws IOException {
        return String.valueOf(
                Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    }

    /** Starts with no users; saving replaces a file that is already there. */
    public static PasswordFileEditor create(Path file) {
        return new PasswordFileEditor(file, List.of());
    }

    /**
     * Why a user of that name cannot be written, as a sentence; empty when it can. mosquitto_passwd
     * refuses the colon, control characters and more than 65535 bytes; the other names would not be
     * read back as they were written.
     */
    public static Optional<String> refusal(String user) {
        if (user.isEmpty()) {
            return Optional.of("A user name must not be empty.");
        }
        if (user.contains(":")) {
            return Optional.of("A user name must not contain ':'.");
        }
        if (user.chars().anyMatch(Character::isISOControl)) {
            return Optional.of("A user name must not contain control characters.");
        }
        if (user.startsWith("#")) {
            return Optional.of(
                    "A user name must not start with '#', which makes the line a comment.");
        }
        if (user.startsWith(" ") || user.endsWith(" ")) {
            return Optional.of("A user name must not start or end with a space.");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(user)) {
            return Optional.of("A user name must be valid Unicode.");
        }
        if (user.getBytes(StandardCharsets.UTF_8).length > PasswordLine.MAX_NAME_BYTES) {
            return Optional.of("A user name must not have more than " + PasswordLine.MAX_NAME_BYTES
                    + " bytes.");
        }
        return Optional.empty();
    }

    /** Whether the file has a line of that user, whatever it says of the password. */
    public boolean contains(String user) {
        return firstLineOf(user) >= 0;
    }

    /**
     * Gives a user this password: on the user's line, where all but the first are removed, or on a
     * new last line.
     *
     * @return whether the user was there before
     * @throws IllegalArgumentException with the reason when {@link #refusal} has one
     */
    public boolean put(String user, PasswordHash hash) {
        refusal(user).ifPresent(reason -> {
            throw new IllegalArgumentException(reason);
        });
        int at = firstLineOf(user);
        if (at < 0) {
            endLastLine();
            lines.add(line(user, hash, "\n"));
            return false;
        }
        var replacement = line(user, hash, lineEnd(lines.get(at)));
        delete(user);
        lines.add(at, replacement);
        return true;
    }

    /**
     * Removes all lines of a user.
     *
     * @return whether there was one
     */
    public boolean delete(String user) {
        return lines.removeIf(line -> isLineOf(user, line));
    }

    /**
     * Replaces the plain-text passwords of a file by hashes; lines that have a hash stay as they
     * are.
     *
     * @param hasher makes a hash of the bytes of a password
     * @return how many passwords were replaced
     * @throws BadLines when a plain-text password holds a colon: it is unclear where that password
     *     ends. Nothing is changed then.
     */
    public int hashPlainText(Function<byte[], PasswordHash> hasher) throws BadLines {
        var problems = new ArrayList<Problem>();
        for (int i = 0; i < lines.size(); i++) {
            if (PasswordLine.parse(lines.get(i)) instanceof PasswordLine.User user
                    && user.isPlainText()
                    && user.more()) {
                var name = PasswordFile.shown(user.name());
                problems.add(new Problem(
                        file,
                        i + 1,
                        "the plain-text password of user " + name
                                + " contains ':', where mosquitto ends it. Set it:"
                                + "  canary passwd " + file + " "
                                + name));
            }
        }
        if (!problems.isEmpty()) {
            throw new BadLines(problems);
        }
        int count = 0;
        for (int i = 0; i < lines.size(); i++) {
            if (PasswordLine.parse(lines.get(i)) instanceof PasswordLine.User user
                    && user.isPlainText()) {
                var hash = hasher.apply(user.secret().getBytes(StandardCharsets.ISO_8859_1));
                lines.set(i, line(user.name(), hash, lineEnd(lines.get(i))));
                count++;
            }
        }
        return count;
    }

    /** The file as it would be saved. */
    public byte[] content() {
        var content = new ByteArrayOutputStream();
        lines.forEach(content::writeBytes);
        return content.toByteArray();
    }

    /**
     * Writes the file whole or not at all: into a temporary file beside it, to the disk, then over
     * it. A new file is its owner's alone (0600). One that is replaced keeps owner, group and mode,
     * or the broker might no longer read it; a symbolic link stays and its target is replaced.
     *
     * @throws IOException when that fails; the old file is untouched
     */
    public void save() throws IOException {
        var target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        var directory = target.resolveSibling(".").normalize();
        var ownerOnly =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        var temporary =
                Files.createTempFile(directory, "." + target.getFileName(), ".new", ownerOnly);
        try {
            try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.wrap(content());
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                if (Files.exists(target)) {
                    copyOwnerAndMode(target, temporary);
                }
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        // The new name must survive a power cut too.
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void copyOwnerAndMode(Path from, Path to) throws IOException {
        var source =
                Files.getFileAttributeView(from, PosixFileAttributeView.class).readAttributes();
        var view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        var current = view.readAttributes();
        if (!current.group().equals(source.group())) {
            view.setGroup(source.group());
        }
        if (!current.owner().equals(source.owner())) {
            view.setOwner(source.owner());
        }
        view.setPermissions(source.permissions());
    }

    private int firstLineOf(String user) {
        for (int i = 0; i < lines.size(); i++) {
            if (isLineOf(user, lines.get(i))) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isLineOf(String name, byte[] line) {
        return PasswordLine.parse(line) instanceof PasswordLine.User user
                && user.name().equals(name);
    }

    private void endLastLine() {
        if (!lines.isEmpty() && lineEnd(lines.getLast()).isEmpty()) {
            var last = new String(lines.getLast(), StandardCharsets.ISO_8859_1);
            lines.set(lines.size() - 1, (last + "\n").getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static byte[] line(String user, PasswordHash hash, String end) {
        return (user + ":" + hash.encoded() + end).getBytes(StandardCharsets.UTF_8);
    }

    /** CR LF, LF, or nothing where the file ends without one. */
    private static String lineEnd(byte[] line) {
        var text = new String(line, StandardCharsets.ISO_8859_1);
        return text.endsWith("\r\n") ? "\r\n" : text.endsWith("\n") ? "\n" : "";
    }
}
