// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Is a sensor let in by the certificate in its bundle, as its rule allows, and nobody else? */
class SensorBundleTest {
    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private int port;

    @BeforeAll
    static void authority() {
        Program.needsMosquittoClients();
        ca("init", "--no-passphrase");
        ca("issue", "localhost", "--server", "--san", "localhost,127.0.0.1");
        ca(
                "issue",
                "attic",
                "--bundle",
                shared.resolve("attic.zip").toString(),
                "--broker",
                "localhost:1");
        ca("issue", "nowhere", "--bundle", shared.resolve("nowhere.tar.gz").toString());
        ca("issue", "blank", "--bundle", shared.resolve("blank.zip").toString());
    }

    @BeforeEach
    void choose() throws IOException {
        port = Program.freePort();
    }

    @ParameterizedTest
    @CsvSource({"canary, .zip", "mosquitto, .zip", "canary, ''"})
    void aSensorIsLetInByItsBundle(String broker, String form) throws Exception {
        Path bundle = shared.resolve("attic" + form);
        if (form.isEmpty()) {
            try (Program unzip = Program.of(
                    folder,
                    List.of(
                            "/usr/bin/python3",
                            "-m",
                            "zipfile",
                            "-e",
                            shared.resolve("attic.zip").toString(),
                            shared.toString()))) {
                assertThat(unzip.exitCode()).isZero();
            }
            Files.setPosixFilePermissions(bundle, PosixFilePermissions.fromString("rwx------"));
        }
        try (Program running = broker(broker);
                Program sensor = sensor("--bundle", bundle.toString(), "-p", "" + port);
                Program watch = Program.of(
                        folder,
                        List.of(
                                "mosquitto_sub",
                                "-h",
                                "localhost",
                                "-p",
                                "" + port,
                                "-t",
                                "#",
                                "-v",
                                "-C",
                                "2",
                                "--cafile",
                                shared.resolve("ca/ca.crt").toString(),
                                "--cert",
                                issued("nowhere", "nowhere.crt"),
                                "--key",
                                issued("nowhere", "nowhere.key")))) {
            watch.says("sensor/attic/data {");
            assertThat(sensor.err()).doesNotContain("warning", "Exception");
            assertThat(sensor.stop()).isZero();
            running.stop();
        }
    }

    @Test
    void whatIsNoBundleIsOneSentence() throws Exception {
        Path letter = Files.writeString(folder.resolve("letter.zip"), "Dear aunt,");
        refuses(letter, 3, "this is no device bundle.");
        refuses(folder.resolve("none.zip"), 13, "there is no such file.");
        refuses(
                Files.createDirectory(folder.resolve("empty")),
                3,
                "there is no settings.properties in it.");
        refuses(shared.resolve("nowhere.tar.gz"), 3, "Unpack it, and name the folder:  tar xzf");
        refuses(
                shared.resolve("blank.zip"),
                3,
                "does not say host; fill it in, or make the bundle with --broker.");
    }

    private void refuses(Path bundle, int code, String sentence) throws Exception {
        try (Program sensor = sensor("--bundle", bundle.toString())) {
            assertThat(sensor.exitCode()).isEqualTo(code);
            assertThat(sensor.err())
                    .startsWith("canary sensor: " + bundle)
                    .contains(sentence)
                    .hasLineCount(1);
        }
    }

    private Program sensor(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("sensor", "--no-store", "--rate", "5"));
        all.addAll(List.of(arguments));
        return Program.canary(folder, all.toArray(new String[0]));
    }

    private Program broker(String kind) throws IOException {
        Path acl = Files.writeString(folder.resolve("acl"), """
                pattern write sensor/%u/data
                pattern write sensor/%u/status
                pattern read sensor/%u/instructions/#
                user nowhere
                topic read sensor/#
                """);
        Path config = Files.writeString(
                folder.resolve("broker.conf"),
                "listener " + port + " 127.0.0.1\ncafile " + shared.resolve("ca/ca.crt")
                        + "\ncertfile " + issued("localhost", "localhost.crt")
                        + "\nkeyfile " + issued("localhost", "localhost.key")
                        + "\nrequire_certificate true\nuse_identity_as_username true\nacl_file "
                        + acl
                        + (kind.equals("mosquitto") ? "\nuser root\n" : "\n"));
        Program broker = kind.equals("canary")
                ? Program.canary(folder, "broker", "-c", config.toString())
                : Program.of(folder, List.of("/usr/sbin/mosquitto", "-c", config.toString()));
        return broker.serves();
    }

    private static String issued(String name, String file) {
        return shared.resolve("ca/issued").resolve(name).resolve(file).toString();
    }

    private static void ca(String... arguments) {
        List<String> all = new ArrayList<>(List.of("ca"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--dir", shared.resolve("ca").toString()));
        ProgramRun run = ProgramRun.canary("", all.toArray(new String[0]));
        assertThat(run.status()).as(run.err()).isZero();
    }
}
