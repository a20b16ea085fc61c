// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.password;

import org.thecanary.credentials.password.PasswordFileException.BadLines;
import org.thecanary.credentials.password.PasswordFileException.Problem;
import org.thecanary.credentials.password.PasswordFileException.UnreadableFile;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * The users of one password file and the hashes of their passwords. The grammar is {@link
 * PasswordLine}'s.
 *
 * <p>Immutable; any thread. A changed file is read into a new one.
 */
public final class PasswordFile {
    private final Map<String, PasswordHash> hashes;
    private final Map<String, Integer> lines;
    private final List<PasswordHash> decoys;
    private final long decoySeed;
    private final List<String> warnings;

    private PasswordFile(
            Map<String, PasswordHash> hashes, Map<String, Integer> lines, List<String> warnings) {
        this.hashes = Map.copyOf(hashes);
        this.lines = Map.copyOf(lines);
        this.decoys = List.copyOf(hashes.values());
        this.decoySeed = new SecureRandom().nextLong();
        this.warnings = List.copyOf(warnings);
    }

    /**
     * Reads a file. A symbolic link is followed, since Kubernetes mounts secrets as such.
     *
     * @throws UnreadableFile when there is nothing to read
     * @throws BadLines with all bad lines at once
     */
    public static PasswordFile read(Path file) throws PasswordFileException {
        var content = content(file);
        return parse(file, content, FileGuard.warnings(file));
    }

    /** The bytes of a regular file; anything else, such as a pipe, could block or never end. */
    static byte[] content(Path file) throws UnreadableFile {
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                throw new UnreadableFile(
                        "Unable to open password file \"" + file + "\": it is not a regular file.");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new UnreadableFile(
                    "Unable to open password file \"" + file + "\": there is no such file.");
        } catch (AccessDeniedException e) {
            throw new UnreadableFile("Unable to open password file \"" + file
                    + "\": permission denied for user " + System.getProperty("user.name") + ".");
        } catch (IOException e) {
            throw new UnreadableFile(
                    "Unable to open password file \"" + file + "\": " + e.getMessage() + ".");
        }
    }

    /** @param file only named in messages */
    static PasswordFile parse(Path file, byte[] content, List<String> warnings) throws BadLines {
        var reader = new Reader(file);
        int number = 0;
        for (var line : PasswordLine.split(content)) {
            number++;
            switch (PasswordLine.parse(line)) {
                case PasswordLine.Skipped _ -> {}
                case PasswordLine.Unusable(var reason) -> reader.report(number, reason);
                case PasswordLine.User user -> reader.add(number, user);
            }
        }
        if (!reader.problems.isEmpty()) {
            throw new BadLines(reader.problems);
        }
        reader.warnings.addAll(warnings);
        return new PasswordFile(reader.hashes, reader.firstLines, reader.warnings);
    }

    /** The hash of a user's password, if the user is in the file. */
    public Optional<PasswordHash> find(String user) {
        return Optional.ofNullable(hashes.get(user));
    }

    /** The line of a user, from 1; 0 for none. */
    public int lineOf(String user) {
        return lines.getOrDefault(user, 0);
    }

    /**
     * Whether the user is in the file and this is the password.
     *
     * <p>A user who is not in the file costs as much time as one who is, so names cannot be found
     * out with a stopwatch: the password is tried on another user's hash, always the same one for
     * that name, and the answer thrown away. A CONNECT without a password needs no call; it can be
     * refused at once for any name.
     */
    public boolean verify(String user, byte[] password) {
        var hash = hashes.get(user);
        if (hash != null) {
            return hash.verify(password);
        }
        if (!decoys.isEmpty()) {
            // The seed is secret, else a name could be chosen that lands on a kind of hash few
            // users have.
            int decoy = new Random((user.hashCode() * 0x9E3779B97F4A7C15L) ^ decoySeed)
                    .nextInt(decoys.size());
            var _ = decoys.get(decoy).verify(password);
        }
        return false;
    }

    /** How many users the file has. */
    public int size() {
        return hashes.size();
    }

    /**
     * What an operator should hear about the file though it was read: complete lines, mostly none.
     */
    public List<String> warnings() {
        return warnings;
    }

    /** A user name for a message: control characters as {@code ?}, at most 100 characters. */
    static String shown(String text) {
        var printable = text.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
        return printable.length() <= 100 ? printable : printable.substring(0, 100) + "…";
    }

    /** What has been found in the lines so far. */
    private static final class Reader {
        private final Path file;
        private final Map<String, PasswordHash> hashes = new HashMap<>();
        private final Map<String, Integer> firstLines = new HashMap<>();
        private final List<Problem> problems = new ArrayList<>();
        private final List<String> warnings = new ArrayList<>();

        Reader(Path file) {
            this.file = file;
        }

        void report(int number, String sentence) {
            problems.add(new Problem(file, number, sentence));
        }

        private void warn(int number, String sentence) {
            warnings.add(new Problem(file, number, sentence).toString());
        }

        void add(int number, PasswordLine.User user) {
            var name = shown(user.name());
            var setAgain = "  canary passwd " + file + " " + name;
            // A name that is not UTF-8 looks like another one; a NUL is in none.
            var first = firstLines.putIfAbsent(
                    user.isUtf8() ? user.name() : "\0" + user.name(), number);
            if (first != null) {
                report(
                        number,
                        "user " + name + " is already on line " + first
                                + ". Remove one of the two lines.");
            } else if (user.secret().isEmpty()) {
                report(number, "user " + name + " has no password. Set one:" + setAgain);
            } else if (user.isPlainText()) {
                report(
                        number,
                        "user " + name
                                + " has a plain-text password; mosquitto 2.1 refuses it too. Fix:"
                                + "  canary passwd -U " + file);
            } else {
                try {
                    var hash = PasswordHash.parse(user.secret());
                    if (user.isUtf8()) {
                        hashes.put(user.name(), hash);
                    } else {
                        warn(
                                number,
                                "the user name is not UTF-8, so no client can send it. Save the file as UTF-8.");
                    }
                } catch (InvalidHashException.Unusable e) {
                    warn(
                            number,
                            "user " + name + " cannot come in, since of the password hash "
                                    + e.getMessage() + ". Set the password again:" + setAgain);
                } catch (InvalidHashException e) {
                    report(
                            number,
                            "user " + name + " has a password hash that cannot be read: "
                                    + e.getMessage() + ". Set the password again:" + setAgain);
                }
            }
        }
    }
}
