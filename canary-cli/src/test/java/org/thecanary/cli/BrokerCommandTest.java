// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/** What does {@code canary broker} say, and exit with, where it cannot start? mosquitto 2.1's codes. */
final class BrokerCommandTest {
    @TempDir
    Path folder;

    private Path conf(String text) throws IOException {
        return Files.writeString(folder.resolve("mosquitto.conf"), text);
    }

    private static ProgramRun broker(Path conf) {
        ProgramRun run = ProgramRun.canary("", "broker", "-c", conf.toString());
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).doesNotContain("\tat ", "Exception");
        return run;
    }

    @Test
    void anUnknownOptionEndsWith3AndNamesFileLineAndNearestName() throws IOException {
        Path conf = conf("listener 0\npasword_file /nowhere\n");

        ProgramRun run = broker(conf);

        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err()).contains(conf + ":2:", "pasword_file", "did you mean password_file?");
    }

    @Test
    void aMissingConfigurationEndsWith3() {
        ProgramRun run = broker(folder.resolve("absent.conf"));

        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err()).contains("absent.conf");
    }

    @Test
    void anUnknownArgumentEndsWith3() {
        ProgramRun run = ProgramRun.canary("", "broker", "--no-such-thing");

        assertThat(run.status()).isEqualTo(3);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("--no-such-thing");
    }

    @Test
    void aBadLineOfThePasswordFileEndsWith3() throws IOException {
        Path passwd = Files.writeString(folder.resolve("passwd"), "# users\ndave:secret\n");
        Path conf = conf("listener 18 127.0.0.1\npassword_file " + passwd + "\n");

        ProgramRun run = broker(conf);

        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err()).contains(passwd + ":2:", "canary passwd -U").doesNotContain("secret");
    }

    @Test
    void aBadLineOfTheAclFileEndsWith3() throws IOException {
        Path acl = Files.writeString(folder.resolve("acl"), "topic sometimes a/b\n");
        Path conf = conf("listener 18 127.0.0.1\nacl_file " + acl + "\n");

        ProgramRun run = broker(conf);

        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err()).contains(acl + ":1:", "sometimes");
    }

    @Test
    void anUnreadablePasswordFileEndsWith13() throws IOException {
        Path conf = conf("listener 18 127.0.0.1\npassword_file " + folder.resolve("absent") + "\n");

        ProgramRun run = broker(conf);

        assertThat(run.status()).isEqualTo(13);
        assertThat(run.err()).contains("absent");
    }

    @Test
    void anUnreadableAclFileEndsWith13() throws IOException {
        Path conf = conf("listener 18 127.0.0.1\nacl_file " + folder.resolve("absent") + "\n");

        ProgramRun run = broker(conf);

        assertThat(run.status()).isEqualTo(13);
        assertThat(run.err()).contains("absent");
    }

    @Test
    void aPortInUseEndsWith1AndSaysWhich() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            Path conf = conf("listener " + port + " 127.0.0.1\n");

            ProgramRun run = broker(conf);

            assertThat(run.status()).isEqualTo(1);
            assertThat(run.err()).contains("127.0.0.1 port " + port, "in use");
        }
    }

    @Test
    void aConfigurationIsTestedWithoutStartingAnything() throws IOException {
        Path good = conf("listener 18 127.0.0.1\npassword_file " + folder.resolve("absent") + "\n");
        ProgramRun fine = ProgramRun.canary("", "broker", "-c", good.toString(), "--test-config");
        Path bad = conf("listener 18 127.0.0.1\nmax_qos 3\nfoo\n");
        ProgramRun faulty = ProgramRun.canary("", "broker", "--test-config", "-c", bad.toString());
        ProgramRun none = ProgramRun.canary("", "broker", "--test-config");

        assertThat(fine.status()).isZero();
        assertThat(fine.err()).contains("absent", "Configuration file is OK.");
        assertThat(faulty.status()).isEqualTo(3);
        assertThat(faulty.err()).contains(bad + ":2: ", bad + ":3: ", "2 problems.");
        assertThat(none.status()).isEqualTo(3);
    }
}
