// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** As whom does a broker run that root has started? */
@Timeout(120)
final class PrivilegesTest {
    private static final String USER = "mosquitto";

    @TempDir
    Path folder;

    private int port;

    @BeforeEach
    void rootMayBecomeMosquitto() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root becomes others");
        assumeTrue(Account.named(USER) != null, "there is no user mosquitto");
        open(folder);
        port = Program.freePort();
    }

    private static void open(Path folder) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String conf(String more) throws IOException {
        Path conf = Files.writeString(
                folder.resolve("mosquitto.conf"), "listener " + port + " 127.0.0.1\n" + more);
        Files.setPosixFilePermissions(conf, PosixFilePermissions.fromString("rw-r--r--"));
        return conf.toString();
    }

    /** The program where everybody can read it, which a checkout below /root is not. */
    private Program canary(Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> copies = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path from = Path.of(entry);
            if (!entry.isEmpty() && Files.exists(from)) {
                Path to = folder.resolve("classes" + copies.size())
                        .resolve(from.getFileName().toString());
                Files.createDirectory(to.getParent());
                copy(from, to);
                copies.add(to.toString());
            }
        }
        List<String> command = Program.canaryCommand(arguments);
        command.set(command.indexOf("-cp") + 1, String.join(File.pathSeparator, copies));
        return Program.of(folder, command, environment);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : (Iterable<Path>) all::iterator) {
                Path copy = from.equals(file)
                        ? to
                        : to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectory(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
    }

    /** The user of each thread, as numbers: real, effective, saved, for files. */
    private static List<String> usersOfThreads(Program program) throws IOException {
        List<String> users = new ArrayList<>();
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + program.pid() + "/task"))) {
            for (Path thread : (Iterable<Path>) threads::iterator) {
                Files.readAllLines(thread.resolve("status")).stream()
                        .filter(line -> line.startsWith("Uid:"))
                        .forEach(users::add);
            }
        }
        return users;
    }

    private static String only(int uid) {
        return "Uid:" + ("\t" + uid).repeat(4);
    }

    private static int uid(String user) {
        return Objects.requireNonNull(Account.named(user)).uid();
    }

    @Test
    void rootBecomesMosquittoInAllThreadsAndKeepsWhatTheUserMayWrite() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.setOwner(
                data,
                FileSystems.getDefault()
                        .getUserPrincipalLookupService()
                        .lookupPrincipalByName(USER));
        Path log = data.resolve("log");
        String conf = conf("allow_anonymous true\nlog_dest file " + log
                + "\nlog_dest stderr\npersistence true\npersistence_location " + data + "/\n");

        try (Program broker = canary(Map.of(), "broker", "-c", conf)) {
            broker.serves();
            assertThat(usersOfThreads(broker)).hasSizeGreaterThan(5).containsOnly(only(uid(USER)));
            assertThat(broker.err())
                    .contains("running canary as user: " + USER)
                    .doesNotContain("Warning");
            assertThat(Files.getOwner(log).getName()).isEqualTo(USER);
            broker.signal("HUP");
            broker.says("Config reloaded.");
            assertThat(broker.stop()).isZero();
        }
    }

    @Test
    void whatTheUserCouldNotReadKeepsTheBrokerRootWithAWarning() throws Exception {
        Path rules = Files.writeString(folder.resolve("acl"), "topic #\n");
        Files.setPosixFilePermissions(rules, PosixFilePermissions.fromString("rw-------"));

        try (Program broker = canary(Map.of(), "broker", "-c", conf("acl_file " + rules + "\n"))) {
            broker.serves();
            assertThat(usersOfThreads(broker)).containsOnly(only(0));
            assertThat(broker.err())
                    .contains("Warning: Mosquitto should not be run as root/administrator.")
                    .contains("stays root, since user mosquitto cannot read " + rules);
        }
    }

    @Test
    void theUserThatTheFileNamesIsTakenWhateverItCanRead() throws Exception {
        Path rules = Files.writeString(folder.resolve("acl"), "topic #\n");
        Files.setPosixFilePermissions(rules, PosixFilePermissions.fromString("rw-------"));

        try (Program broker =
                canary(Map.of(), "broker", "-c", conf("user daemon\nacl_file " + rules + "\n"))) {
            assertThat(broker.exitCode()).isEqualTo(13); // as mosquitto 2.1
            assertThat(broker.err()).contains(rules + ": the ACL file cannot be read");
        }
    }

    @Test
    void puidAndPgidAreTakenAndAnUnknownUserIsRefused() throws Exception {
        try (Program broker = canary(
                Map.of("PUID", "7", "PGID", "8"), "broker", "-c", conf("user nobody-here\n"))) {
            broker.serves();
            assertThat(usersOfThreads(broker)).containsOnly(only(7));
            assertThat(broker.err()).contains("running canary as user: lp");
        }
        try (Program broker = Program.canary(folder, "broker", "-c", conf("user nobody-here\n"))) {
            assertThat(broker.exitCode()).isEqualTo(3);
            assertThat(broker.err())
                    .contains(
                            "Error: Unable to drop privileges to 'nobody-here' because this user does not exist.");
        }
    }
}
