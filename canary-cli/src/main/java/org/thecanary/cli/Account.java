// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.jspecify.annotations.Nullable;
import org.thecanary.cli.CLibrary.Failed;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * A user of the system that root can become, as {@code passwd(5)} has it. Linux alone; its C libraries change all threads
 * of the process at once, those of the JVM included.
 *
 * @param name the user's name; its number where it has none
 * @param uid its number
 * @param gid that of its group
 */
record Account(String name, int uid, int gid) {
    private static final FunctionDescriptor OF_INT = FunctionDescriptor.of(JAVA_INT, JAVA_INT);
    private static final FunctionDescriptor OF_THREE =
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final FunctionDescriptor OF_LIST =
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS);
    private static final int MOST_GROUPS = 65_536; // NGROUPS_MAX of Linux

    /** The uid of root. */
    static final int ROOT = 0;

    /** Whether this process is root's, and can become somebody else. */
    static boolean rootRuns() {
        try {
            return Integer.valueOf(ROOT)
                    .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return false; // not Linux
        }
    }

    /** The one with this name, or null: getpwnam(3). */
    static @Nullable Account named(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return of((MemorySegment) CLibrary.call(
                    CLibrary.function("getpwnam", FunctionDescriptor.of(ADDRESS, ADDRESS)),
                    arena.allocateFrom(name)));
        }
    }

    /** The one with this number: getpwuid(3). */
    static Account numbered(int uid, int gid) {
        Account known = of((MemorySegment) CLibrary.call(
                CLibrary.function("getpwuid", FunctionDescriptor.of(ADDRESS, JAVA_INT)), uid));
        return new Account(known == null ? Integer.toString(uid) : known.name, uid, gid);
    }

    /** Of a struct passwd: name, password, uid, gid. */
    private static @Nullable Account of(MemorySegment struct) {
        if (struct.equals(MemorySegment.NULL)) {
            return null;
        }
        long pointer = ADDRESS.byteSize();
        MemorySegment passwd = CLibrary.pointed(struct, 2 * pointer + 2 * JAVA_INT.byteSize());
        String name = CLibrary.text(passwd.get(ADDRESS, 0));
        return new Account(
                name,
                passwd.get(JAVA_INT, 2 * pointer),
                passwd.get(JAVA_INT, 2 * pointer + JAVA_INT.byteSize()));
    }

    /**
     * Makes root this user, with its groups, and there is no way back.
     *
     * @throws Failed if the system does not let us
     */
    void become() throws Failed {
        takeItsGroups();
        CLibrary.tried("setgid", OF_INT, gid);
        CLibrary.tried("setuid", OF_INT, uid);
        System.setProperty("user.name", name);
    }

    /**
     * Asks something as this user, and is root again.
     *
     * @throws Failed if the system does not let us
     */
    <T extends @Nullable Object> T asks(Supplier<T> question) throws Failed {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment groups = arena.allocate(ValueLayout.JAVA_INT, MOST_GROUPS);
            int count = CLibrary.tried("getgroups", OF_LIST, MOST_GROUPS, groups);
            int formerGroup = CLibrary.tried("getgid", FunctionDescriptor.of(JAVA_INT));
            takeItsGroups();
            try {
                CLibrary.tried("setresgid", OF_THREE, gid, gid, formerGroup);
                try {
                    CLibrary.tried("setresuid", OF_THREE, uid, uid, ROOT);
                    return question.get();
                } finally {
                    CLibrary.tried("setresuid", OF_THREE, ROOT, ROOT, ROOT);
                }
            } finally {
                CLibrary.tried("setresgid", OF_THREE, formerGroup, formerGroup, formerGroup);
                setGroups(count, groups);
            }
        }
    }

    private void takeItsGroups() throws Failed {
        if (name.equals(Integer.toString(uid))) {
            setGroups(0, MemorySegment.NULL);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            CLibrary.tried(
                    "initgroups",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                    arena.allocateFrom(name),
                    gid);
        }
    }

    private static void setGroups(int count, MemorySegment groups) throws Failed {
        CLibrary.tried(
                "setgroups",
                FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS),
                (long) count,
                groups);
    }
}
