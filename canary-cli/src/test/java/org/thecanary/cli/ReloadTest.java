// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/** What does {@code canary broker} do with its files at SIGHUP, and when they change? */
final class ReloadTest {
    @TempDir
    Path folder;

    @Test
    void aBadFileKeepsTheFormerRulesAndIsNamedAndTheBrokerGoesOn() throws Exception {
        Path acl = Files.writeString(folder.resolve("acl"), "topic readwrite a\n");
        Path conf = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener " + Program.freePort() + " 127.0.0.1\nallow_anonymous true\nacl_file "
                        + acl + "\n");
        try (Program broker = Program.canary(folder, "broker", "-c", conf.toString())) {
            broker.serves();

            Files.writeString(acl, "topic read b\ntopic sometimes a/b\n");
            broker.signal("HUP");
            broker.says(acl + ":2: access is read").says("The former configuration goes on.");
            Files.writeString(acl, "topic read b\n");
            Files.writeString(conf, "lsitener 1\n");
            broker.signal("HUP");
            broker.says(conf + ":1: unknown option \"lsitener\" (did you mean listener?)");
            assertThat(broker.err()).doesNotContain("Config reloaded", "\tat ");
            Files.writeString(conf, "listener 1 127.0.0.1\nallow_anonymous true\nacl_file " + acl);
            broker.signal("HUP");
            broker.says("Config reloaded.").says("listener 1 127.0.0.1 is new");

            assertThat(broker.stop()).isZero();
        }
    }

    /** As with mosquitto: a shell sends the signal and a CONNECT, with nothing between them. */
    @Test
    void whoConnectsRightAfterASighupMeetsTheNewRules() throws Exception {
        int port = Program.freePort();
        Path conf = folder.resolve("mosquitto.conf");
        String rules = "printf 'listener %s 127.0.0.1\\nallow_anonymous %s\\n' " + port;
        Files.writeString(conf, "listener " + port + " 127.0.0.1\nallow_anonymous true\n");
        try (Program broker = Program.canary(folder, "broker", "-c", conf.toString())) {
            broker.serves();
            try (Program script = Program.of(folder, List.of("/bin/bash", "-c", """
                    for allowed in false true false true false true false true; do
                        %s $allowed >%s
                        kill -HUP %d
                        exec 3<>/dev/tcp/127.0.0.1/%d
                        printf '\\x10\\x0d\\x00\\x04MQTT\\x04\\x02\\x00\\x3c\\x00\\x01a' >&3
                        echo $allowed: $(head -c 4 <&3 | od -An -tx1)
                    done
                    echo done
                    """.formatted(
                            rules, conf, broker.pid(), port)))) {
                script.says("done");
                assertThat(script.out().lines().distinct())
                        .containsExactly("false: 20 02 00 05", "true: 20 02 00 00", "done");
            }
        }
    }

    /** As mosquitto; scripts write a file, start the broker with it and remove it. */
    @Test
    void rulesAreReadAgainWhereTheConfigurationFileIsGone() throws Exception {
        Path acl = Files.writeString(folder.resolve("acl"), "topic readwrite a\n");
        Path conf = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener " + Program.freePort() + " 127.0.0.1\nacl_file " + acl + "\n");
        try (Program broker = Program.canary(folder, "broker", "-c", conf.toString())) {
            broker.serves();
            Files.delete(conf);
            Files.writeString(acl, "topic sometimes a\n");
            broker.signal("HUP");
            broker.says("Unable to open config file").says(acl + ":1: ");
            Files.writeString(acl, "topic read a\n");
            broker.signal("HUP");
            broker.says("Config reloaded.");
        }
    }

    @Test
    void filesAreWatchedOnRequestAlsoWhenTheyAreReplaced() throws Exception {
        Path acl = Files.writeString(folder.resolve("acl"), "topic readwrite a\n");
        Path conf = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener " + Program.freePort() + " 127.0.0.1\nacl_file " + acl + "\n");
        try (Program broker = Program.canary(folder, "broker", "-c", conf.toString(), "--watch")) {
            broker.says("Watching the files");

            Path written = Files.writeString(folder.resolve("acl.new"), "topic neither a\n");
            Files.move(written, acl, StandardCopyOption.ATOMIC_MOVE);

            broker.says(acl + ":1: ");
            Files.writeString(acl, "topic read a\n");
            broker.says("Config reloaded.");
        }
    }

    @Test
    void aFileThatComesIntoAnIncludedDirectoryIsNoticed() throws Exception {
        Path included = Files.createDirectory(folder.resolve("conf.d"));
        Path conf = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener " + Program.freePort() + " 127.0.0.1\ninclude_dir " + included + "\n");
        try (Program broker = Program.canary(folder, "broker", "-c", conf.toString(), "--watch")) {
            broker.says("Watching the files");

            Path added = Files.writeString(included.resolve("a.conf"), "max_qos 3\n");

            broker.says(added + ":1: max_qos 3 is out of range");
        }
    }

    @Test
    void aRenewedCertificateIsTakenWithoutBeingAsked() throws Exception {
        Path ca = folder.resolve("ca");
        canary("ca", "init", "--no-passphrase", "--dir", ca.toString());
        try (Program broker = servesCertificateOf(ca)) {
            Path issued = find(ca, "localhost.crt");

            canary("ca", "renew", "localhost", "--dir", ca.toString());

            broker.says("Certificates reloaded.");
            Files.writeString(issued, "half a certificate");
            broker.says("Certificates not reloaded. The former ones go on.")
                    .says(issued.toString());
            assertThat(broker.err()).doesNotContain("\tat ");
        }
    }

    @Test
    void aBadCertificateIsToldOfOnceAtASighup() throws Exception {
        Path ca = folder.resolve("ca");
        canary("ca", "init", "--no-passphrase", "--dir", ca.toString());
        try (Program broker = servesCertificateOf(ca)) {
            Files.writeString(find(ca, "localhost.crt"), "half a certificate");
            broker.signal("HUP");

            broker.says("The former configuration goes on.");
            await().during(Duration.ofSeconds(1)) // of which the watch needs a third
                    .untilAsserted(() ->
                            assertThat(broker.err()).doesNotContain("Certificates not reloaded"));
        }
    }

    @Test
    void aBadCertificateKeepsTheLogAsItWasToo() throws Exception {
        Path ca = folder.resolve("ca");
        canary("ca", "init", "--no-passphrase", "--dir", ca.toString());
        try (Program broker = servesCertificateOf(ca)) {
            Path conf = folder.resolve("mosquitto.conf");
            Path log = folder.resolve("canary.log");
            Files.writeString(conf, "log_dest file " + log + "\n" + Files.readString(conf));
            Files.writeString(find(ca, "localhost.crt"), "half a certificate");

            broker.signal("HUP");

            broker.says("The former configuration goes on.");
            assertThat(log).isEmptyFile();
        }
    }

    @Test
    void whatWaitsForTheNextStartIsNamedAtEachReload() throws Exception {
        String listener = "listener " + Program.freePort() + " 127.0.0.1\n";
        Path conf = Files.writeString(folder.resolve("mosquitto.conf"), listener);
        try (Program broker = Program.canary(folder, "broker", "-c", conf.toString())) {
            broker.serves();
            Files.writeString(conf, listener + "persistence true\npid_file pid\nuser nobody\n");
            for (int i = 1; i <= 2; i++) {
                broker.signal("HUP");
                int times = i;
                await().untilAsserted(() ->
                        assertThat(broker.err().split("Config reloaded", -1)).hasSize(times + 1));
                assertThat(broker.err().split("Not reloaded: what is kept on disk", -1))
                        .hasSize(times + 1);
                assertThat(broker.err().split("Not reloaded: pid_file has changed", -1))
                        .hasSize(times + 1);
                assertThat(broker.err().split("Not reloaded: user has changed", -1))
                        .hasSize(times + 1);
            }
        }
    }

    private Program servesCertificateOf(Path ca) throws Exception {
        canary("ca", "issue", "localhost", "--server", "--dir", ca.toString());
        Path conf = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener " + Program.freePort() + " 127.0.0.1\ncertfile "
                        + find(ca, "localhost.crt") + "\nkeyfile " + find(ca, "localhost.key")
                        + "\n");
        return Program.canary(folder, "broker", "-c", conf.toString()).serves();
    }

    private static void canary(String... arguments) {
        ProgramRun run = ProgramRun.canary("", arguments);
        assertThat(run.status()).as(run.err()).isZero();
    }

    private static Path find(Path folder, String name) throws Exception {
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.endsWith(name)).findFirst().orElseThrow();
        }
    }
}
