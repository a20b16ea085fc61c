// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.thecanary.credentials.password.PasswordFile;
import org.thecanary.credentials.password.PasswordFileEditor;
import org.thecanary.credentials.password.PasswordFileException;
import org.thecanary.credentials.password.PasswordHash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who may log in: a password file for each role, {@code operators} and {@code viewers}, as {@code canary passwd} writes
 * them. A file that changes is read again, so a person who is removed is out at once.
 *
 * <p>Any thread.
 */
public final class People {
    private final Path folder;
    private final Map<Role, Read> files = new EnumMap<>(Role.class);

    private record Read(PasswordFile people, FileTime changed, long size) {}

    /**
     * The people in a folder, which need not exist yet.
     *
     * @throws PasswordFileException if a file cannot be read
     */
    public People(Path folder) throws PasswordFileException {
        this.folder = folder;
        for (Role role : Role.values()) {
            if (Files.exists(file(folder, role))) {
                var _ = PasswordFile.read(file(folder, role));
            }
        }
    }

    /** The password file of a role. */
    public static Path file(Path folder, Role role) {
        return folder.resolve(role == Role.OPERATOR ? "operators" : "viewers");
    }

    /**
     * Adds a person, or gives one a new password and role.
     *
     * @throws IllegalArgumentException with a sentence, if that cannot be a name
     * @throws IOException if a file cannot be written
     */
    public static void put(Path folder, String name, String password, Role role)
            throws IOException, PasswordFileException {
        for (Role each : Role.values()) {
            Path file = file(folder, each);
            boolean exists = Files.exists(file);
            PasswordFileEditor editor =
                    exists ? PasswordFileEditor.open(file) : PasswordFileEditor.create(file);
            if (each == role) {
                editor.put(
                        name,
                        PasswordHash.pbkdf2(
                                password.getBytes(UTF_8),
                                PasswordHash.DEFAULT_PBKDF2_ITERATIONS,
                                new SecureRandom()));
                editor.save();
            } else if (exists && editor.delete(name)) {
                editor.save();
            }
        }
    }

    /**
     * Removes a person.
     *
     * @return whether there was one
     * @throws IOException if a file cannot be written
     */
    public static boolean remove(Path folder, String name)
            throws IOException, PasswordFileException {
        boolean found = false;
        for (Role each : Role.values()) {
            if (Files.exists(file(folder, each))) {
                PasswordFileEditor editor = PasswordFileEditor.open(file(folder, each));
                if (editor.delete(name)) {
                    editor.save();
                    found = true;
                }
            }
        }
        return found;
    }

    /** What a file says of a person. */
    record Person(Role role, PasswordHash password) {}

    /** The person of that name, if there is one. */
    Optional<Person> find(String name) {
        for (Role role : new Role[] {Role.OPERATOR, Role.VIEWER}) {
            Optional<Person> person = people(role)
                    .flatMap(people -> people.find(name))
                    .map(password -> new Person(role, password));
            if (person.isPresent()) {
                return person;
            }
        }
        return Optional.empty();
    }

    /** Whether the password is that person's; takes as long for a name that is nobody's. */
    public boolean verify(String name, String password) {
        byte[] bytes = password.getBytes(UTF_8);
        Optional<PasswordFile> viewers = people(Role.VIEWER);
        Optional<PasswordFile> operators = people(Role.OPERATOR);
        // Asked of one file only, so that a name takes one hash's time wherever it is.
        if (viewers.isPresent() && (viewers.get().find(name).isPresent() || operators.isEmpty())) {
            return viewers.get().verify(name, bytes);
        }
        return operators.isPresent() && operators.get().verify(name, bytes);
    }

    private synchronized Optional<PasswordFile> people(Role role) {
        Path file = file(folder, role);
        try {
            if (!Files.exists(file)) {
                files.remove(role);
                return Optional.empty();
            }
            FileTime changed = Files.getLastModifiedTime(file);
            long size = Files.size(file);
            Read known = files.get(role);
            if (known == null || !known.changed.equals(changed) || known.size != size) {
                known = new Read(PasswordFile.read(file), changed, size);
                files.put(role, known);
            }
            return Optional.of(known.people);
        } catch (IOException | PasswordFileException e) {
            // Half a file lets nobody in.
            files.remove(role);
            return Optional.empty();
        }
    }
}
