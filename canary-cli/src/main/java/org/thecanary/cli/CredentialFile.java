// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.sensor.SensorOptions.Credential;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/**
 * A file with the credential of one client: the user name on the first line, the password on the second. With one line
 * it is the password alone.
 */
final class CredentialFile {

    private CredentialFile() {}

    /** The text of a credential. */
    static String text(Credential credential) {
        return credential.username() + "\n" + credential.password() + "\n";
    }

    /**
     * Reads a file.
     *
     * @param username of the command line; null: it must stand in the file
     * @throws Unreadable if there is nothing to read
     * @throws Malformed if it has something else in it, or another user
     */
    static Credential read(Path file, @Nullable String username) throws Unreadable, Malformed {
        List<String> lines = lines(file);
        if (lines.isEmpty() || lines.size() > 2 || lines.stream().anyMatch(String::isEmpty)) {
            throw new Malformed(
                    file
                            + ": this is no credential: one line with the password is wanted, or two, user name and password.");
        }
        if (lines.size() == 2 && username != null && !username.equals(lines.getFirst())) {
            throw new Malformed(
                    file + ":1: this is the credential of another user than " + username + ".");
        }
        if (lines.size() == 2) {
            return new Credential(lines.getFirst(), lines.getLast());
        }
        if (username == null) {
            throw new Malformed(
                    file + ": there is a password alone, so the user name is wanted with -u.");
        }
        return new Credential(username, lines.getFirst());
    }

    private static List<String> lines(Path file) throws Unreadable, Malformed {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            throw new Unreadable(file + ": there is no such file.");
        } catch (AccessDeniedException e) {
            throw new Unreadable(
                    file + ": permission denied for user " + System.getProperty("user.name") + ".");
        } catch (CharacterCodingException e) {
            throw new Malformed(file + ": this is not UTF-8 text.");
        } catch (IOException e) {
            throw new Unreadable(file + ": " + e.getMessage() + ".");
        }
    }

    /** Whether anybody but its owner can read it. */
    static boolean isExposed(Path file) {
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
            return mode.contains(PosixFilePermission.GROUP_READ)
                    || mode.contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** There is nothing to read; the message is a sentence. */
    static final class Unreadable extends IOException {
        private static final long serialVersionUID = 1L;

        Unreadable(String message) {
            super(message);
        }
    }

    /** There is something else to read than a credential; the message is a sentence without what was read. */
    static final class Malformed extends IOException {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }
}
