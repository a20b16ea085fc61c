// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ConfigLoader;
import org.thecanary.credentials.password.PasswordFile;
import org.thecanary.sensor.SensorOptions.Credential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What {@code canary up} keeps on disk, and how it comes back from a half-made folder. */
class DataFolderTest {
    @TempDir
    Path parent;

    @Test
    void isMadeWholeAndForItsOwnerAlone() throws Exception {
        Path folder = parent.resolve("a/b c");

        try (DataFolder data = DataFolder.open(folder, OptionalInt.of(18830))) {
            assertThat(data.created())
                    .extracting(Credential::username)
                    .containsExactly("sensor", "webapp");
            assertThat(data.notices()).isEmpty();
        }

        assertThat(mode(folder)).isEqualTo("rwx------");
        assertThat(contents(folder).keySet())
                .containsExactly(
                        ".lock",
                        "acl",
                        "canary.conf",
                        "passwd",
                        "sensor.credential",
                        "webapp.credential");
        for (String file : contents(folder).keySet()) {
            assertThat(mode(folder.resolve(file))).as(file).isEqualTo("rw-------");
        }
    }

    @Test
    void theBrokerReadsIt() throws Exception {
        Path folder = parent.resolve("data");
        DataFolder.open(folder, OptionalInt.of(18830)).close();

        BrokerConfig config =
                ConfigLoader.load(folder.resolve("canary.conf"), List.of()).config();

        assertThat(config.listeners()).allSatisfy(listener -> {
            assertThat(listener.port()).isEqualTo(18830);
            assertThat(listener.host()).isIn("127.0.0.1", "::1");
            assertThat(listener.allowAnonymous()).isFalse();
        });
        assertThat(AccessRules.load(config.listeners())).allSatisfy(rules -> {
            assertThat(rules.notices()).isEmpty();
            assertThat(rules.users()).isNotNull();
            assertThat(rules.acl()).isNotNull();
        });
        assertThat(fits(folder)).isTrue();
        assertThat(Files.readString(folder.resolve("passwd")))
                .contains("sensor:$7$")
                .contains("webapp:$7$");
    }

    @Test
    void isKeptByLaterRuns() throws Exception {
        Path folder = parent.resolve("data");
        DataFolder.open(folder, OptionalInt.of(18830)).close();
        Files.writeString(folder.resolve("acl"), "topic read news\n");
        Map<String, String> before = contents(folder);

        try (DataFolder data = DataFolder.open(folder, OptionalInt.empty())) {
            assertThat(data.created()).isEmpty();
            assertThat(data.notices()).isEmpty();
        }

        assertThat(contents(folder)).isEqualTo(before);
    }

    @Test
    void changesNothingButThePort() throws Exception {
        Path folder = parent.resolve("data");
        DataFolder.open(folder, OptionalInt.of(18830)).close();
        Path config = folder.resolve("canary.conf");
        Files.writeString(config, Files.readString(config) + "max_packet_size 1000\n");
        String before = Files.readString(config);

        DataFolder.open(folder, OptionalInt.of(18831)).close();

        assertThat(Files.readString(config)).isEqualTo(before.replace("18830", "18831"));

        Files.writeString(config, "listener 1 example.org\n");
        try (DataFolder data = DataFolder.open(folder, OptionalInt.of(18831))) {
            assertThat(data.notices()).singleElement().asString().startsWith("-p is ignored");
        }
    }

    /** A crash leaves the files that were made before it, and one half made. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    void isFinishedAfterACrash(int made) throws Exception {
        Path folder = parent.resolve("data");
        DataFolder.open(folder, OptionalInt.of(18830)).close();
        String password = Files.readString(folder.resolve("sensor.credential"));
        String hashes = Files.readString(folder.resolve("passwd"));
        List<String> order = List.of(
                ".lock", "sensor.credential", "passwd", "webapp.credential", "acl", "canary.conf");
        for (String file : order.subList(made, order.size())) {
            Files.delete(folder.resolve(file));
        }
        if (made == 3) {
            Files.writeString(
                    folder.resolve("passwd"), hashes.lines().findFirst().orElseThrow() + "\n");
        }
        Files.writeString(folder.resolve(".half.new"), "x");

        if (made == 0) {
            Files.delete(folder.resolve(".half.new"));
        }
        DataFolder.open(folder, OptionalInt.of(18830)).close();

        assertThat(contents(folder)).hasSize(6);
        assertThat(fits(folder)).isTrue();
        if (made > 1) {
            assertThat(Files.readString(folder.resolve("sensor.credential"))).isEqualTo(password);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "webapp\n", "a\nb\nc\n", "sensor\nx\n"})
    void aBrokenCredentialIsReplacedTogetherWithItsHash(String content) throws Exception {
        Path folder = parent.resolve("data");
        DataFolder.open(folder, OptionalInt.of(18830)).close();
        Files.writeString(folder.resolve("webapp.credential"), content);

        try (DataFolder data = DataFolder.open(folder, OptionalInt.empty())) {
            assertThat(data.created()).extracting(Credential::username).containsExactly("webapp");
            assertThat(data.notices()).isNotEmpty();
        }

        assertThat(fits(folder)).isTrue();
    }

    @Test
    void aLostCredentialIsReplacedTogetherWithItsHash() throws Exception {
        Path folder = parent.resolve("data");
        DataFolder.open(folder, OptionalInt.of(18830)).close();
        Files.delete(folder.resolve("webapp.credential"));

        DataFolder.open(folder, OptionalInt.empty()).close();

        assertThat(fits(folder)).isTrue();
    }

    @Test
    void anExposedCredentialIsClosedAgain() throws Exception {
        Path folder = parent.resolve("data");
        DataFolder.open(folder, OptionalInt.of(18830)).close();
        Path file = folder.resolve("webapp.credential");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));

        DataFolder.open(folder, OptionalInt.empty()).close();

        assertThat(mode(file)).isEqualTo("rw-------");
        assertThat(mode(folder)).isEqualTo("rwx------");
    }

    @Test
    void theFolderOfOthersIsRefusedUntouched() throws Exception {
        Files.writeString(parent.resolve("passwd"), "root:x:0:0\n");
        String before = mode(parent);

        assertThatThrownBy(() -> DataFolder.open(parent, OptionalInt.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("files that are not Canary's");

        assertThat(mode(parent)).isEqualTo(before);
        assertThat(contents(parent).keySet()).containsExactly("passwd");
    }

    @Test
    void aFileInTheWayIsOneSentence() throws Exception {
        Path file = Files.writeString(parent.resolve("file"), "");

        assertThatThrownBy(() -> DataFolder.open(file, OptionalInt.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
        assertThatThrownBy(() -> DataFolder.open(file.resolve("data"), OptionalInt.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void isUsedByOneAtATime() throws Exception {
        Path folder = parent.resolve("data");

        try (DataFolder _ = DataFolder.open(folder, OptionalInt.of(18830))) {
            assertThatThrownBy(() -> DataFolder.open(folder, OptionalInt.empty()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another `canary up`");
        }

        DataFolder.open(folder, OptionalInt.empty()).close();
    }

    private static boolean fits(Path folder) throws Exception {
        PasswordFile users = PasswordFile.read(folder.resolve("passwd"));
        boolean fits = users.size() == 2;
        for (String user : List.of("sensor", "webapp")) {
            Credential credential = CredentialFile.read(folder.resolve(user + ".credential"), user);
            fits &= users.verify(user, credential.password().getBytes(UTF_8));
        }
        return fits;
    }

    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                contents.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return contents;
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
